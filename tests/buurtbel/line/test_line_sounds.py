"""The line lays out what it says: a start speaks nothing that lies there, and sweeps what nobody says."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from buurtbel.assembly import Assembly, assemble
from buurtbel.line.sounds import (
    ON_AN_ALERT,
    TO_CALLERS,
    LineSentences,
    OldSentences,
    lay_alert_sentences,
    lay_line_sentences,
    speak_what_lacks,
)
from buurtbel.settings.settings import Database, Settings
from ivr.call.values import Sound
from ivr.pbx.dialplan import away_sound
from ivr.scripts.sentences import Says
from prompts.languages import LANGUAGES
from tests.fakes.voice import HummingVoice


@pytest.fixture
async def settings(database_url: str, tmp_path: Path) -> Settings:
    (tmp_path / "sounds").mkdir()
    return Settings(data_dir=tmp_path, database=Database(url=database_url))


async def spoken(assembly: Assembly) -> None:
    await speak_what_lacks(assembly, TO_CALLERS)


async def test_a_second_start_speaks_nothing(settings: Settings) -> None:
    async with assemble(settings) as made:
        await spoken(replace(made, voice=HummingVoice()))
        voice = HummingVoice()
        assembly = replace(made, voice=voice)
        says, alert = await lay_line_sentences(assembly), await lay_alert_sentences(assembly)
    assert not voice.said
    assert set(says["fr"]) == set(TO_CALLERS)
    assert set(alert["de"]) == set(ON_AN_ALERT)
    assert all(sound.seconds > 0 for one in says.values() for sound in one.values())


@pytest.mark.thorough
async def test_who_calls_while_we_are_away_hears_the_voice_of_today(settings: Settings) -> None:
    async with assemble(settings) as made:
        for hums in ("high", "low"):
            voice = HummingVoice()
            voice.hums = hums
            assembly = replace(made, voice=voice)
            await spoken(assembly)
            says = await lay_line_sentences(assembly)
            for language in LANGUAGES:
                said = says[language]["line_away"].path.with_suffix(".alaw").read_bytes()
                away = away_sound(settings.sounds_folder, language).with_suffix(".alaw")
                assert away.read_bytes() == said


async def test_old_sentences_are_removed_when_a_call_of_before_must_be_over(settings: Settings) -> None:
    folder = settings.sounds_folder
    old, message = folder / f"thank_you-nl-{'0' * 12}.alaw", folder / f"{'a' * 64}.alaw"
    for file in (old, message):
        file.write_bytes(b"\xd5")
    async with assemble(settings) as made:
        assembly = replace(made, voice=HummingVoice())
        await spoken(assembly)
        laid = set(folder.iterdir()) - {old}
        sweeper = OldSentences(folder, asyncio.create_task(lay_line_sentences(assembly)))
        await sweeper.sweep()
        assert old.exists()
        await sweeper.sweep()
    assert not old.exists()
    assert laid <= set(folder.iterdir())


LAID: Mapping[str, Says] = {"nl": {"goodbye": Sound(Path("goodbye-nl"), 1.0)}}


async def test_a_caller_who_hangs_up_before_they_are_spoken_takes_them_from_nobody() -> None:
    spoken = asyncio.Event()

    async def lay() -> Mapping[str, Says]:
        await spoken.wait()
        return LAID

    async def wait_for_them() -> Mapping[str, Says]:
        return await says

    says = LineSentences(lay)
    hangs_up, stays = asyncio.create_task(wait_for_them()), asyncio.create_task(wait_for_them())
    await asyncio.sleep(0)  # both wait
    hangs_up.cancel()
    await asyncio.wait({hangs_up})
    spoken.set()
    assert await stays == LAID
    assert await says == LAID


async def test_what_could_not_be_laid_out_is_laid_out_when_that_is_mended() -> None:
    faults: list[Exception] = [OSError("No space left on device"), RuntimeError("of our own")]

    async def lay() -> Mapping[str, Says]:
        if faults:
            raise faults.pop()
        return LAID

    assert await LineSentences(lay, again_after=0.0) == LAID
