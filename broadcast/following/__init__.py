"""Follow-ups as rows: who joins one, and what one ends and replaces."""
