"""Every sentence that the pages say, gathered from code and templates as translators do it."""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir

from console import words
from tests.architecture.measures import HOUSE

SAID = {"say": None, "count": (1, 2), "N_": None}
CATALOGUE = Path(words.__file__).parent / "catalogue"
Said = str | tuple[str, str]


def sentences() -> Iterator[Said]:
    """One that is counted comes as two: for one, and for several."""
    seen = set()
    found = extract_from_dir(
        HOUSE / "console",
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")],
        options_map={"templates/**.html": {"trimmed": "true", "silent": "false"}},
        keywords=SAID,
    )
    for _, _, sentence, _, _ in found:
        said = tuple(sentence) if isinstance(sentence, tuple | list) else sentence
        if said not in seen:
            seen.add(said)
            yield said  # type: ignore[misc]
