"""Help for writing the tables of a language."""

import re


def ending(abbreviation: str, *, glued: bool = False) -> str:
    """The pattern of an abbreviation that may close a sentence: its dot then stays, as the full stop.

    `glued` ones may also close a longer word, as `str` does in `Kerkstr.`
    """
    before = r"(?<=[a-zà-ÿ\s])" if glued else ""
    return before + re.escape(abbreviation) + r"(?:\.(?!\s*$|\s+(?-i:[A-ZÀ-Þ])))?"
