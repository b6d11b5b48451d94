"""The whole file of a procedure in one archive with a checkable index."""
