"""Sounds that a crash left, with nobody to need them: they are removed, and no others."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from broadcast.audio.kept_sounds import forget_sounds_of_nobody, keep_sound
from broadcast.audio.sounds import MessageSounds
from broadcast.draft import Draft, SpokenMessage
from prompts.audio import Audio
from tests.support.office import TEXT, Office
from tests.support.people import ADMIN, DE_BIST, named, network_of, phone
from tests.support.reports import reported

PATIENCE = 20.0
FILES = {".alaw", ".ulaw", ".sln16"}


def sound(pitch: float) -> Audio:
    return Audio(np.sin(np.arange(8_000) * pitch).astype(np.float32) / 4, 8_000)


async def kept(office: Office, pitch: float) -> str:
    async with office.engine.begin() as connection:
        return await keep_sound(connection, sound(pitch))


async def a_day_goes_by(office: Office) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE audio SET kept_at = kept_at - interval '25 hours'"))


async def sweep(office: Office) -> int:
    async with office.engine.begin() as connection:
        return await forget_sounds_of_nobody(connection)


async def names(office: Office) -> set[str]:
    async with office.engine.connect() as connection:
        return set(await connection.scalars(text("SELECT sha256 FROM audio")))


def laid(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir()}


async def test_a_sound_of_nobody_is_forgotten_when_it_is_a_day_old(office: Office) -> None:
    await kept(office, 0.1)
    await a_day_goes_by(office)
    young = await kept(office, 0.2)
    assert await sweep(office) == 1
    assert await names(office) == {young}


async def test_what_an_alert_or_a_report_needs_is_never_forgotten(office: Office) -> None:
    await network_of(office.engine, {"An": [phone(10)]})
    spoken = SpokenMessage(await kept(office, 0.1), "nl")
    await office.desk.send(named("Maes"), Draft([DE_BIST], {}, urgent=True, recording=spoken))
    await reported(office.engine, number=phone(10))
    before = await names(office)
    await a_day_goes_by(office)
    assert (len(before), await sweep(office)) == (3, 0), "the recording, its pass, and the report"
    assert await names(office) == before


async def test_a_sound_that_is_kept_again_is_young_again(office: Office) -> None:
    again = await kept(office, 0.1)
    await a_day_goes_by(office)
    assert await kept(office, 0.1) == again
    assert await sweep(office) == 0


async def test_a_sound_that_is_kept_again_in_this_moment_stays(office: Office) -> None:
    again = await kept(office, 0.1)
    await a_day_goes_by(office)
    async with office.engine.begin() as connection:
        await keep_sound(connection, sound(0.1))
        sweeping = asyncio.create_task(sweep(office))
        waits = text("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        async with asyncio.timeout(PATIENCE):
            while not await connection.scalar(waits):
                await asyncio.sleep(0.01)
    assert await sweeping == 0
    assert await names(office) == {again}


async def test_a_pass_that_two_networks_hear_is_kept_once_and_is_young_again_when_it_is_sent_again(
    office: Office,
) -> None:
    for slug in ("de-bist", "the-same-by-another-name"):
        await network_of(office.engine, {"An": [phone(10)]}, slug=slug)
    async with office.engine.begin() as connection:
        await connection.execute(text("UPDATE network SET name = 'BIN De Bist'"))
    draft = Draft(["de-bist", "the-same-by-another-name"], {"nl": TEXT}, urgent=True)
    for _ in range(2):
        await a_day_goes_by(office)
        await office.desk.send(ADMIN, draft)
        async with office.engine.begin() as connection:
            assert (await connection.execute(text("DELETE FROM pass"))).rowcount == 2
    assert await office.count("audio") == 1
    assert await sweep(office) == 0


@pytest.fixture
def sounds(office: Office) -> MessageSounds:
    return MessageSounds(office.engine, office.sounds_folder)


async def test_files_of_an_earlier_process_go_when_their_sound_is_forgotten(
    office: Office, sounds: MessageSounds
) -> None:
    gone, stays = await kept(office, 0.1), await kept(office, 0.2)
    for name in (gone, stays):
        await MessageSounds(office.engine, office.sounds_folder).ensure(name)
    (office.sounds_folder / "thank_you.nl.alaw").write_bytes(b"")
    async with office.engine.begin() as connection:
        await connection.execute(
            text("UPDATE audio SET kept_at = kept_at - interval '25 hours' WHERE sha256 = :gone"),
            {"gone": gone},
        )
    await sounds.sweep()
    assert await names(office) == {stays}
    assert laid(office.sounds_folder) == {stays + ending for ending in FILES} | {"thank_you.nl.alaw"}


async def test_files_that_this_process_laid_out_are_left_to_whoever_plays_them(
    office: Office, sounds: MessageSounds
) -> None:
    played = await kept(office, 0.1)
    await sounds.ensure(played)
    await a_day_goes_by(office)
    await sounds.sweep()
    assert await names(office) == set()
    assert laid(office.sounds_folder) == {played + ending for ending in FILES}
