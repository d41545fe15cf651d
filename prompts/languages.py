"""The languages that everything here speaks: the one list of them."""

from typing import Final

LANGUAGES: Final = ("nl", "fr", "de", "en")
DEFAULT_LANGUAGE: Final = LANGUAGES[0]
"""Of whom nothing else is known."""
