"""Sealed quotes: what suppliers seal, when it may be opened, and the record of the opening."""
