"""What browsers and links prove themselves by: long random texts, of which only a hash is kept."""

import hashlib
import secrets

BYTES = 32


def new_token() -> str:
    """One that nobody guesses, to be shown once."""
    return secrets.token_urlsafe(BYTES)


def hash_of(token: str) -> str:
    """What is kept of it. It is long and random, so that no slow hash is needed."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
