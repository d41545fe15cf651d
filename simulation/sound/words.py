"""The texts that drawn neighbours speak, in four languages: a data file beside this module."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

Topic = Literal["greeting", "full", "goodbye", "hallo", "asks", "chat", "screener", "moment"]


def texts(language: str, topic: Topic) -> tuple[str, ...]:
    return _all()[language][topic]


@cache
def _all() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    raw = tomllib.loads(files("simulation.sound").joinpath("words.toml").read_text("utf-8"))
    return {
        language: {topic: tuple(lines) for topic, lines in topics.items()} for language, topics in raw.items()
    }
