"""The trunk of the tests keeps to SIP where it means to: callers hear, are heard, and are told why not."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from prompts.audio import joined
from prompts.comparator import compare
from tests.far_ends.behaviours import ALL
from tests.far_ends.dialog import happens
from tests.far_ends.digest import Digest
from tests.far_ends.outgoing import Outgoing, call
from tests.far_ends.peer import Peer, in_background
from tests.far_ends.sdp import direction
from tests.far_ends.sip import Message
from tests.far_ends.sounds import babble, quiet
from tests.pbx_fixtures import eventually


@pytest.fixture
async def trunk() -> AsyncIterator[Peer]:
    async with Peer({digits: one.play for digits, one in ALL.items()}) as peer:
        yield peer


@pytest.fixture
async def caller() -> AsyncIterator[Peer]:
    async with Peer({}) as peer:
        yield peer


async def ring(caller: Peer, trunk: Peer, digits: str) -> Outgoing:
    return await call(caller, f"sip:+99977000{digits}@{trunk.at}")


@pytest.mark.thorough
async def test_who_rings_and_answers_hears_a_message_and_presses_1(caller: Peer, trunk: Peer) -> None:
    placed = await ring(caller, trunk, "001")
    assert await placed.final() == 200
    assert [one.status for one in placed.provisional] == [180]
    message = babble(3.0, seed=9)
    await placed.media.speak(joined([message, quiet(1.0)], pause=0.0))
    await eventually(lambda: placed.media.ear.keys == ["1"])
    placed.bye()
    [far] = trunk.calls
    await eventually(far.ended.is_set)
    assert far.number == "99977000001"
    assert compare(message, far.heard).whole
    assert placed.media.ear.loud_seconds() > 0.4
    assert trunk.faults == []


@pytest.mark.parametrize("status", [302, 401, 404, 486, 503, 603])
async def test_a_status_is_refused_with_itself(caller: Peer, trunk: Peer, status: int) -> None:
    placed = await ring(caller, trunk, str(status))
    assert await placed.final() == status
    await eventually(trunk.calls[0].acked.is_set)


async def test_a_cancelled_call_ends_with_487(caller: Peer, trunk: Peer) -> None:
    placed = await ring(caller, trunk, "007")
    await eventually(lambda: bool(placed.provisional))
    placed.cancel()
    assert await placed.final() == 487


@pytest.mark.thorough
async def test_sound_comes_before_the_answer(caller: Peer, trunk: Peer) -> None:
    placed = await ring(caller, trunk, "101")
    await eventually(lambda: bool(placed.provisional))
    assert placed.provisional[0].status == 183
    assert "m=audio" in placed.provisional[0].body
    assert await placed.final() == 480
    assert placed.media.ear.loud_seconds() > 2.5


async def test_what_happened_already_is_not_waited_for() -> None:
    event = asyncio.Event()
    assert not await happens(event, 0.0)
    event.set()
    assert await happens(event, 0.0)


async def test_what_comes_at_another_door_belongs_to_the_call(caller: Peer, trunk: Peer) -> None:
    placed = await ring(caller, trunk, "261")
    assert await placed.final() == 200
    placed.bye()
    [far] = trunk.calls
    await eventually(far.ended.is_set)
    assert far.ended_by == "they hung up"


@pytest.mark.thorough
async def test_a_hold_is_told_in_the_call(caller: Peer, trunk: Peer) -> None:
    placed = await ring(caller, trunk, "137")
    assert await placed.final() == 200
    assert direction(placed.answer.body) == "inactive"
    await eventually(lambda: bool(placed.requests))
    assert direction(placed.requests[0].body) == "sendrecv"


class TestPasswords:
    @pytest.fixture
    def digest(self, trunk: Peer) -> Digest:
        trunk.desk.digest = Digest("zone", "secret")
        return trunk.desk.digest

    async def test_who_says_none_is_asked(self, caller: Peer, trunk: Peer, digest: Digest) -> None:
        placed = await ring(caller, trunk, "001")
        assert await placed.final() == 407
        assert trunk.calls == []

    @pytest.mark.parametrize(("password", "is_right"), [("secret", True), ("other", False)])
    @pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
    def test_only_the_right_password_proves_who_one_is(
        self, password: str, is_right: bool, algorithm: str
    ) -> None:
        asked = Digest("zone", "secret", algorithm)
        assert asked.is_proved_by(invite_with(asked, Digest("zone", password, algorithm))) is is_right

    def test_a_nonce_proves_nothing_twice(self) -> None:
        asked = Digest("zone", "secret")
        request = invite_with(asked, asked)
        assert asked.is_proved_by(request)
        assert not asked.is_proved_by(request)


def invite_with(asked: Digest, known: Digest) -> Message:
    uri = "sip:1@127.0.0.1"
    said = known.said_to(asked.challenge()[1], "INVITE", uri)
    return Message(f"INVITE {uri} SIP/2.0", [("CSeq", "1 INVITE"), said])


@pytest.mark.parametrize("what", ["refuses_with", "is_mute"])
async def test_the_desk_answers_for_all(caller: Peer, trunk: Peer, what: str) -> None:
    trunk.desk.refuses_with = 503 if what == "refuses_with" else None
    trunk.desk.is_mute = what == "is_mute"
    placed = await ring(caller, trunk, "001")
    if what == "refuses_with":
        assert await placed.final() == 503
    else:
        with pytest.raises(TimeoutError):
            await placed.final(0.3)
    assert trunk.calls == []


def test_it_runs_beside_who_waits_without_asyncio() -> None:
    with in_background(Peer({})) as peer:
        assert peer.calls == []
