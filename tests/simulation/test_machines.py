"""Answering boxes, the call screener and the fax: what they say when, and what a box keeps."""

import numpy as np
import pytest

from prompts.audio import TELEPHONE_RATE, Audio
from simulation.kinds import Beep, Box, Fax, Greeting, NeighbourKind, Phrase, Screener
from simulation.people.cast import greeting
from simulation.phones.ears import END_QUIET
from simulation.sound import sounds
from simulation.sound.speakers import SYNTHETIC
from simulation.sound.studio import Studio
from simulation.sound.words import Topic, texts
from tests.simulation.rehearsal import GREETING, HALLO, LOTTE, call, message, person

BEEP = Beep(after=0.6, hertz=1000.0, seconds=0.5, level=-15.0)
FULL, GOODBYE = texts("nl", "full")[0], texts("nl", "goodbye")[0]


async def test_a_box_greets_waits_beeps_and_is_then_exactly_silent(studio: Studio) -> None:
    box = Box(0.5, GREETING, (BEEP,))
    rehearsal = (await call(studio, NeighbourKind.BOX, box)).nothing(10)
    assert rehearsal.level(0, 0.5) < -100
    assert rehearsal.active_level(0.5, 3.5) == pytest.approx(-20, abs=1)
    assert rehearsal.level(3.5, 4.1) < -100
    assert rehearsal.level(4.12, 4.58) == pytest.approx(-15, abs=0.3)
    assert rehearsal.level(4.62, 10) < -100


async def test_a_box_begins_to_keep_right_after_its_beep(studio: Studio) -> None:
    box = Box(0.5, GREETING, (BEEP,))
    rehearsal = (await call(studio, NeighbourKind.BOX, box)).nothing(10)
    assert rehearsal.phone.kept_from == pytest.approx(box.opening_seconds, abs=0.021)
    assert rehearsal.phone.kept_until is None


async def test_a_box_without_a_beep_begins_to_keep_a_little_after_its_greeting(studio: Studio) -> None:
    box = Box(0.2, GREETING, keeps_after=1.2)
    rehearsal = (await call(studio, NeighbourKind.BOX, box)).nothing(10)
    assert rehearsal.phone.kept_from == pytest.approx(0.2 + 3.0 + 1.2, abs=0.021)


async def test_a_noisy_line_stays_below_anything_that_could_be_speech(studio: Studio) -> None:
    rehearsal = (
        await call(studio, NeighbourKind.BOX, Box(0.5, GREETING, (BEEP,), line_noise=-62.0))
    ).nothing(10)
    assert rehearsal.level(5, 10) == pytest.approx(-62, abs=1)


async def test_a_box_that_cuts_keeps_thirty_seconds_says_goodbye_and_hangs_up(studio: Studio) -> None:
    box = Box(0.2, GREETING, (BEEP,), last_words=GOODBYE)
    rehearsal = (await call(studio, NeighbourKind.BOX_CUTS, box, capacity=30.0)).hear(message(60))
    phone = rehearsal.phone
    assert phone.kept_from is not None
    assert phone.kept_until is not None
    assert phone.kept_until == pytest.approx(phone.kept_from + 30, abs=0.021)
    assert rehearsal.active_level(phone.kept_until, phone.kept_until + 1.5) == pytest.approx(-20, abs=1.5)
    assert rehearsal.is_over
    assert rehearsal.seconds < phone.kept_until + 5


async def test_a_full_box_says_so_and_keeps_nothing(studio: Studio) -> None:
    rehearsal = (await call(studio, NeighbourKind.BOX_FULL, Box(0.2, GREETING, last_words=FULL))).nothing(20)
    assert rehearsal.phone.kept_from is None
    assert rehearsal.is_over
    assert rehearsal.active_level(3.5, 6) == pytest.approx(-20, abs=1.5)


async def test_a_box_may_hang_up_right_after_its_greeting(studio: Studio) -> None:
    rehearsal = (await call(studio, NeighbourKind.BOX_HANGS_UP, Box(0.2, GREETING))).nothing(20)
    assert rehearsal.phone.kept_from is None
    assert rehearsal.seconds == pytest.approx(0.2 + 3.0 + 0.3, abs=0.05)


@pytest.mark.parametrize("level", [-12.0, -20.0, -34.0])
async def test_a_greeting_has_its_length_to_the_sample_and_its_level(studio: Studio, level: float) -> None:
    phrases = (Phrase(4.0, 1.5), Phrase(2.345, 0.25), Phrase(3.0, 0.0))
    await studio.learn((LOTTE, text) for text in texts("nl", "greeting"))
    said = Audio(greeting(Greeting(LOTTE, phrases, level), studio, seed=5), TELEPHONE_RATE)
    assert len(said.samples) == round(11.095 * TELEPHONE_RATE)
    assert said.level == pytest.approx(level, abs=0.5)
    assert 1.5 <= said.longest_pause <= 1.9
    assert np.isfinite(said.samples).all()


@pytest.mark.parametrize("under", [{"noise": -30.0}, {"music": -30.0}])
async def test_noise_or_music_goes_on_in_the_pauses_of_a_greeting(
    studio: Studio, under: dict[str, float]
) -> None:
    phrases = (Phrase(2.0, 1.5), Phrase(2.0, 0.0))
    await studio.learn((LOTTE, text) for text in texts("nl", "greeting"))
    said = greeting(Greeting(LOTTE, phrases, -20.0, **under), studio, seed=5)
    pause = said[round(2.05 * TELEPHONE_RATE) : round(3.4 * TELEPHONE_RATE)]
    assert 10 * np.log10(np.mean(np.square(pause))) == pytest.approx(-30, abs=4)


@pytest.mark.parametrize("rings", [True, False])
async def test_a_screener_asks_waits_for_a_name_and_hangs_up(studio: Studio, rings: bool) -> None:
    who = Screener(LOTTE, 0.3, texts("nl", "screener")[0], texts("nl", "moment")[0], 9.0, rings)
    rehearsal = await call(studio, NeighbourKind.SCREENER, who)
    rehearsal.nothing(7).hear(message(3)).nothing(20)
    assert rehearsal.is_over
    # The pause is heard 0.8 s after the name; a moment lasts 1 to 2 s.
    assert rehearsal.seconds == pytest.approx(7 + 2.7 + 0.8 + 1.8 + 9, abs=0.8)
    assert (rehearsal.level(rehearsal.seconds - 8.9, rehearsal.seconds) > -40) is rings


async def test_a_screener_waits_twelve_seconds_for_a_caller_who_never_pauses(studio: Studio) -> None:
    who = Screener(LOTTE, 0.3, texts("nl", "screener")[0], texts("nl", "moment")[0], 8.0, rings=False)
    rehearsal = (await call(studio, NeighbourKind.SCREENER, who)).hear(message(60))
    assert rehearsal.seconds == pytest.approx(0.3 + 5 + 12 + 1.8 + 8, abs=1.5)


async def test_who_comes_after_a_screener_speaks_and_leaves_when_they_heard_it_a_second_time(
    studio: Studio,
) -> None:
    comes = person(HALLO, leaves_after=1.0)
    question, patience = texts("nl", "screener")[0], texts("nl", "moment")[0]
    who = Screener(LOTTE, 0.3, question, patience, 8.0, rings=False, who_comes=comes)
    said = sounds.joined([message(36), sounds.silence(1.0), message(15), sounds.silence(5.0)])
    rehearsal = (await call(studio, NeighbourKind.LET_IN, who)).hear(said)
    came = rehearsal.phone.kept_from
    assert came is not None
    assert came == pytest.approx(0.3 + 5 + 12 + 1.8 + 8, abs=1.5)
    assert rehearsal.active_level(came, came + 2) > -30
    assert rehearsal.seconds == pytest.approx(36 + 1 + 15 + END_QUIET + 1, abs=0.5)


@pytest.mark.parametrize(
    ("topic", "shortest", "longest"),
    [("hallo", 0.3, 1.6), ("asks", 0.4, 1.5), ("screener", 3, 6), ("moment", 1, 2)],
)
@pytest.mark.parametrize(
    "language",
    ["nl", *(pytest.param(one, marks=pytest.mark.thorough) for one in sorted(SYNTHETIC.keys() - {"nl"}))],
)
async def test_what_is_said_once_has_a_natural_length(
    studio: Studio, language: str, topic: Topic, shortest: float, longest: float
) -> None:
    lines = [(speaker, text) for speaker in SYNTHETIC[language] for text in texts(language, topic)]
    await studio.learn(lines)
    lengths = [len(studio.spoken(*line)) / TELEPHONE_RATE for line in lines]
    assert shortest <= min(lengths)
    assert max(lengths) <= longest


async def test_a_fax_sends_its_tone_then_bursts_and_gives_up(studio: Studio) -> None:
    rehearsal = (await call(studio, NeighbourKind.FAX, Fax(0.5, 3.0, 1.2))).nothing(60)
    tone = rehearsal.said[round(1 * TELEPHONE_RATE) : round(3 * TELEPHONE_RATE)]
    assert np.abs(np.fft.rfft(tone)).argmax() / 2 == pytest.approx(sounds.FAX_ANSWER, abs=1)
    assert rehearsal.level(3.52, 3.56) < -100
    assert [rehearsal.level(4 + 3 * turn, 4.5 + 3 * turn) > -20 for turn in range(8)] == [True] * 8
    assert rehearsal.level(5.1, 6.4) < -100
    assert rehearsal.seconds == pytest.approx(35, abs=0.1)
