"""A drawn neighbourhood: the same for the same seed, and with its shares of every kind."""

import math
from collections import Counter

import pytest

from simulation.kinds import Box, DrawnPerson, Neighbour, NeighbourKind, Screener
from simulation.neighbourhood import MAILBOXES
from simulation.people.draw import draw

SEEDS = (1, 7, 2026)
MANY = 240


@pytest.fixture(params=SEEDS)
def drawn(request: pytest.FixtureRequest) -> list[Neighbour]:
    return draw(request.param, MANY)


def boxes(neighbours: list[Neighbour]) -> list[Box]:
    return [neighbour.plays for neighbour in neighbours if isinstance(neighbour.plays, Box)]


def test_the_same_seed_draws_the_same_neighbours() -> None:
    assert draw(7, MANY) == draw(7, MANY)
    assert draw(7, MANY) != draw(8, MANY)


def test_a_seed_draws_on_every_machine_what_it_drew_here() -> None:
    first = draw(7, MANY)[0]
    assert (first.number, first.kind, first.seed) == ("+99930587514", NeighbourKind.BOX, 2772848493)


def test_every_kind_is_there(drawn: list[Neighbour]) -> None:
    assert {neighbour.kind for neighbour in drawn} == set(NeighbourKind)


def test_half_are_boxes_and_a_tenth_of_those_are_real_mailboxes(drawn: list[Neighbour]) -> None:
    kinds = Counter(neighbour.kind for neighbour in drawn)
    assert sum(neighbour.is_box for neighbour in drawn) == MANY // 2
    assert kinds[NeighbourKind.VOICEMAIL] == 12
    assert (
        kinds[NeighbourKind.BOX_CUTS],
        kinds[NeighbourKind.BOX_FULL],
        kinds[NeighbourKind.BOX_HANGS_UP],
    ) == (7, 5, 4)


def test_everyone_is_a_box_a_person_or_another_machine(drawn: list[Neighbour]) -> None:
    others = {neighbour.kind for neighbour in drawn if not neighbour.is_box and not neighbour.is_person}
    assert others == {NeighbourKind.SCREENER, NeighbourKind.FAX}
    assert not any(neighbour.is_box and neighbour.is_person for neighbour in drawn)


def test_a_quarter_suppresses_silence_among_all_kinds_but_real_mailboxes(drawn: list[Neighbour]) -> None:
    suppressing = Counter(neighbour.kind for neighbour in drawn if neighbour.suppresses)
    assert suppressing.total() == MANY // 4
    frequent = {kind for kind, calls in Counter(one.kind for one in drawn).items() if calls > 2}
    assert (
        frequent - {NeighbourKind.VOICEMAIL}
        <= set(suppressing)
        <= set(NeighbourKind) - {NeighbourKind.VOICEMAIL}
    )


def test_a_tenth_of_the_others_have_an_echo(drawn: list[Neighbour]) -> None:
    echoes = [neighbour for neighbour in drawn if neighbour.echo]
    assert len(echoes) == 12
    assert all(neighbour.is_person for neighbour in echoes)
    assert all(-24 <= n.echo.db <= 0 and 10 <= n.echo.ms <= 400 for n in echoes if n.echo)


@pytest.mark.parametrize(
    ("shortest", "longest", "share"), [(1, 3, 0.1), (3, 10, 0.35), (10, 25, 0.35), (25, 45, 0.2)]
)
def test_greetings_have_the_lengths_of_real_ones(
    drawn: list[Neighbour], shortest: float, longest: float, share: float
) -> None:
    lengths = [box.greeting.seconds for box in boxes(drawn)]
    assert sum(shortest <= length < longest for length in lengths) == pytest.approx(120 * share, abs=1)


def test_pauses_inside_a_greeting_last_up_to_two_seconds(drawn: list[Neighbour]) -> None:
    for box in boxes(drawn):
        *inside, last = (phrase.pause for phrase in box.greeting.phrases)
        assert all(0.2 <= pause <= 2.0 for pause in inside)
        assert last == 0.0
        assert all(phrase.seconds >= 0.8 for phrase in box.greeting.phrases)


def test_a_box_begins_to_keep_after_its_last_sound(drawn: list[Neighbour]) -> None:
    for neighbour in drawn:
        if isinstance(box := neighbour.plays, Box):
            assert neighbour.greeting_seconds == pytest.approx(box.opening_seconds, abs=0.001)
            assert neighbour.greeting_seconds >= box.greeting.seconds
        else:
            assert neighbour.greeting_seconds == 0.0


def test_what_a_box_can_keep_follows_from_its_kind(drawn: list[Neighbour]) -> None:
    capacity = {NeighbourKind.BOX: math.inf, NeighbourKind.VOICEMAIL: math.inf, NeighbourKind.BOX_CUTS: 30.0}
    assert all(
        neighbour.capacity_seconds == capacity.get(neighbour.kind, 0.0)
        for neighbour in drawn
        if neighbour.is_box
    )


@pytest.mark.parametrize("count", [2, 10, 240, 2400])
def test_numbers_are_unique_and_say_what_the_dialplan_has_to_do(count: int) -> None:
    neighbours = draw(7, count)
    assert len(neighbours) == count
    assert len({neighbour.number for neighbour in neighbours}) == count
    mailboxes = [neighbour.mailbox for neighbour in neighbours if neighbour.kind is NeighbourKind.VOICEMAIL]
    assert set(mailboxes) <= set(MAILBOXES)
    for neighbour in neighbours:
        presses = len(getattr(neighbour.plays, "presses", ()))
        behaviour = 23 if neighbour.kind is NeighbourKind.VOICEMAIL else 30 + presses
        assert neighbour.number.startswith(f"+999{behaviour}")
        assert len(neighbour.digits) == 11


def test_most_people_leave_soon_after_the_message_and_some_wait_for_the_caller() -> None:
    people = [n.plays for n in draw(7, 2400) if isinstance(n.plays, DrawnPerson)]
    soon = sum(person.leaves_after <= 2.5 for person in people) / len(people)
    forever = sum(math.isinf(person.leaves_after) for person in people) / len(people)
    assert soon == pytest.approx(0.7, abs=0.05)
    assert forever == pytest.approx(0.1, abs=0.03)


def test_somebody_comes_after_a_few_of_the_screeners(drawn: list[Neighbour]) -> None:
    come = [n for n in drawn if isinstance(n.plays, Screener) and n.plays.who_comes is not None]
    assert {n.kind for n in come} == {NeighbourKind.LET_IN}
    assert all(n.is_person and n.keeps and n.stays for n in come)


def test_a_shape_tells_what_a_row_of_a_table_needs(drawn: list[Neighbour]) -> None:
    assert all(neighbour.shape for neighbour in drawn)
    assert any("beep after" in neighbour.shape for neighbour in drawn)
    assert any("echo" in neighbour.shape for neighbour in drawn)
