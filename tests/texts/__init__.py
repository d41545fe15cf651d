"""Texts as police write them, and how they must be said."""
