"""Tools that know nothing of markets; every room stands on them."""
