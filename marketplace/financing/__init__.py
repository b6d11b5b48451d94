"""Institutions' products, applications for them with their offers, and consortium agreements."""
