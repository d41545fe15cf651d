"""`python -m tests.texts`: are texts said right? Our table, the word lists, figures in drawn texts."""

import argparse
import os
import sys
from pathlib import Path
from random import Random

from tests.texts.figures import drawn_texts, glued_letters, lost_figures
from tests.texts.table import LANGUAGES, OWN, lines_of
from tests.texts.word_lists import FOLDER, LISTS, PACKAGES, changed, words_of

FURTHER = "TEXTS"
"""Environment variable with the paths of further tables, with colons between them."""
DRAWN = 5_000


def main() -> int:
    arguments = _parsed()
    if missing := [name for name in LISTS.values() if not (FOLDER / name).exists()]:
        _tell(f"There is no word list {FOLDER / missing[0]}: install {PACKAGES}, or run `make texts`.")
        return 1
    lines = [line for table in (*OWN, *arguments.table) for line in lines_of(table)]
    wrong = [line for line in lines if not line.is_right]
    spoilt = [(language, *one) for language in LANGUAGES for one in changed(language)]
    draw = Random(arguments.seed)
    drawn = list(drawn_texts(arguments.drawn, arguments.seed))
    lost = [str(one) for language, text in drawn for one in lost_figures(language, text, draw)]
    lost += [
        f"{language}: {text!r} is said with {word!r}"
        for language, text in drawn
        for word in glued_letters(language, text)
    ]
    for line in wrong:
        _tell(str(line))
    for language, word, said in spoilt:
        _tell(f"{language}: the word {word!r} is said {said!r}")
    for one in lost:
        _tell(one)
    words = sum(len(words_of(language)) for language in LANGUAGES)
    _tell(
        f"texts: lines={len(lines)} right={len(lines) - len(wrong)} words={words} changed={len(spoilt)} "
        f"figures_lost={len(lost)} languages={len({line.language for line in lines})}"
    )
    return 1 if wrong or spoilt or lost else 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.texts", description=__doc__)
    parser.add_argument("--table", type=Path, action="append", default=[], help="a further table of texts")
    parser.add_argument("--drawn", type=int, default=DRAWN, help="how many texts with figures are drawn")
    parser.add_argument("--seed", type=int, default=1, help="draws others")
    parsed = parser.parse_args()
    parsed.table += [Path(one) for one in os.environ.get(FURTHER, "").split(":") if one]
    return parsed


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
