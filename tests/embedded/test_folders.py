"""Folders are made where they were named, and nowhere that a link leads to."""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from embedded.account import Account
from embedded.errors import FolderError
from embedded.folders import hand_over, make_folder, make_folder_in, owner_of, share_files
from tests.support.accounts import as_nobody

OURS = Account.ours()
STRANGER = 12345


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o7777


def test_it_is_made_with_those_above_it_and_given_its_mode(tmp_path: Path) -> None:
    data = tmp_path / "a" / "b" / "data"
    with make_folder(data, OURS, 0o710) as here, make_folder_in(here, data / "log", OURS, 0o2750):
        pass
    assert mode(data) == 0o710
    assert mode(data / "log") == 0o2750
    assert mode(tmp_path / "a") == 0o755
    assert owner_of(data) == os.geteuid()
    assert owner_of(tmp_path / "a" / "c") is None


def test_what_is_in_it_stays(tmp_path: Path) -> None:
    for _ in range(2):
        with make_folder(tmp_path / "data", OURS, 0o700):
            (tmp_path / "data" / "kept").touch()
    assert (tmp_path / "data" / "kept").exists()


def _made(open_: ExitStack, place: Path, *, inside: bool) -> int:
    if not inside:
        return open_.enter_context(make_folder(place, OURS, 0o700))
    around = open_.enter_context(make_folder(place.parent, OURS, 0o755))
    return open_.enter_context(make_folder_in(around, place, OURS, 0o700))


@pytest.mark.parametrize("inside", [False, True], ids=["itself", "in an open folder"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "file", "fifo"])
def test_what_stands_in_its_place_is_refused_and_left_alone(
    tmp_path: Path, kind: str, *, inside: bool
) -> None:
    elsewhere, place = tmp_path / "elsewhere", tmp_path / "data"
    elsewhere.mkdir(mode=0o755)
    match kind:
        case "link":
            place.symlink_to(elsewhere)
        case "dangling link":
            place.symlink_to(tmp_path / "nowhere")
        case "file":
            place.touch()
        case _:
            os.mkfifo(place)
    with ExitStack() as open_, pytest.raises(FolderError, match="cannot be used"):
        _made(open_, place, inside=inside)
    assert mode(elsewhere) == 0o755
    assert not (tmp_path / "nowhere").exists()


def test_a_link_on_the_way_is_followed_where_only_we_can_have_made_it(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "closed").mkdir(mode=0o755)
    (tmp_path / "closed" / "way").symlink_to(tmp_path / "real")
    with make_folder(tmp_path / "closed" / "way" / "data", OURS, 0o700):
        pass
    assert (tmp_path / "real" / "data").is_dir()


def test_a_link_on_the_way_that_others_could_have_made_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    (tmp_path / "open" / "way").symlink_to(tmp_path / "real")
    place = tmp_path / "open" / "way" / "data"
    with pytest.raises(FolderError, match="A link lies on the way"), make_folder(place, OURS, 0o700):
        pass
    assert not (tmp_path / "real" / "data").exists()


@pytest.mark.parametrize("below", ["file", "file/data", "file/below/data"])
def test_a_file_on_the_way_is_told_as_one(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderError, match=r"no folder|Not a directory"):
        owner_of(tmp_path / below)
    with pytest.raises(FolderError, match=r"no folder"), make_folder(tmp_path / below, OURS, 0o700):
        pass


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises((FolderError, OSError)):
        owner_of(tmp_path / "a" / "data")


def test_a_folder_of_another_account_is_refused(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        (tmp_path / "data").mkdir()
        os.chown(tmp_path / "data", STRANGER, STRANGER)
        there, nobody = tmp_path / "data", Account(STRANGER + 1, STRANGER + 1)
    else:
        there, nobody = Path("/var/lib"), OURS
    before = mode(there)
    with pytest.raises(FolderError, match="belongs to another account"), make_folder(there, nobody, 0o700):
        pass
    assert mode(there) == before


def test_a_folder_that_nobody_can_change_or_that_is_hidden_is_refused(tmp_path: Path) -> None:
    refused = pytest.raises(FolderError, match="cannot be used" if os.geteuid() == 0 else "another account")
    with refused, make_folder(Path("/proc/sys"), OURS, 0o700):
        pass
    (tmp_path / "closed").mkdir(mode=0o700 if os.geteuid() == 0 else 0)
    place = tmp_path / "closed" / "below" / "data"
    refused = pytest.raises(FolderError, match="cannot be used")
    with as_nobody(), refused, make_folder(place, Account.ours(), 0o700):
        pass
    (tmp_path / "closed").chmod(0o700)


def test_what_root_made_is_handed_over_but_for_links_and_second_names(tmp_path: Path) -> None:
    data, secret = tmp_path / "data", tmp_path / "secret"
    (data / "secrets").mkdir(parents=True)
    (data / "secrets" / "ari-password").write_text("x")
    secret.write_text("secret")
    (data / "link").symlink_to(secret)
    (data / "second-name").hardlink_to(secret)
    before = secret.stat()
    here = os.open(data, os.O_RDONLY)
    hand_over(here, Account(STRANGER, STRANGER))
    os.close(here)
    assert secret.stat() == before
    given = STRANGER if os.geteuid() == 0 else os.geteuid()
    assert (data / "secrets").stat().st_uid == given
    assert (data / "secrets" / "ari-password").stat().st_uid == given


def test_sounds_are_shared_by_their_group_but_for_links_and_second_names(tmp_path: Path) -> None:
    sounds, secret = tmp_path / "sounds", tmp_path / "secret"
    sounds.mkdir()
    (sounds / "beep.alaw").write_text("x")
    secret.write_text("secret")
    secret.chmod(0o600)
    (sounds / "second-name").hardlink_to(secret)
    (sounds / "link").symlink_to(secret)
    os.mkfifo(sounds / "fifo")
    before = secret.stat()
    here = os.open(sounds, os.O_RDONLY)
    share_files(here, Account(os.geteuid(), STRANGER))
    os.close(here)
    assert secret.stat() == before
    if os.geteuid() == 0:
        assert (sounds / "beep.alaw").stat().st_gid == STRANGER
        assert mode(sounds / "beep.alaw") == 0o640
