"""The kinds, one file each: terms, payments, comparison, duties and what happens at the end."""
