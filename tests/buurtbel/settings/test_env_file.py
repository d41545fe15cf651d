"""The file with settings: where it may lie, whose it must be, and how a line is read."""

import os
from pathlib import Path

import pytest

from buurtbel.errors import WrongSetting
from buurtbel.settings.env_file import EnvFile, read_env_file
from tests.buurtbel.conftest import Typed
from tests.support.accounts import as_nobody

NO_FILE = EnvFile()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    return folder


def set_channels(file: Path, channels: int) -> Path:
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"BUURTBEL_TRUNK_CHANNELS={channels}\n")
    file.chmod(0o600)
    return file


def test_the_file_that_is_named_goes_before_the_systems_and_that_before_the_one_here(
    home: Path, tmp_path: Path
) -> None:
    named, system = tmp_path / "named.env", tmp_path / "etc" / "buurtbel.env"
    here = {"system_file": system, "folder": home}
    assert read_env_file(None, **here) == NO_FILE
    set_channels(home / "buurtbel.env", 1)
    assert read_env_file(None, **here).values == {"BUURTBEL_TRUNK_CHANNELS": "1"}
    set_channels(system, 2)
    assert read_env_file(None, **here).values == {"BUURTBEL_TRUNK_CHANNELS": "2"}
    set_channels(named, 3)
    assert read_env_file(str(named), **here).values == {"BUURTBEL_TRUNK_CHANNELS": "3"}
    assert read_env_file("", **here) == NO_FILE


def test_a_file_here_that_is_a_link_or_not_ours_alone_is_passed_over_and_that_is_said(
    home: Path, tmp_path: Path
) -> None:
    here = {"system_file": tmp_path / "none", "folder": home}
    file = home / "none"
    where = f"{file} is not read"

    def passed_over() -> bool:
        found = read_env_file(None, **here)
        assert (found.path is None) == found.passed_over.startswith(where)
        assert bool(found.values) == (found.path is not None)
        return found.path is None

    file.symlink_to(set_channels(tmp_path / "elsewhere", 5))
    assert passed_over()
    file.unlink()
    set_channels(file, 5)
    assert not passed_over()
    file.chmod(0o602)
    assert passed_over()
    file.chmod(0o600)
    home.chmod(0o777)
    assert passed_over()
    home.chmod(0o1777)
    assert passed_over()
    home.chmod(0o755)
    assert not passed_over()
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(WrongSetting, match="is no ordinary file"):
        read_env_file(None, **here)


def test_a_file_of_another_user_is_passed_over() -> None:
    with as_nobody():
        assert read_env_file(None, system_file=Path("/nowhere/passwd"), folder=Path("/etc")).passed_over


def test_root_takes_no_file_that_another_may_change(home: Path, tmp_path: Path) -> None:
    if os.geteuid() != 0:
        return  # nobody else can give a file away
    here = {"system_file": tmp_path / "etc" / "none", "folder": home}
    file = set_channels(home / "none", 5)
    os.chown(file, 65534, 65534)
    assert read_env_file(None, **here).passed_over
    os.chown(home, 65534, 65534)
    assert read_env_file(None, **here).passed_over
    os.chown(file, 0, 0)
    assert read_env_file(None, **here).passed_over
    system = set_channels(tmp_path / "etc" / "none", 6)
    assert read_env_file(None, **here).values
    os.chown(system, 65534, 65534)
    with pytest.raises(WrongSetting, match="chown root"):
        read_env_file(None, **here)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"BUURTBEL_NODE\n", "has a line 1 that sets nothing"),
        (b"# fine\n\nBUURTBEL_NODE=a\nBUURTBEL_NODE=b\n", "sets BUURTBEL_NODE twice"),
        (b"BUURTBEL_NODE='a\n", "has in line 1 a quote that is not closed"),
        (b"BUURTBEL_NODE=\xff\n", "is not UTF-8 text"),
        (b"#" * 70_000, "is larger than 64 KiB"),
    ],
)
def test_a_file_that_says_nothing_clear_is_told(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "some.env"
    file.write_bytes(content)
    with pytest.raises(WrongSetting, match=complaint):
        read_env_file(str(file))


@pytest.mark.parametrize("name", ["nowhere.env", ".", "\udce9"])
def test_a_named_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(
        WrongSetting, match=r"^The file .* that BUURTBEL_ENV_FILE names (cannot be read|is no)"
    ):
        read_env_file(str(tmp_path / name))


def test_a_line_is_read_as_people_write_it(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text(
        "# ours\n"
        "BUURTBEL_A=plain\n"
        "export BUURTBEL_B = spaced out \n"
        "BUURTBEL_C=value   # a comment\n"
        "BUURTBEL_D='single # quoted'\n"
        'BUURTBEL_E="double quoted" # a comment\n'
        "BUURTBEL_F=#hash\n"
        "BUURTBEL_G=\n"
        "BUURTBEL_H=a=b\n"
        "BUURTBEL_I= # nothing\n"
    )
    assert read_env_file(str(file)).values == {
        "BUURTBEL_A": "plain",
        "BUURTBEL_B": "spaced out",
        "BUURTBEL_C": "value",
        "BUURTBEL_D": "single # quoted",
        "BUURTBEL_E": "double quoted",
        "BUURTBEL_F": "#hash",
        "BUURTBEL_G": "",
        "BUURTBEL_H": "a=b",
        "BUURTBEL_I": "",
    }


@pytest.mark.usefixtures("no_database")
def test_a_file_here_that_was_passed_over_is_told_by_every_command(typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "buurtbel.env").symlink_to("/dev/null")
    answer = typed("network", "list")
    assert f"{tmp_path}/buurtbel.env is not read" in answer.err.splitlines()[0]
    assert "start it with" in answer.err.splitlines()[1]
