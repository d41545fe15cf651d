"""Files and folders that settings name: an account that may not use them is told of before anything runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from buurtbel.settings.named_files import check_for_line, check_for_pbx
from buurtbel.settings.settings import Pbx, Settings
from embedded.account import PBX, SERVES, Account, account_for, name_of
from embedded.errors import EmbeddedError, FolderError
from ivr.pbx.trunk import Trunk


@pytest.fixture
def line() -> Account:
    return account_for(SERVES)


@pytest.fixture
def pbx() -> Account:
    return account_for(PBX)


def given(path: Path, account: Account, mode: int) -> Path:
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)
    return path


def test_what_all_who_need_it_may_use_is_used(around: Path, line: Account, pbx: Account) -> None:
    sounds, ca_file = around / "sounds", around / "ca.pem"
    sounds.mkdir()
    ca_file.touch()
    given(sounds, Account(line.uid, pbx.gid), 0o2750)
    given(ca_file, pbx, 0o400)
    settings = Settings(pbx=Pbx(sounds=sounds), trunk=Trunk(ca_file=str(ca_file)))
    check_for_line(settings, line)
    check_for_pbx(settings, pbx)
    later = Settings(pbx=Pbx(sounds=around / "later"))  # it is made with the right owner
    check_for_line(later, line)
    check_for_pbx(later, pbx)


def test_sounds_that_the_line_may_not_write_are_told(around: Path, line: Account) -> None:
    sounds = around / "sounds"
    sounds.mkdir()
    sounds.chmod(0o555)
    with pytest.raises(FolderError) as told:
        check_for_line(Settings(pbx=Pbx(sounds=sounds)), line)
    if os.geteuid() == 0:  # without root it is our own, and root may do anything
        assert str(told.value) == (
            f"The account {name_of(line)} may not write into {sounds}, which BUURTBEL_PBX_SOUNDS asks for: "
            f"change its owner or mode, or name another."
        )


@pytest.mark.parametrize("closed", ["the folder", "one above it"])
def test_sounds_that_asterisk_may_not_read_are_told(
    around: Path, line: Account, pbx: Account, closed: str
) -> None:
    sounds = around / "above" / "sounds"
    sounds.mkdir(parents=True)
    place, mode = (sounds, 0o300) if closed == "the folder" else (sounds.parent, 0o600)
    given(place, line, 0o700 if os.geteuid() == 0 else mode)
    settings = Settings(pbx=Pbx(sounds=sounds))
    with pytest.raises(FolderError, match=r"may not use .*, which BUURTBEL_PBX_SOUNDS asks for"):
        check_for_pbx(settings, pbx)
    sounds.parent.chmod(0o755)


def test_a_certificate_that_asterisk_may_not_read_or_that_is_not_there_is_told(
    around: Path, pbx: Account
) -> None:
    ca_file = around / "ca.pem"
    settings = Settings(trunk=Trunk(ca_file=str(ca_file)))
    with pytest.raises(FolderError, match="is not there, and BUURTBEL_TRUNK_CA_FILE asks for it"):
        check_for_pbx(settings, pbx)
    ca_file.touch()
    ca_file.chmod(0o600 if os.geteuid() == 0 else 0)
    with pytest.raises(FolderError, match=r"may not use .*ca\.pem, which BUURTBEL_TRUNK_CA_FILE asks for"):
        check_for_pbx(settings, pbx)


def test_a_root_without_an_asterisk_in_it_is_told(around: Path, pbx: Account) -> None:
    with pytest.raises(EmbeddedError, match="is not there, and BUURTBEL_PBX_ROOT asks for it"):
        check_for_pbx(Settings(pbx=Pbx(root=around)), pbx)


def test_serve_says_it_in_one_sentence_before_anything_runs(around: Path) -> None:
    sounds = around / "sounds"
    sounds.mkdir()
    sounds.chmod(0o555 if os.geteuid() == 0 else 0o111)
    told = subprocess.run(
        [sys.executable, "-m", "buurtbel", "serve"],
        env=os.environ | {"BUURTBEL_DATA_DIR": str(around / "data"), "BUURTBEL_PBX_SOUNDS": str(sounds)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr.count("\n")) == (1, 1)
    assert "BUURTBEL_PBX_SOUNDS asks for" in told.stderr
    assert not (around / "data" / "postgres").exists()
