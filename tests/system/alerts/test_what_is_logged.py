"""What an alert leaves in the logs: that something happened, and never to whom, nor what was said."""

from pathlib import Path

import pytest

from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Zwarte zwanen zwemmen zachtjes."
PEOPLE = {
    "Mia Vermeulen": [phone(10, 9001)],
    "Rik Peeters": [phone(16, 9002)],
    "Staf Wouters": [phone(20, 9003)],
}


def logs(server: Server) -> dict[str, str]:
    """All that any program of this node has written for people to read, by file."""
    folder = server.folder
    files: list[Path] = [server.log, folder / "line.log"]
    files += (folder / "pbx" / "log").rglob("*")
    files += (folder / "postgres" / "log").glob("*")
    kept = [file for file in files if file.is_file() and file.suffix != ".csv"]
    return {str(file.relative_to(folder.parent)): file.read_text(errors="replace") for file in kept}


def test_no_log_holds_a_number_a_name_a_word_of_the_text_or_a_secret(town: Server) -> None:
    town.enrol("zwanen", PEOPLE)
    town.until_closed(town.send("zwanen", TEXT))
    secrets = [file.read_text().strip() for file in (town.folder / "secrets").iterdir()]
    numbers = [number.removeprefix("+") for [number] in town.ask("SELECT DISTINCT e164 FROM number")]
    texts = [text for [text] in town.ask("SELECT text FROM broadcast_text")]
    names = [name for [name] in town.ask("SELECT name FROM member")]
    assert secrets
    assert len(numbers) >= len(PEOPLE)
    written = logs(town)
    assert {"data.out", "data/line.log", "data/pbx/log/messages"} <= written.keys()
    for word in [*secrets, *numbers, *texts, *names, "zwanen zwemmen"]:
        assert [file for file, says in written.items() if word.lower() in says.lower()] == [], word
