"""Sourcing plans: the best combination of several suppliers for one need, or for all needs of a declared incident at once."""
