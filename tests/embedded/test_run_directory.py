"""What is laid out for an Asterisk, also over what an earlier release left there."""

import os
from pathlib import Path

from buurtbel.pbx import Secrets, pbx_values
from buurtbel.settings.settings import Settings
from embedded.account import PBX, SERVES, account_for
from embedded.asterisk_root import Installation
from embedded.run_directory import RunDirectory


def mode_and_group(path: Path) -> tuple[int, int]:
    return path.stat().st_mode & 0o7777, path.stat().st_gid


def test_what_an_earlier_release_left_becomes_readable_to_asterisk_again(around: Path) -> None:
    ours, theirs = account_for(SERVES), account_for(PBX)
    folder = RunDirectory(around / "pbx")
    for place in (folder.etc, folder.sounds):
        place.mkdir(parents=True)
    folder.lay_out(ours, theirs)
    for place in (folder.etc, folder.data, folder.sounds):
        assert place.stat().st_uid == ours.uid
        assert place.stat().st_mode & 0o007 == 0
        if os.geteuid() == 0:  # else there is one account
            assert mode_and_group(place) == (0o2750, theirs.gid)


def test_a_file_of_settings_gets_the_group_of_its_folder_whoever_wrote_the_one_before(around: Path) -> None:
    ours, theirs = account_for(SERVES), account_for(PBX)
    folder = RunDirectory(around / "pbx")
    folder.lay_out(ours, theirs)
    (folder.etc / "modules.conf").touch(mode=0o600)
    if os.geteuid() == 0:
        os.chown(folder.etc / "modules.conf", 0, 0)
    (around / "root/usr/lib/any/asterisk/modules").mkdir(parents=True)
    folder.render("pbx", pbx_values(Settings(), Secrets("s" * 40)), Installation(around / "root"))
    assert mode_and_group(folder.etc / "modules.conf") == (0o640, theirs.gid)
