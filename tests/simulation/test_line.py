"""What lies between phone and caller: echo and silence suppression."""

import numpy as np
import pytest

from prompts.audio import TELEPHONE_RATE
from simulation.kinds import Beep, Box, Echo, NeighbourKind
from simulation.phones.line import HANGOVER
from simulation.sound.studio import Studio
from tests.simulation.rehearsal import GREETING, HALLO, QUIET_ROOM, call, message, person


@pytest.mark.parametrize(("db", "ms"), [(0.0, 10.0), (-6.0, 125.0), (-24.0, 400.0)])
async def test_an_echo_comes_back_later_and_softer(studio: Studio, db: float, ms: float) -> None:
    mia = await call(studio, NeighbourKind.SILENT, person(noise=-90.0), echo=Echo(db, ms))
    heard = message(4)
    said = mia.hear(heard).nothing(1).said
    late = round(ms / 1000 * TELEPHONE_RATE)
    assert said[late : late + len(heard)] == pytest.approx(heard * 10 ** (db / 20), abs=0.003)
    assert np.abs(said[late + len(heard) :]).max() < 0.001


async def test_an_echo_is_mixed_into_what_is_said(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.HALLO, person(HALLO), echo=Echo(-10.0, 50.0))
    mia.hear(message(4))
    assert mia.active_level(0.5, 1.0) > -20
    assert mia.level(2, 4) == pytest.approx(-31, abs=1.5)


async def test_an_echo_keeps_its_delay_when_frames_come_late_or_not_at_all(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.SILENT, person(noise=-90.0), echo=Echo(0.0, 100.0))
    mia.hear(message(1)).nothing(0.5).hear(message(1)).nothing(0.3)
    heard = message(1)
    assert mia.said[800 : 800 + 8000] == pytest.approx(heard, abs=0.003)
    assert mia.said[12_800 : 12_800 + 8000] == pytest.approx(heard, abs=0.003)


async def test_a_suppressing_network_sends_nothing_while_nobody_speaks(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.HALLO, person(HALLO), suppresses=True)
    mia.nothing(4)
    sends = [frame is not None for frame in mia.sent]
    assert not any(sends[:25])
    assert any(sends[25:60])
    assert not any(sends[100:])


async def test_a_network_goes_on_sending_a_little_after_speech(studio: Studio) -> None:
    beep = Beep(after=0.0, hertz=800.0, seconds=0.5, level=-20.0)
    box = await call(studio, NeighbourKind.BOX, Box(0.2, GREETING, (beep,)), suppresses=True)
    box.nothing(8)
    last = max(index for index, frame in enumerate(box.sent) if frame is not None)
    assert (last + 1) * 0.02 == pytest.approx(0.2 + 3.0 + 0.5 + HANGOVER, abs=0.041)


@pytest.mark.parametrize(("noise", "is_sent"), [(-30.0, True), (-60.0, False)])
async def test_loud_noise_counts_as_speech_and_a_room_does_not(
    studio: Studio, noise: float, is_sent: bool
) -> None:
    nele = await call(studio, NeighbourKind.SILENT, person(noise=noise), suppresses=True)
    nele.nothing(2)
    assert all(frame is not None for frame in nele.sent) is is_sent


async def test_without_suppression_the_room_is_always_heard(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.SILENT, person())
    mia.nothing(2)
    assert all(frame is not None for frame in mia.sent)
    assert mia.level(0, 2) == pytest.approx(QUIET_ROOM, abs=1)
