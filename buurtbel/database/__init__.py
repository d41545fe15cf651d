"""Where the database is, and its schema."""
