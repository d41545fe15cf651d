"""What `make bench-voice` speaks, from the data file beside this module."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts() -> Mapping[str, Any]:
    return tomllib.loads((files("bench.voice") / "texts.toml").read_text(encoding="utf-8"))


def alerts(language: str) -> Sequence[str]:
    """The same in every language."""
    return tuple(_texts()["alerts"][language])


def former(language: str) -> Sequence[str]:
    """What was said before a text, after it in an urgent alert, and of the keys."""
    return tuple(_texts()["former"][language])


def judged_by() -> Sequence[str]:
    """Dutch sentences that were never used for choosing voice or curve."""
    return tuple(_texts()["sentences"]["judged_by"])


def chosen_by() -> Sequence[str]:
    return tuple(_texts()["sentences"]["chosen_by"])
