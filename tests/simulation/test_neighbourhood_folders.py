"""What is laid out for the phones of a neighbourhood, in folders of Asterisk's account."""

import os
import shutil
from pathlib import Path

import pytest

from embedded.account import PBX, account_for
from embedded.errors import FolderError
from embedded.folders import link_in
from simulation.neighbourhood import MAILBOXES, _furnish


def mode_and_group(path: Path) -> tuple[int, int]:
    return path.stat().st_mode & 0o7777, path.stat().st_gid


@pytest.fixture
def said(around: Path) -> Path:
    file = around / "said.wav"
    file.write_bytes(b"RIFF")
    return file


def furnish(around: Path, said: Path) -> None:
    _furnish(around / "phones", around / "recordings", said, lambda _: said)


def test_the_phones_of_a_neighbourhood_belong_to_asterisk_and_begin_without_recordings(
    around: Path, said: Path
) -> None:
    theirs = account_for(PBX)
    for _ in range(2):
        furnish(around, said)
        assert [path.name for path in (around / "recordings").iterdir()] == ["voicemail"]
        box = around / "recordings" / "voicemail" / "default" / MAILBOXES[0]
        assert [path.name for path in box.iterdir()] == ["unavail.wav"]
        for path in (around / "recordings", box, box / "unavail.wav", around / "phones" / "spool"):
            assert path.stat().st_uid == theirs.uid
        assert (around / "recordings").stat().st_mode & 0o7777 == 0o2755
        assert mode_and_group(around / "phones" / "tls" / "key.pem") == (0o640, theirs.gid)
        assert (around / "phones" / "spool" / "voicemail").readlink() == around / "recordings" / "voicemail"
        for left in (around / "recordings" / "999-1.wav", box / "msg0000.wav"):
            left.touch()


@pytest.mark.parametrize("place", ["voicemail", "voicemail/default", f"voicemail/default/{MAILBOXES[0]}"])
def test_a_link_that_asterisk_laid_among_the_recordings_is_not_followed(
    around: Path, said: Path, place: str
) -> None:
    furnish(around, said)
    victim, link = around / "victim", around / "recordings" / place
    victim.mkdir(mode=0o700)
    (victim / "precious").touch(mode=0o600)
    before = victim.stat(), (victim / "precious").stat()
    shutil.rmtree(link)
    link.symlink_to(victim)
    with pytest.raises(FolderError, match="is a link or no folder"):
        furnish(around, said)
    assert (victim.stat(), (victim / "precious").stat()) == before


def test_what_stands_in_the_place_of_a_link_is_taken_away(around: Path) -> None:
    (around / "there" / "below").mkdir(parents=True)
    (around / "file").touch()
    here = os.open(around, os.O_RDONLY)
    try:
        for name in ("there", "file", "new", "new"):
            link_in(here, name, around / "target")
            assert (around / name).readlink() == around / "target"
    finally:
        os.close(here)
