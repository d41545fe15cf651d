"""`buurtbel report-inbox play`: what was said, as a file of the person who asks and of nobody else."""

import os
import pty
import resource
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import soundfile

from buurtbel.terminal.files import to_write
from buurtbel.terminal.sentences import Failed
from tests.buurtbel.commands.test_help import as_somebody_else
from tests.buurtbel.commands.test_recorded_alerts import report_from
from tests.buurtbel.conftest import Answer, Town, Typed
from tests.support.people import phone
from tests.support.reports import SPOKEN

PLAY = ("report-inbox", "play")


def test_a_report_is_written_for_its_reader_alone_and_over_what_was_there(
    town: Town, typed: Typed, tmp_path: Path
) -> None:
    report = report_from(town, phone(10))
    assert typed(*PLAY, report).out == f"report-{report}.wav\n"
    written = tmp_path / f"report-{report}.wav"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert soundfile.info(written).duration == pytest.approx(SPOKEN.seconds)
    (tmp_path / "[red]x.wav").write_bytes(b"longer than it" * 100_000)
    assert typed(*PLAY, report, "--to", "[red]x.wav").out == "[red]x.wav\n"
    assert (tmp_path / "[red]x.wav").read_bytes() == written.read_bytes()


def test_a_report_that_is_not_there_leaves_every_file_as_it_was(
    town: Town, typed: Typed, tmp_path: Path
) -> None:
    (tmp_path / "kept.wav").write_text("kept")
    for to in ("kept.wav", "new.wav"):
        assert "There is no report 99" in typed(*PLAY, "99", "--to", to).refusal
    assert (tmp_path / "kept.wav").read_text() == "kept"
    assert not (tmp_path / "new.wav").exists()


@pytest.mark.usefixtures("no_database")
def test_a_file_that_cannot_be_written_is_told_before_the_settings_are_read(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_RETRY_BUSY", "-1")
    (tmp_path / "secret").write_text("kept")
    (tmp_path / "link").symlink_to("secret")
    (tmp_path / "nowhere").symlink_to("planted")
    (tmp_path / "report-1.wav").symlink_to("secret")
    os.mkfifo(tmp_path / "pipe")
    for to, complaint in (
        (("--to", "link"), "link is a link, not a file"),
        (("--to", "nowhere"), "nowhere is a link, not a file"),
        (("--to", "pipe"), "pipe is a pipe, not a file"),
        (("--to", "."), ". is a folder, not a file"),
        (("--to", "/dev/zero"), "/dev/zero is a device, not a file"),
        (("--to", "not/there.wav"), "not/there.wav cannot be written (No such file or directory)"),
        ((), "report-1.wav is a link, not a file"),
    ):
        assert complaint in typed(*PLAY, "1", *to).refusal
    assert (tmp_path / "secret").read_text() == "kept"
    assert not (tmp_path / "planted").exists()
    assert "BUURTBEL_RETRY_BUSY" in typed(*PLAY, "1", "--to", "new.wav").refusal
    assert not (tmp_path / "new.wav").exists()


def test_what_was_opened_is_written_by_whoever_the_command_has_become(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir(mode=0o700)
    name = tmp_path / "mine" / "report.wav"
    with to_write(str(name)) as file, as_somebody_else(tmp_path / "mine"):
        file.write(b"what was said")
    assert name.read_bytes() == b"what was said"


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of ours may be longer than this."""
    most, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


def test_a_file_for_which_there_is_no_room_is_told_and_not_left_half(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(Failed), to_write(str(tmp_path / "report.wav")) as file, room_for(5):
        file.write(b"what was said")
    assert "cannot be written (File too large); name another file." in capsys.readouterr().err
    assert not (tmp_path / "report.wav").exists()


@pytest.mark.thorough
def test_a_report_is_no_noise_on_a_terminal(town: Town) -> None:
    report = report_from(town, phone(10))
    controller, terminal = pty.openpty()
    command = [sys.executable, "-m", "buurtbel", *PLAY, report, "--to", "-"]
    done = subprocess.run(command, stdout=terminal, stderr=subprocess.PIPE, text=True, check=False)
    os.close(terminal)
    os.close(controller)
    assert "pipe it to what plays sound" in Answer(done.returncode, "", done.stderr).refusal
    piped = subprocess.run(command, capture_output=True, check=True)
    assert piped.stdout.startswith(b"RIFF")
