"""Finding an Asterisk that is new enough, and saying plainly why there is none."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.asterisk_root import OLDEST, Installation, ensure_root
from embedded.errors import RootError

MARKER = "buurtbel-asterisk-version"


@pytest.mark.pbx
def test_the_asterisk_found_runs_and_is_new_enough(asterisk_root: Path) -> None:
    assert Installation(asterisk_root).version() >= OLDEST


@pytest.mark.pbx
def test_a_root_that_exists_is_used_as_it_is(asterisk_root: Path) -> None:
    before = sorted(path.name for path in asterisk_root.parent.iterdir())
    assert ensure_root(asterisk_root) == asterisk_root
    assert sorted(path.name for path in asterisk_root.parent.iterdir()) == before


@pytest.mark.pbx
def test_all_its_parts_are_found_inside_it(asterisk_root: Path) -> None:
    installation = Installation(asterisk_root)
    parts = [installation.modules, installation.data, installation.binary]
    assert all(part.exists() and part.is_relative_to(asterisk_root) for part in parts)


def test_an_empty_root_has_no_version(tmp_path: Path) -> None:
    assert Installation(tmp_path).version() == (0,)


def test_an_older_asterisk_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / MARKER).write_text("22.9.0")
    with pytest.raises(RootError):
        ensure_root(tmp_path / "root")


def test_without_mmdebstrap_the_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = "mmdebstrap is missing" if os.geteuid() == 0 else "only root can build it"
    with pytest.raises(RootError, match=wanted):
        ensure_root(tmp_path / "root")
    assert not (tmp_path / "root").exists()


def tool(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("complaint", "sentence"),
    [
        ("E: Could not resolve 'mirror.test'", "cannot be reached"),
        ("E: write failed: No space left on device", "disk became full"),
        ("E: apt-get update failed: 100", r"\(apt-get update failed: 100\)"),
    ],
)
def test_why_the_mirror_gave_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, complaint: str, sentence: str
) -> None:
    if os.geteuid() != 0:
        sentence = "only root can build it"
    tool(tmp_path, "apt-get", "printf 'Debian\\ttrixie\\thttp://mirror.test/debian/\\n'")
    tool(tmp_path, "mmdebstrap", f'echo "{complaint}" >&2; exit 1')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(RootError, match=sentence):
        ensure_root(tmp_path / "root")
    assert [path.name for path in tmp_path.iterdir() if "root" in path.name] == []


def test_what_is_laid_out_gives_nobody_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tmp_path, "apt-get", "printf 'Debian\\ttrixie\\thttp://mirror.test/debian/\\n'")
    programs = 'mkdir -p "$5"/usr/bin; touch "$5"/usr/bin/su "$5"/usr/bin/wall; chmod 4755 "$5"/usr/bin/su'
    more = 'chmod 2755 "$5"/usr/bin/wall'
    tool(tmp_path, "mmdebstrap", f'{programs}; {more}; echo 22.10.1 > "$5"/{MARKER}')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    if os.geteuid() != 0:
        with pytest.raises(RootError, match="only root can build it"):
            ensure_root(tmp_path / "root")
        return
    root = ensure_root(tmp_path / "root")
    assert {(root / "usr/bin" / name).stat().st_mode & 0o7777 for name in ("su", "wall")} == {0o755}
    (root / "usr/bin/su").chmod(0o4755)  # as an earlier release left it
    ensure_root(root)
    assert (root / "usr/bin/su").stat().st_mode & 0o7777 == 0o755


def test_programs_that_start_at_once_lay_it_out_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool(tmp_path, "apt-get", "printf 'Debian\\ttrixie\\thttp://mirror.test/debian/\\n'")
    tool(tmp_path, "mmdebstrap", f'echo one >> {tmp_path}/built; sleep 0.2; echo 22.10.1 > "$5"/{MARKER}')
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with ThreadPoolExecutor() as starting:
        found = [starting.submit(ensure_root, tmp_path / "root") for _ in range(3)]
    if os.geteuid() != 0:
        assert {type(one.exception()) for one in found} == {RootError}
        return
    assert {one.result() for one in found} == {tmp_path / "root"}
    assert (tmp_path / "built").read_text() == "one\n"
