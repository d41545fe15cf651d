"""What help and errors say: whole sentences, of commands, options and columns that there are."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from buurtbel.commands.cli import COMMANDS, _load, app
from directory.lists.member_list import COLUMNS
from tests.architecture.measures import packages
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone

HOUSE = Path(__file__).parents[3]
ROOMS = packages()
QUOTED = re.compile(r"`(buurtbel(?: [^`]*)?)`")
TYPED = re.compile(r"^(?:docker compose exec app )?(buurtbel [^#\n]*)", re.MULTILINE)
BARE = re.compile(
    r"(?<![\w`/.-])"
    r"(buurtbel (?:watch|send|report|results|network|member|officer|node|stop|list|serve)\b[^`;,.)]*)"
)


def every_command() -> Iterator[tuple[str, Any]]:
    """Each that can be typed, with its words."""
    for name, where in COMMANDS.items():
        loaded = _load(where)
        if hasattr(loaded, "commands"):
            yield from ((f"{name} {below}", command) for below, command in loaded.commands.items())
        yield name, loaded


TYPABLE = dict(every_command())


def texts_of(path: Path) -> Iterator[str]:
    """Every string in a module; what is filled in later is a 1."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "1" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def what_is_wrong_with(line: str) -> str:
    """Why somebody could not type this; empty when they could."""
    words = shlex.split(line.replace("...", ""))[1:]
    if not words:
        return ""
    options = {name for name in words if name.startswith("--")}
    if words[0].startswith("--"):
        return "" if options <= {"--help", "--version"} else f"{line}: no such option"
    command = TYPABLE.get(words[0])
    if command is None:
        return f"{line}: no such command"
    if hasattr(command, "commands") and len(words) > 1 and not words[1].startswith("--"):
        command = TYPABLE.get(f"{words[0]} {words[1]}")
        if command is None:
            return f"{line}: no such command"
    known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
    return (
        "" if {one.partition("=")[0] for one in options} <= known | {"--help"} else f"{line}: no such option"
    )


@pytest.mark.parametrize("room", ROOMS)
def test_no_message_names_a_command_or_option_that_there_is_not(room: str) -> None:
    found = [
        line
        for path in (HOUSE / room).rglob("*.py")
        for text in texts_of(path)
        for line in [*QUOTED.findall(text), *BARE.findall(text)]
    ]
    assert [wrong for line in found if (wrong := what_is_wrong_with(line))] == []


def test_the_docs_name_only_commands_and_options_that_there_are() -> None:
    pages = [HOUSE / "README.md", *sorted((HOUSE / "docs").glob("*.md"))]
    found = [
        line
        for page in pages
        if page.name != "decisions.md"
        for line in [*QUOTED.findall(page.read_text()), *TYPED.findall(page.read_text())]
    ]
    assert len(found) > 20
    assert [wrong for line in found if (wrong := what_is_wrong_with(line))] == []


@pytest.mark.parametrize(
    "line", ["buurtbel sent", "buurtbel node stop", "buurtbel watch --fast", "buurtbel --verbose"]
)
def test_what_cannot_be_typed_is_seen(line: str) -> None:
    assert what_is_wrong_with(line)


@pytest.mark.parametrize("words", TYPABLE, ids=str)
def test_help_is_whole_sentences(words: str) -> None:
    command = TYPABLE[words]
    parts = {"": command.help} | {
        one.name: one.help
        for one in command.params
        if one.name != "help" and not getattr(one, "hidden", False)
    }
    for name, told in parts.items():
        assert told, f"{words} {name} says nothing"
        assert re.fullmatch(r"[A-Z\"`].*[.]", told, re.DOTALL), f"{words} {name}: {told}"


@pytest.mark.parametrize("words", [[], *[[name] for name in COMMANDS if " " not in name]])
def test_help_cuts_no_sentence_and_fits_a_terminal(typed: Typed, words: list[str]) -> None:
    shown = typed(*words, "--help").out
    assert all(len(line) <= 80 for line in shown.splitlines())
    flat = " ".join(shown.split())
    below = get_group(app).commands if not words else getattr(TYPABLE[words[0]], "commands", {})
    for name, command in below.items():
        if not command.hidden:
            assert command.help
            assert f"{name} {' '.join(command.help.split())}" in flat


def test_a_row_s_complaints_name_the_columns_as_the_file_does(
    town: Town, typed: Typed, tmp_path: Path
) -> None:
    town.add()
    dutch = "naam,taal,straat,huisnummer,telefoon,telefoon2"
    for header in (dutch, "Name;Language;Street;House number;Phone;Phone2"):
        separator = ";" if ";" in header else ","
        row = ["An" + "n" * 200, "xx", "s" * 200, "1" * 50, "112", phone(10)]
        file = tmp_path / "leden.csv"
        file.write_text(f"{header}\n{separator.join(row)}\n")
        said = typed("member", "import", "--network", DE_BIST, str(file)).out
        for column in header.split(separator)[:5]:
            assert f"{column}: " in said
        named = re.findall(r"(?:refused\. |\. )([A-Za-z_ ]+\d?): ", said)
        assert set(named) <= set(header.split(separator))


def test_every_column_that_a_refusal_names_can_be_read(town: Town, typed: Typed, tmp_path: Path) -> None:
    town.add()
    file = tmp_path / "leden.csv"
    for header in ("voornaam,gsm", "naam,gsm", "naam,name,telefoon", "naam,telefoon,huisnummer,nr"):
        file.write_text(f"{header}\nAn,{phone(10)},1,1\n")
        refusal = typed("member", "import", "--network", DE_BIST, str(file)).refusal
        named = set(re.findall(r"(?:[Cc]olumns? |and |\()(?!no )(\w+)", refusal)) - {"column"}
        assert named
        assert named <= set(COLUMNS)
