"""Who can supply a need, and why or why not; the other way round, which needs an offer fits."""
