"""What a text of the trade says: amounts, codes, exclusions, product types, places and times. Knows no room above it."""
