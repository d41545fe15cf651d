"""People on the phone: what they say, when they press, and that they leave by what they hear."""

import pytest

from simulation.kinds import Neighbour, NeighbourKind, Press, Utterance
from simulation.people.draw import draw
from simulation.phones.phone import Wish
from simulation.sound.frames import SPEECH
from simulation.sound.studio import Studio
from tests.simulation.rehearsal import HALLO, LOTTE, QUIET_ROOM, call, message, person, rehearsal_of


async def test_a_person_says_hallo_into_the_quiet_of_their_room(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.HALLO, person(HALLO))
    mia.nothing(3)
    assert mia.level(0.0, 0.4) == pytest.approx(QUIET_ROOM, abs=1)
    assert mia.active_level(0.5, 1.5) == pytest.approx(-20, abs=1)
    assert mia.level(2.5, 3.0) == pytest.approx(QUIET_ROOM, abs=1)


async def test_a_person_puts_the_phone_down_in_the_quiet_after_the_message(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.HALLO, person(HALLO, leaves_after=1.0))
    mia.hear(message(10)).nothing(5)
    assert mia.seconds == pytest.approx(10 + 0.8 + 1.0, abs=0.1)
    assert mia.is_over


async def test_a_person_takes_no_short_pause_for_the_end(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.SILENT, person(leaves_after=0.2))
    mia.hear(message(6)).nothing(0.4).hear(message(6))
    assert not mia.is_over


async def test_a_person_who_heard_only_a_few_words_goes_on_waiting(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.SILENT, person(leaves_after=0.2))
    mia.hear(message(3)).nothing(10)
    assert not mia.is_over


async def test_a_person_may_stay_until_the_caller_hangs_up(studio: Studio) -> None:
    mia = await call(studio, NeighbourKind.SILENT, person())
    mia.hear(message(20)).nothing(60)
    assert not mia.is_over


async def test_a_talker_talks_over_the_message_and_leaves_when_it_is_over(studio: Studio) -> None:
    talk = (
        Utterance(0.5, talk_seconds=3.0),
        Utterance(1.0, talk_seconds=2.0),
        Utterance(9.0, talk_seconds=2.0),
    )
    jef = await call(studio, NeighbourKind.TALKS, person(*talk, leaves_after=0.5))
    jef.hear(message(9)).nothing(4)
    assert jef.active_level(0.5, 3.3) == pytest.approx(-20, abs=1.5)
    assert jef.active_level(4.7, 6.2) == pytest.approx(-20, abs=1.5)
    assert jef.level(7, 9) < SPEECH
    assert jef.is_over
    assert jef.seconds < 11


async def test_a_shout_is_one_unbroken_stretch(studio: Studio) -> None:
    shout = Utterance(0.4, talk_seconds=4.0, level=-14.0, unbroken=True)
    an = await call(studio, NeighbourKind.SHOUTS, person(shout))
    an.nothing(6)
    pieces = [an.level(0.5 + step * 0.25, 0.75 + step * 0.25) for step in range(14)]
    assert min(pieces) > SPEECH
    assert an.active_level(0.4, 4.4) == pytest.approx(-14, abs=1)
    assert an.level(4.6, 6) < SPEECH


async def test_who_leaves_at_half_leaves_while_the_message_is_spoken(studio: Studio) -> None:
    bram = await call(studio, NeighbourKind.LEAVES_AT_HALF, person(HALLO, leaves_at=5.0))
    bram.hear(message(20))
    assert bram.is_over
    assert bram.seconds == pytest.approx(5.0 / 0.8, abs=0.6)


async def test_who_presses_before_the_message_does_not_wait_for_it(studio: Studio) -> None:
    sofie = await call(studio, NeighbourKind.PRESSES_BEFORE, person(presses=(Press(0.8, in_quiet=False),)))
    sofie.nothing(3)
    [(wished_at, wish)] = sofie.wishes
    assert wish is Wish.PRESS
    assert wished_at == pytest.approx(0.82, abs=0.021)


async def test_who_presses_after_the_message_waits_for_its_end(studio: Studio) -> None:
    sofie = await call(
        studio, NeighbourKind.PRESSES_AFTER, person(HALLO, presses=(Press(0.3, in_quiet=True),))
    )
    sofie.hear(message(10)).nothing(4)
    [(wished_at, wish)] = sofie.wishes
    assert wish is Wish.PRESS
    assert wished_at == pytest.approx(10 + 0.8 + 0.3, abs=0.1)


async def test_who_asks_for_it_again_hears_it_whole_before_pressing_one(studio: Studio) -> None:
    keys = (Press(2.0, in_quiet=False), Press(0.3, in_quiet=True))
    dirk = await call(studio, NeighbourKind.REPEATS, person(presses=keys))
    dirk.hear(message(6))
    assert len(dirk.wishes) == 1
    dirk.hear(message(10)).nothing(3)
    assert [wish for _, wish in dirk.wishes] == [Wish.PRESS, Wish.PRESS]
    assert dirk.wishes[1][0] > 15


async def test_what_was_heard_before_the_two_does_not_count_for_the_one(studio: Studio) -> None:
    keys = (Press(6.0, in_quiet=False), Press(0.0, in_quiet=True))
    dirk = await call(studio, NeighbourKind.REPEATS, person(presses=keys))
    dirk.hear(message(6.5)).nothing(3)
    assert len(dirk.wishes) == 1


async def test_whoever_pressed_hangs_up_when_the_caller_does_not(studio: Studio) -> None:
    sofie = await call(studio, NeighbourKind.PRESSES_BEFORE, person(presses=(Press(0.5, in_quiet=False),)))
    sofie.nothing(25)
    assert sofie.is_over


async def test_a_street_swells_and_fades_around_its_mean(studio: Studio) -> None:
    nele = await call(studio, NeighbourKind.STREET, person(noise=-30.0, in_street=True))
    nele.nothing(67)
    pieces = [nele.level(step, step + 1) for step in range(67)]
    assert nele.level(0, 67) == pytest.approx(-30, abs=0.5)
    assert max(pieces) - min(pieces) > 6


@pytest.mark.parametrize("kind", sorted(set(NeighbourKind) - {NeighbourKind.VOICEMAIL}))
async def test_every_drawn_kind_can_be_played_below_full_scale(studio: Studio, kind: NeighbourKind) -> None:
    drawn = next(n for n in draw(11, 240) if n.kind is kind and not n.suppresses and not is_human(n))
    rehearsal = (await rehearsal_of(drawn, studio)).hear(message(20)).nothing(30)
    assert 0.0 < abs(rehearsal.said).max() < 0.98


def is_human(drawn: Neighbour) -> bool:
    speaker = getattr(getattr(drawn.plays, "greeting", drawn.plays), "speaker", LOTTE)
    return speaker.is_human
