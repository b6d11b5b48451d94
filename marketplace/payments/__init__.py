"""The money of the house: charges, payments, refunds, papers, and the ledger they are posted to."""
