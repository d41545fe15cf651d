"""The database every room shares: its base class, its engine and nothing of their tables."""
