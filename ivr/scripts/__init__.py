"""Conversations that read aloud like the call."""
