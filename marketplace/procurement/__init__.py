"""Requests for sealed quotes: from a need, matches, a basket or a plan to a published procedure."""
