"""Numbers and index of docs/decisions.md: `python -m tests.architecture.decisions` writes them anew."""

import re

from tests.architecture.measures import HOUSE

PAGE = HOUSE / "docs" / "decisions.md"
HEADING = re.compile(r"^## (?:\d+\. )?(?P<date>\d{4}-\d\d-\d\d): (?P<title>.+)$", re.MULTILINE)
INDEX = re.compile(r"(?<=<!-- index -->\n).*?(?=<!-- end of index -->\n)", re.DOTALL)


def numbered(page: str) -> str:
    """The page with its entries numbered in their order, and an index of them in its place."""
    entries = list(HEADING.finditer(page))
    for number, entry in reversed(list(enumerate(entries, 1))):
        heading = f"## {number}. {entry['date']}: {entry['title']}"
        page = page[: entry.start()] + heading + page[entry.end() :]
    lines = [_line(number, entry["date"], entry["title"]) for number, entry in enumerate(entries, 1)]
    return INDEX.sub(lambda _: "".join(lines), page)


def _line(number: int, date: str, title: str) -> str:
    slug = re.sub(r"[^\w -]", "", f"{number}. {date}: {title}".lower()).replace(" ", "-")
    return f"{number}. [{title}](#{slug})\n"


if __name__ == "__main__":
    PAGE.write_text(numbered(PAGE.read_text()))
