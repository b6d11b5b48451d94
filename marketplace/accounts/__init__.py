"""People, organisations, the roles between them, sign-in, reviews and notices."""
