"""Figures side by side, in one run: what the platform costs beside what its parts cost. Never timed tests."""
