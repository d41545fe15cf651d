"""One attempt, one call, when something breaks: the socket, the PBX, our own process."""

import asyncio
import time
from pathlib import Path

import pytest

from broadcast.ports import CallOrder
from broadcast.states import Outcome
from ivr.call.call import Call
from ivr.call.errors import Hangup
from ivr.outbound.trunk_health import DIFFERENT_NUMBERS
from ivr.pbx.capacity import Lines
from ivr.pbx.channel import PbxChannel
from ivr.pbx.live_call import End, LiveCall
from ivr.pbx.trunk import Trunk
from ivr.scripts.alert_call import Wants
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_http import Refusal
from tests.fakes.ari_server import FakeAri
from tests.fakes.channel import NoChannel
from tests.ivr.conftest import PATIENCE, SPEED, LineDesk, line_on, until
from tests.support.people import phone


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


async def picks_up_after_ten_rings(call: FakeCall) -> None:
    await call.ring(9)
    await picks_up_and_stays(call)


async def full(call: FakeCall) -> None:
    call.refuse(34, 503)


# The socket breaks


async def test_a_call_goes_on_while_the_event_socket_is_away_and_its_key_counts_afterwards(
    line_desk: LineDesk,
) -> None:
    line_desk.ari.phones[phone(15)] = picks_up_and_stays
    order = line_desk.order(phone(15))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.speaks_to(order))
    await line_desk.is_cut_off()
    await line_desk.is_back()
    channel = line_desk.channel(order)
    assert channel is not None
    channel.press("1")
    assert (await call).outcome is Outcome.CONFIRMED
    assert line_desk.ari.posts == {str(order.attempt): 1}


async def test_who_hung_up_unseen_before_the_end_is_lost(line_desk: LineDesk) -> None:
    line_desk.ari.phones[phone(15)] = picks_up_and_stays
    order = line_desk.order(phone(15))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.speaks_to(order))
    await line_desk.ari.shut()
    await until(lambda: not line_desk.connection.ready)
    channel = line_desk.channel(order)
    assert channel is not None
    channel.put_down()
    await line_desk.ari.reopen()
    result = await call
    assert result.outcome is Outcome.LOST
    assert result.answered_at is not None


async def test_the_pbx_is_asked_whether_a_call_still_lives_when_nothing_is_heard_of_it(
    line_desk: LineDesk,
) -> None:
    order = line_desk.order(phone(15))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    channel = PbxChannel(line_desk.client, str(order.attempt), line_desk.exchange.wait_until_connected)
    await channel.check()
    await call
    with pytest.raises(Hangup):
        await channel.check()


async def test_an_end_heard_in_the_moment_of_reconnecting_keeps_its_cause(line_desk: LineDesk) -> None:
    """The list of channels does not show the call any more; the event that tells why comes after it."""
    order = line_desk.order(phone(17))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    channel = line_desk.channel(order)
    assert channel is not None
    await until(lambda: (live := line_desk.exchange.find(channel.id)) and live.is_placed)
    compared = asyncio.create_task(line_desk.router.connected("", []))
    channel.refuse(17, 486)
    await compared
    assert (await call).outcome is Outcome.BUSY


async def test_a_list_of_channels_that_is_older_than_a_call_does_not_lose_it(line_desk: LineDesk) -> None:
    order = line_desk.order(phone(11))
    line_desk.ari.phones[order.number] = picks_up_after_ten_rings
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: (live := line_desk.exchange.find(str(order.attempt))) and live.is_placed)
    await line_desk.router.connected("", [])
    assert (await call).outcome is Outcome.SILENT


@pytest.mark.parametrize("kind", [15, 17])
async def test_a_pbx_that_died_loses_its_calls_and_takes_new_ones_when_it_is_back(
    line_desk: LineDesk, kind: int
) -> None:
    order = line_desk.order(phone(kind))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: line_desk.channel(order))
    await line_desk.ari.restart()
    assert (await call).outcome is Outcome.LOST
    assert line_desk.ari.posts == {str(order.attempt): 1}
    assert (await line_desk.calls(line_desk.order(phone(10)))).outcome is Outcome.CONFIRMED
    assert line_desk.lines.taken == 0


async def test_twenty_calls_survive_a_broken_socket_each_with_one_originate(line_desk: LineDesk) -> None:
    """Nobody is lost; of whoever pressed while the socket was away, the key is."""
    orders = [line_desk.order(phone(11, n)) for n in range(20)]
    calls = [asyncio.create_task(line_desk.calls(order)) for order in orders]
    await until(lambda: all(line_desk.speaks_to(order) for order in orders))
    await line_desk.is_cut_off()
    results = await asyncio.gather(*calls)
    assert {result.outcome for result in results} <= {Outcome.CONFIRMED, Outcome.SILENT}
    assert set(line_desk.ari.posts.values()) == {1}
    assert line_desk.lines.taken == 0


# A machine that is too busy


def gets_no_processor(seconds: float) -> None:
    """Nothing of ours turns meanwhile."""
    time.sleep(seconds)


@pytest.mark.parametrize(
    ("cause", "status", "outcome"),
    [(23, 302, Outcome.REDIRECTED), (21, 603, Outcome.REJECTED), (1, 404, Outcome.DEAD_NUMBER)],
)
async def test_an_answer_of_which_we_hear_too_late_is_no_ringing_until_our_limit(
    tmp_path: Path, cause: int, status: int, outcome: Outcome
) -> None:
    async def refuses_at_once(call: FakeCall) -> None:
        call.refuse(cause, status)
        gets_no_processor(1.5)

    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, ring=2.0) as desk:
        ari.phones[phone(10)] = refuses_at_once
        assert (await desk.calls(desk.order(phone(10)))).outcome is outcome


async def test_a_redirection_that_the_pbx_drops_before_it_notes_the_status_is_one(
    line_desk: LineDesk,
) -> None:
    async def is_sent_elsewhere(call: FakeCall) -> None:
        call.emit("Dial", "peer", dialstatus="CANCEL", forward="somebody")
        call.end(0)

    line_desk.ari.phones[phone(10)] = is_sent_elsewhere
    assert (await line_desk.calls(line_desk.order(phone(10)))).outcome is Outcome.REDIRECTED


# A fault of our own


async def test_a_call_that_ends_in_a_fault_of_our_own_is_hung_up_and_speaks_for_no_trunk(
    line_desk: LineDesk,
) -> None:
    async def wants_to_report(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(1)
        call.press("9")
        await call.stay()

    def breaks(live: LiveCall, order: CallOrder, wants: Wants) -> None:
        raise ZeroDivisionError

    line_desk.front.goes_on = breaks
    line_desk.ari.phones[phone(15)] = wants_to_report
    order = line_desk.order(phone(15))
    with pytest.raises(ZeroDivisionError):
        await line_desk.calls(order)
    await until(lambda: line_desk.channel(order) is None)
    assert line_desk.exchange.find(str(order.attempt)) is None
    assert line_desk.lines.taken == 0
    line_desk.ari.phones |= {phone(16, n): full for n in range(DIFFERENT_NUMBERS)}
    await asyncio.gather(*(line_desk.calls(line_desk.order(phone(16, n))) for n in range(DIFFERENT_NUMBERS)))
    assert line_desk.trunk_watch.fault is not None, "no call of ours is up on it"


# After a restart of our own


async def test_calls_from_before_our_restart_are_adopted_and_never_placed_again(tmp_path: Path) -> None:
    async with FakeAri(speed=SPEED) as ari:
        ari.phones[phone(11)] = picks_up_and_stays
        async with line_on(ari, tmp_path) as before:
            order = before.order(phone(11))
            first = asyncio.create_task(before.calls(order))
            await until(lambda: before.speaks_to(order))
            first.cancel()
            await asyncio.wait({first})
        async with line_on(ari, tmp_path, connected=False) as after:
            adopted = asyncio.create_task(after.dialler.adopt(order))
            gone = asyncio.create_task(after.dialler.adopt(after.order(phone(10))))
            await after.is_back()
            assert (await gone).outcome is Outcome.LOST
            assert after.lines.taken == 1
            await until(lambda: len(ari.heard[order.number][0]) >= 3)  # the old process's, and one whole
            ari.calls[str(order.attempt)].press("1")
            async with asyncio.timeout(PATIENCE):
                result = await adopted
            assert result.outcome is Outcome.CONFIRMED
            assert ari.posts == {str(order.attempt): 1}
            plays = [path for _, path in ari.requests if "/play/" in path]
            assert len(plays) == len(set(plays)), "the news of an old sound would be taken for a new one's"
            assert all(0 <= start < 60 for start, _, _ in result.evidence["passes"])
            assert after.lines.taken == 0


async def test_an_answer_that_is_lost_does_not_end_the_counting_of_packets(line_desk: LineDesk) -> None:
    async def box(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(1)
        talking = asyncio.create_task(call.talk_on(2.2))
        await asyncio.sleep(0)
        counted, refused = call.packets, iter([True])

        def once_unknown() -> int:
            if next(refused, False):
                raise Refusal(500, "Internal Server Error")
            return counted()

        call.packets = once_unknown
        await talking
        await call.stay()

    line_desk.ari.phones[phone(23)] = box
    result = await line_desk.calls(line_desk.order(phone(23)))
    assert result.outcome is Outcome.VOICEMAIL
    [[_, end]] = result.evidence["talk"]
    assert end == pytest.approx(2.2, abs=0.6)


async def test_who_was_not_watched_all_the_time_is_not_said_to_have_heard_it(line_desk: LineDesk) -> None:
    async def says_hallo_and_listens(call: FakeCall) -> None:
        call.pick_up()
        await call.passes(1)
        await call.talk(0.6)
        await call.stay()

    line_desk.ari.phones[phone(12)] = says_hallo_and_listens
    watched = line_desk.order(phone(12))
    assert (await line_desk.calls(watched)).outcome is Outcome.HEARD
    order = line_desk.order(phone(12))
    call = asyncio.create_task(line_desk.calls(order))
    await until(lambda: (live := line_desk.exchange.find(str(order.attempt))) and live.far_end.facts.talks)
    await line_desk.is_cut_off()
    await line_desk.is_back()
    assert (await call).outcome in {Outcome.PARTIAL, Outcome.LOST}


async def test_nobody_puts_the_phone_down_on_a_call_that_was_lost_on_our_side() -> None:
    lines = Lines(Trunk())
    put_down, lost = (LiveCall(id_, lines.seize(), passes=2) for id_ in ("een", "twee"))
    for live, end in ((put_down, End(16)), (lost, End(is_lost=True))):
        live.call = Call(live.id, NoChannel(), live.far_end, answered_at=100.0)
        live.finish(end, 103.0)
    assert (put_down.far_end.facts.left, lost.far_end.facts.left) == (3.0, None)
