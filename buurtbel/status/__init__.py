"""How everything stands, in words for people."""
