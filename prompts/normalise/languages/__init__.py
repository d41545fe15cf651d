"""How each language says what was read."""
