"""One set of terms of every kind, as a form would send it."""

from marketplace.arrangements import schemas

LEASED = {
    "product.kind": "operating_lease", "product.months": "36", "product.deposit_months": "2",
    "insurance.months": "36", "insurance.insured_fen": "100万", "insurance_fen": "5000",
}  # fmt: skip
SENT = {
    "purchase": {"advance_percent": "30", "retention_percent": "5"},
    "operating_lease": {"months": "36", "deposit_months": "2", "pay_every_months": "3"},
    "rental_daily": {"days": "10", "minimum_days": "15", "transport_fen": "2000", "deposit_fen": "1万"},
    "finance_lease": {"months": "36", "annual_rate": "4.35", "down_percent": "20", "transfer_fen": "100"},
    "equipment_as_a_service": {"expected_monthly": "40", "minimum_monthly": "25"},
    "service": {"months": "30", "priced_per": "use", "visits_per_year": "4", "pay_every_months": "3"},
    "insurance": {"months": "30", "insured_fen": "500万"},
    "product_service": {"service_fen": "12000", "service.months": "24"},
    "product_insurance": LEASED,
    "product_service_insurance": {**LEASED, "service_fen": "0"},
    "reserve_agreement": {"months": "18", "year_fen": "10000", "called_percent": "50"},
    "capacity_reserve": {"months": "12", "year_fen": "0", "daily_output": "5000"},
    "pilot_loan": {"until": "2027-03-31", "deposit_fen": "5000", "convert_percent": "90"},
}  # fmt: skip


def terms(code, **changes):
    """Terms of this kind with some inputs changed; names use "__" for the dot."""
    sent = SENT[code] | {name.replace("__", "."): value for name, value in changes.items()}
    filled = schemas.read_terms(code, sent)
    assert filled, (code, filled.errors)
    return filled.data
