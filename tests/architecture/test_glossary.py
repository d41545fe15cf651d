"""One word, one meaning: what the glossary promises, held against the names of classes.

A class is of the kind that the last word of its name says. Where the glossary has that word, it says too in
which rooms such classes stand: one elsewhere means something else by it, and wants another name.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from tests.architecture.measures import HOUSE, modules, packages, tree_of

WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*")
ROW = re.compile(r"^\| ([^|]+?) \| ([^|]*?) \| ([^|]+?) \|$", re.MULTILINE)
KINDS = "## Kinds of classes"


def rows(part: str) -> Iterator[tuple[str, str]]:
    """The first and the last cell of every row that defines something."""
    for first, _, last in ROW.findall(part):
        if first not in {"term", "word"} and set(first) != {"-"}:
            yield first.replace("*", ""), last


def glossary() -> tuple[set[str], Mapping[str, Sequence[str]]]:
    """The words that it defines, and of each kind of class the rooms in which it stands."""
    terms, kinds = (HOUSE / "docs/glossary.md").read_text().split(KINDS)
    defined = {term.strip().lower() for first, _ in rows(terms) for term in first.split(",")}
    return defined, {word: re.findall(r"`([^`]+)`", rooms) for word, rooms in rows(kinds)}


def last_word(name: str) -> str:
    words: list[str] = WORDS.findall(name)
    return words[-1].lower()


def classes() -> Mapping[str, Sequence[str]]:
    """By the last word of their names, each with its module."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in modules(*packages(), "bench"):
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef):
                found[last_word(node.name)].append(f"{path.relative_to(HOUSE)}: {node.name}")
    return found


def kind_of(word: str, defined: set[str]) -> str | None:
    """The word of the glossary that this is, or is the plural of."""
    return next((one for one in (word, word.removesuffix("s")) if one in defined), None)


def test_a_class_is_named_by_a_word_of_the_glossary_only_where_it_means_that() -> None:
    defined, kinds = glossary()
    astray = {
        place
        for word, places in classes().items()
        if (kind := kind_of(word, defined)) is not None
        for place in places
        if not place.startswith(tuple(kinds.get(kind, ())))
    }
    assert astray == set()


def test_the_glossary_names_no_kind_and_no_room_that_is_not_there() -> None:
    defined, kinds = glossary()
    there: dict[str, list[str]] = defaultdict(list)
    for word, places in classes().items():
        if kind := kind_of(word, defined):
            there[kind] += places
    empty = {
        (word, room)
        for word, rooms in kinds.items()
        for room in rooms
        if not any(place.startswith(room) for place in there[word])
    }
    assert empty == set()
