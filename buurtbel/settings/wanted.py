"""What a setting takes, in words: for the sentence about a wrong one, and for the page of all of them."""

from enum import StrEnum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from embedded.network.forms import FORMS

UNITS = {
    "trunk.kept_for_callers": "part of the channels",
    "trunk.most_for_callers": "part of the channels",
    "trunk.calls_per_second": "calls a second",
    "trunk.qualify": "seconds",
}
"""Of numbers whose type does not tell: those with a fraction are seconds, whole ones are counted."""
_BOUNDS = {"ge": "from", "gt": "above", "le": "up to", "lt": "to below"}


def wanted(path: str, info: FieldInfo) -> str:
    """What to write for this setting; follows "write it as"."""
    if form := FORMS.get(path):
        return form.words
    kind = _kind(info.annotation)
    if kind is bool:
        return "true or false"
    if choices := _choices(kind):
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    if kind in {int, float}:
        number = "a whole number" if kind is int else "a number"
        of = " of seconds" if unit(path, info) == "seconds" else ""
        return f"{number}{of}, {_bounds(info)}".removesuffix(", ")
    return "a path" if kind is Path else "text on one line"


def unit(path: str, info: FieldInfo) -> str:
    """In what it is counted; empty for what is no number."""
    kind = _kind(info.annotation)
    if kind not in {int, float}:
        return ""
    return UNITS.get(path, "seconds" if kind is float else "")


def _kind(annotation: Any) -> Any:
    """Without the `None` of a setting that may be left out."""
    if isinstance(annotation, UnionType):
        [annotation] = [one for one in get_args(annotation) if one is not NoneType]
    return annotation


def _choices(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [str(one) for one in get_args(kind)]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return [str(one.value) for one in kind]
    return []


def _bounds(info: FieldInfo) -> str:
    return " ".join(
        f"{words} {getattr(bound, name):.15g}"
        for bound in info.metadata
        for name, words in _BOUNDS.items()
        if getattr(bound, name, None) is not None
    )
