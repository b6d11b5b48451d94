"""Ways of procuring as configuration: what each asks of buyers and suppliers, and under which rule."""
