"""Where people arrive and where they work: the front page, search, browsing, comparison, and a desk per role."""
