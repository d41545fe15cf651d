"""What a person names to be read: a file, of which no more is read than can be used, or one sentence."""

import os
import pty
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import pytest
import soundfile

from buurtbel.terminal.files import File, to_read
from buurtbel.terminal.sentences import Failed
from tests.buurtbel.commands.measured import Used, measured
from tests.buurtbel.commands.test_help import as_somebody_else
from tests.buurtbel.conftest import Answer, Town, Typed
from tests.support.people import DE_BIST, phone
from tests.support.reports import SPOKEN

SEND = ("send", "--network", DE_BIST, "--urgent", "--by", "Maes", "--recording")
IMPORT = ("member", "import", "--network", DE_BIST)
COMMANDS = pytest.mark.parametrize("words", [SEND, IMPORT], ids=["send", "import"])
LIST = f"naam,telefoon\nCis Wouters,{phone(10, 77)}\n"
MEGABYTES, SECONDS = 150, 4
"""What a hostile file may cost more than one that is refused at once."""
TABLES = ("broadcast", "recipient", "attempt", "audio")
Making = Callable[[Path], AbstractContextManager[None]]
"""Makes something at a place."""


def nothing_is_written(town: Town) -> None:
    assert [town.ask(f"SELECT count(*) FROM {table}") for table in TABLES] == [[(0,)]] * len(TABLES)
    assert town.ask("SELECT count(*) FROM member") == [(2,)]


# What is no file


@contextmanager
def folder(at: Path) -> Iterator[None]:
    at.mkdir()
    yield


@contextmanager
def pipe_that_nobody_fills(at: Path) -> Iterator[None]:
    os.mkfifo(at)
    yield


@contextmanager
def pipe_that_is_full(at: Path) -> Iterator[None]:
    os.mkfifo(at)
    writer = os.open(at, os.O_RDWR | os.O_NONBLOCK)
    os.write(writer, b"naam,telefoon\n" * 4000)
    yield
    os.close(writer)


@contextmanager
def socket_that_listens(at: Path) -> Iterator[None]:
    with closing(socket.socket(socket.AF_UNIX)) as listening:
        listening.bind(str(at))
        listening.listen()
        yield


@contextmanager
def link_to(target: str, at: Path) -> Iterator[None]:
    at.symlink_to(target)
    yield


@COMMANDS
@pytest.mark.parametrize(
    ("made", "what"),
    [
        (folder, "is a folder, not a file"),
        (pipe_that_nobody_fills, "is a pipe, not a file"),
        (pipe_that_is_full, "is a pipe, not a file"),
        (socket_that_listens, "is a socket, not a file"),
        (lambda at: link_to("/dev/zero", at), "is a device, not a file"),
        (lambda at: link_to("/dev/urandom", at), "is a device, not a file"),
        (lambda at: link_to("/dev/tty", at), "is a device, not a file"),
        (lambda at: link_to(str(at), at), "cannot be read (Too many levels of symbolic links)"),
        (lambda at: link_to("nowhere", at), "cannot be read (No such file or directory); check its name"),
    ],
)
def test_what_is_no_file_is_not_read(
    town: Town, typed: Typed, tmp_path: Path, words: tuple[str, ...], made: Making, what: str
) -> None:
    town.add()
    with made(tmp_path / "given"):
        refusal = typed(*words, str(tmp_path / "given")).refusal
    assert refusal.startswith(f"{tmp_path / 'given'} {what}")
    nothing_is_written(town)


@COMMANDS
def test_a_name_that_no_file_can_have_is_told_and_not_repeated_at_length(
    town: Town, typed: Typed, words: tuple[str, ...]
) -> None:
    town.add()
    assert "(File name too long)" in typed(*words, "x" * 10_000_000).refusal
    assert len(typed(*words, "x" * 10_000_000).err) < 1100
    assert "lijst\\x1b[2J\\udcff cannot be read" in typed(*words, "lijst\x1b[2J\udcff").refusal


@COMMANDS
def test_an_empty_file_and_one_without_an_end_of_line_are_told(
    town: Town, typed: Typed, tmp_path: Path, words: tuple[str, ...]
) -> None:
    town.add()
    for content in (b"", b"\x00", b"naam"):
        (tmp_path / "given").write_bytes(content)
        assert typed(*words, str(tmp_path / "given")).refusal
    nothing_is_written(town)


# Whose rights


@COMMANDS
@pytest.mark.usefixtures("no_database")
def test_a_file_is_opened_before_the_settings_are_read(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("BUURTBEL_RETRY_BUSY", "-1")
    assert "nowhere.csv cannot be read" in typed(*words, "nowhere.csv").refusal
    (tmp_path / "there.csv").write_text(LIST)
    assert "BUURTBEL_RETRY_BUSY" in typed(*words, "there.csv").refusal


def test_what_was_opened_is_read_by_whoever_the_command_has_become(tmp_path: Path) -> None:
    given = tmp_path / "leden.csv"
    given.write_text(LIST)
    given.chmod(0o600)
    opened = to_read(str(given))
    with as_somebody_else(given):
        assert opened.read(1000) == LIST.encode()
        with pytest.raises(Failed):
            to_read(str(given))


def test_a_file_of_others_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = tmp_path / "leden.csv"
    given.touch(mode=0o600)
    with as_somebody_else(given), pytest.raises(Failed):
        to_read(str(given))
    assert "(Permission denied); do this as somebody who may read it." in capsys.readouterr().err


# The standard input


def piped(*words: str, told: bytes | None = None, stdin: IO[bytes] | int | None = None) -> Answer:
    command = [sys.executable, "-m", "buurtbel", *words, "-"]
    done = subprocess.run(command, input=told, stdin=stdin, capture_output=True, check=False, timeout=60)
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def test_a_list_and_a_recording_may_be_piped_in(town: Town, tmp_path: Path) -> None:
    town.add()
    assert "1 added" in piped(*IMPORT, told=LIST.encode()).out
    soundfile.write(tmp_path / "said.wav", SPOKEN.samples, SPOKEN.rate)
    with (tmp_path / "said.wav").open("rb") as said:
        assert "ringing 3 people" in piped(*SEND, stdin=said).out


@pytest.mark.thorough
def test_a_standard_input_that_is_none_is_told(no_database: None) -> None:
    controller, terminal = pty.openpty()
    assert "Nothing is piped in for -" in piped(*IMPORT, stdin=terminal).refusal
    os.close(controller)
    os.close(terminal)
    assert "The standard input is a device" in piped(*IMPORT, stdin=subprocess.DEVNULL).refusal
    closed = ["sh", "-c", 'exec "$0" -m buurtbel "$@" - <&-', sys.executable, *IMPORT]
    done = subprocess.run(closed, capture_output=True, text=True, check=False)
    assert "Nothing is piped in for -" in Answer(done.returncode, done.stdout, done.stderr).refusal


def test_a_pipe_that_does_not_end_is_not_waited_for_without_end(capsys: pytest.CaptureFixture[str]) -> None:
    reader, writer = os.pipe()
    os.write(writer, b"naam,telefoon\n")
    with pytest.raises(Failed):
        File("The standard input", reader, patience=0.1).read(1000)
    os.close(writer)
    assert "has not ended after 0 seconds" in capsys.readouterr().err


# What costs too much


@pytest.fixture
def used(tmp_path: Path) -> Callable[..., Used]:
    return lambda *words, **how: measured(tmp_path / "used", *words, **how)


@pytest.fixture(scope="module")
def silence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More than an hour of silence on 8 channels: a gigabyte as numbers, and next to nothing on the disk."""
    file = tmp_path_factory.mktemp("silence") / "silence.flac"
    block = np.zeros((1_000_000, 8), np.int16)
    with soundfile.SoundFile(file, "w", 8_000, 8) as written:
        for _ in range(36):
            written.write(block)
    assert file.stat().st_size < 2_000_000
    return file


def cheap(used: Used, refused_at_once: Used) -> bool:
    return (
        used.megabytes < refused_at_once.megabytes + MEGABYTES
        and used.seconds < refused_at_once.seconds + SECONDS
    )


def sparse(file: Path, gigabytes: int) -> Path:
    with file.open("ab") as growing:
        growing.truncate(gigabytes * 10**9)
    return file


@pytest.mark.thorough
def test_a_recording_costs_no_more_than_an_alert_can_use(
    town: Town, used: Callable[..., Used], tmp_path: Path, silence: Path
) -> None:
    town.add()
    (tmp_path / "noise.wav").write_text("RIFF, but not really")
    at_once = used(*SEND, str(tmp_path / "noise.wav"))
    assert "not a sound file" in at_once.answer.refusal
    soundfile.write(tmp_path / "huge.wav", SPOKEN.samples, SPOKEN.rate)
    for file, complaint in (
        (silence, "lasts longer than 60 seconds"),
        (sparse(tmp_path / "huge.wav", 20), "larger than 40 MiB"),
    ):
        refused = used(*SEND, str(file))
        assert complaint in refused.answer.refusal
        assert cheap(refused, at_once), refused
    with subprocess.Popen(["cat", "/dev/zero"], stdout=subprocess.PIPE) as endless:
        refused = used(*SEND, "-", stdin=endless.stdout)
        endless.kill()
    assert "larger than 40 MiB" in refused.answer.refusal
    assert cheap(refused, at_once), refused
    nothing_is_written(town)


@pytest.mark.thorough
def test_a_member_list_costs_no_more_than_the_longest_that_is_taken(
    town: Town, used: Callable[..., Used], tmp_path: Path
) -> None:
    town.add()
    given = tmp_path / "leden.csv"
    given.touch()
    at_once = used(*IMPORT, str(given))
    assert "The file is empty" in at_once.answer.refusal
    for content, complaint in (
        (b"naam,telefoon\n" + b"A,1\n" * 1_000_000, "more than 100,000 lines"),
        (b"naam,telefoon," * 560_000, "The first line has no column"),
        (b"naam,telefoon\n" + b'"""' * 2_600_000, "On line 2 a row has more than 10,000 characters"),
    ):
        given.write_bytes(content)
        refused = used(*IMPORT, str(given))
        assert complaint in refused.answer.refusal
        assert cheap(refused, at_once), refused
    given.write_text("naam,telefoon\n")
    refused = used(*IMPORT, str(sparse(given, 20)))
    assert "larger than 8 MiB" in refused.answer.refusal
    assert cheap(refused, at_once), refused
    nothing_is_written(town)
