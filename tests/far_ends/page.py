"""`docs/far-ends.md`: what each far end does and what must come of it, for who checks that it is right."""

from collections.abc import Iterable

from tests.far_ends.registry import FarEnd

BEGIN = "| digits | what it does | each call ends as | INVITEs | sound |\n|---|---|---|---|---|\n"


def table(some: Iterable[FarEnd]) -> str:
    return BEGIN + "\n".join(map(_row, some))


def _row(one: FarEnd) -> str:
    expected = one.expected
    ends = ", ".join(f"`{outcome}`" for outcome in sorted(expected.outcomes))
    return f"| {one.number} | {_cell(one.does)} | {ends} | {expected.invites} | {expected.sound} |"


def _cell(words: str) -> str:
    return words.removesuffix(".").replace("|", "\\|").replace("*", "\\*").replace("<", "&lt;")
