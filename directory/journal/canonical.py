"""One form for an entry of the journal, byte by byte, and its hash."""

import json
from collections.abc import Mapping
from hashlib import sha256

Fields = Mapping[str, object]
"""An entry as JSON has it."""
BEGINNING = "0" * 64
"""What stands for the hash before the first entry."""


def canonical(fields: Fields) -> str:
    """As RFC 8785 writes it. Of what it knows there are only integers, null, and strings of ASCII here."""
    return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def hash_of(fields: Fields) -> str:
    """SHA-256 of all of it but the hash itself, in hexadecimal."""
    return sha256(canonical({name: fields[name] for name in fields if name != "hash"}).encode()).hexdigest()
