"""Fixed sentences are spoken once for a voice, and what lies there damaged is spoken anew."""

import stat
from pathlib import Path

import pytest

from prompts.audio import PLAYED
from prompts.errors import VoiceMissing
from prompts.espeak import EspeakVoice
from prompts.fixed import Laid, lay_sentence, not_needed
from prompts.gtts_voice import GttsVoice
from prompts.normalise.names import NO_NAMES, Names, Reading
from tests.fakes.voice import HummingVoice

FILES = (*PLAYED, ".sum")


async def lays(voice: HummingVoice, folder: Path) -> Laid:
    return (await lay_sentence(voice, folder, "line_menu", ["nl"]))["nl"]


async def test_a_sentence_is_spoken_once_and_found_at_the_next_start(tmp_path: Path) -> None:
    first = await lays(HummingVoice(), tmp_path)
    again = HummingVoice()
    assert await lays(again, tmp_path) == first
    assert not again.said


@pytest.mark.parametrize("suffix", FILES)
@pytest.mark.parametrize("harm", ["cut short", "emptied", "changed", "gone"])
async def test_a_damaged_file_is_noticed_and_spoken_anew(tmp_path: Path, suffix: str, harm: str) -> None:
    laid = await lays(HummingVoice(), tmp_path)
    whole = {end: laid.path.with_suffix(end).read_bytes() for end in FILES}
    file, content = laid.path.with_suffix(suffix), whole[suffix]
    match harm:
        case "cut short":
            file.write_bytes(content[: len(content) // 2])
        case "emptied":
            file.write_bytes(b"")
        case "changed":
            file.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        case _:
            file.unlink()
    voice = HummingVoice()
    assert await lays(voice, tmp_path) == laid
    assert len(voice.said) == 1
    assert {end: laid.path.with_suffix(end).read_bytes() for end in FILES} == whole


async def test_what_another_voice_said_is_not_played(tmp_path: Path) -> None:
    before = await lays(HummingVoice(), tmp_path)
    other = HummingVoice()
    other.hums = "lower"
    after = await lays(other, tmp_path)
    assert after.path != before.path
    assert len(other.said) == 1


async def test_a_sentence_whose_names_are_said_otherwise_is_another(tmp_path: Path) -> None:
    lists = [NO_NAMES, Names((Reading("Auchan", "osjan"),))]
    laid = [
        await lay_sentence(
            HummingVoice(), tmp_path, "line_welcome", ["nl"], names, zone={"nl": "Politie Auchan"}
        )
        for names in lists
    ]
    assert len({one["nl"].path for one in laid}) == len(lists)


async def test_what_is_not_needed_is_known_from_what_is_no_sentence(tmp_path: Path) -> None:
    needed = await lays(HummingVoice(), tmp_path)
    other = HummingVoice()
    other.hums = "lower"
    old = await lays(other, tmp_path)
    earlier = tmp_path / f"line_menu-nl-{'0' * 12}.alaw"
    unfinished = tmp_path / f".line_menu-nl-{'0' * 12}.alaw.{'a' * 32}"
    others = ("tone.alaw", "away-nl.alaw", f"{'b' * 64}.alaw", f"told-{'c' * 32}.alaw")
    for file in (earlier, unfinished, *(tmp_path / name for name in others)):
        file.write_bytes(b"")
    old_files = {old.path.with_suffix(end) for end in FILES}
    assert not_needed(tmp_path, [needed.path]) == {earlier, unfinished, *old_files}


async def test_who_owns_the_folder_writes_and_its_group_reads(tmp_path: Path) -> None:
    laid = await lays(HummingVoice(), tmp_path)
    assert {stat.S_IMODE(laid.path.with_suffix(end).stat().st_mode) for end in FILES} == {0o640}


def test_a_voice_is_marked_by_program_and_settings() -> None:
    ours = EspeakVoice().mark("nl")
    assert "eSpeak NG" in ours
    assert len({ours, EspeakVoice(speed=100).mark("nl"), EspeakVoice({"nl": "nl"}).mark("nl")}) == 3
    assert GttsVoice(EspeakVoice()).mark("nl") not in {ours, GttsVoice(EspeakVoice(speed=100)).mark("nl")}


def test_a_voice_that_is_missing_has_no_mark() -> None:
    with pytest.raises(VoiceMissing):
        EspeakVoice(program="no-such-program").mark("nl")
    with pytest.raises(VoiceMissing):
        EspeakVoice().mark("tlh")


def test_a_program_that_never_says_which_release_it_is_keeps_nobody_waiting(tmp_path: Path) -> None:
    hangs = tmp_path / "espeak-ng"
    hangs.write_text("#!/bin/sh\nexec sleep 600\n")
    hangs.chmod(0o755)
    with pytest.raises(VoiceMissing):
        EspeakVoice(program=str(hangs), timeout=0.2).mark("nl")
