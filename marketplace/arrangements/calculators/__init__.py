"""Calculators: pure, to the fen, each with the source of its formula."""
