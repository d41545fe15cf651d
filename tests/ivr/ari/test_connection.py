"""The event socket: kept alive for ever, complete, in order, and each event once."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from ivr.ari.client import AriClient
from ivr.ari.connection import UNUSED, AriConnection
from ivr.ari.errors import ApplicationTaken, AriRefused, AriUnreachable
from ivr.ari.events import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ContactStatusChange,
    Event,
    StasisEnd,
    StasisStart,
)
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.ari.conftest import APP, PATIENCE, Desk, Ear, Server, desk_at

DIRK_SAYS_NOTHING = "+99915000001"
EMMA_IS_OUT = "+99917000001"


async def test_after_a_broken_line_the_calls_are_found_alive_and_led_on(desk: Desk) -> None:
    call = await desk.calls(DIRK_SAYS_NOTHING)
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.play(call, desk.sound(30), str(uuid4()))

    desk.wire.drop()
    await desk.ear.until(lambda: len(desk.ear.connections) == 2)

    assert desk.ear.drops == 1
    (before, _), (after, channels) = desk.ear.connections
    assert before == after
    assert [(channel.id, channel.is_in_stasis) for channel in channels] == [(call, True)]
    await desk.client.channels.hangup(call)
    await desk.ear.hears(ChannelDestroyed, call)


async def test_a_call_that_rang_during_the_break_is_still_told_to_the_end(desk: Desk) -> None:
    call = await desk.calls(EMMA_IS_OUT)
    desk.wire.drop()
    await desk.ear.until(lambda: len(desk.ear.connections) == 2)
    await desk.client.channels.hangup(call)
    assert (await desk.ear.hears(ChannelDestroyed, call)).cause == 16


async def test_while_the_line_is_cut_nothing_is_ready_and_once_mended_all_is(desk: Desk) -> None:
    await desk.wire.cut()
    await desk.ear.until(lambda: desk.ear.drops == 1)
    assert not desk.connection.ready
    with pytest.raises(AriUnreachable, match=desk.wire.url):
        await desk.client.channels.list()

    await desk.wire.mend()
    await asyncio.wait_for(desk.connection.wait_until_ready(), PATIENCE)
    assert len(desk.ear.connections) == 2


async def test_another_program_under_our_name_ends_the_connection_for_good(
    server: Server, desk: Desk
) -> None:
    async with desk_at(server) as other:
        with pytest.raises(ApplicationTaken):
            await asyncio.wait_for(asyncio.shield(desk.running), PATIENCE)
        await asyncio.wait_for(other.connection.wait_until_ready(), PATIENCE)
    assert not desk.connection.ready
    assert desk.ear.drops == 1


async def test_a_wrong_password_is_told_plainly_and_not_tried_again(server: Server) -> None:
    async with AriClient(server.url, server.user, "mis", app=APP) as client:
        with pytest.raises(AriRefused, match="user and password"):
            await client.asterisk.info()
        with pytest.raises(AriRefused, match="user and password") as refusal:
            await asyncio.wait_for(AriConnection(client, Ear(), trunk="trunk").run(), PATIENCE)
    assert refusal.value.__cause__ is None, "what aiohttp says here holds the password"


async def test_every_connection_asks_for_its_events_before_it_looks_around(
    fake_ari: FakeAri, fake_desk: Desk
) -> None:
    fake_ari.drop_sockets()
    await fake_desk.ear.until(lambda: len(fake_desk.ear.connections) == 2)
    asked = [
        ("GET", "/ari/events"),
        ("POST", f"/ari/applications/{APP}/subscription"),
        ("PUT", f"/ari/applications/{APP}/eventFilter"),
        ("GET", "/ari/channels"),
        ("GET", "/ari/asterisk/info"),
    ]
    assert fake_ari.requests == asked * 2
    assert fake_ari.disallowed == set(UNUSED)


async def test_an_asterisk_that_answers_and_sends_no_events_is_listened_to_anew(
    fake_ari: FakeAri, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server(fake_ari.url, fake_ari.user, fake_ari.password, tmp_path)
    async with desk_at(server, heartbeat=0.5) as desk:
        await asyncio.wait_for(desk.connection.wait_until_ready(), PATIENCE)
        fake_ari.mute = True
        async with asyncio.timeout(PATIENCE):
            while "sends no events" not in caplog.text:
                await asyncio.sleep(0.02)
        fake_ari.mute = False
        await desk.ear.until(lambda: desk.ear.drops > 0 and len(desk.ear.connections) > desk.ear.drops)
        call = await desk.calls(DIRK_SAYS_NOTHING)
        await desk.ear.hears(StasisStart, call)


async def test_a_silent_night_keeps_its_socket(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk_at(server, heartbeat=3.0) as desk:
        await asyncio.wait_for(desk.connection.wait_until_ready(), PATIENCE)
        notify, asked = desk.client.applications.notify, list[str]()

        async def counted(event: str) -> None:
            asked.append(event)
            await notify(event)

        monkeypatch.setattr(desk.client.applications, "notify", counted)
        async with asyncio.timeout(PATIENCE):
            while len(asked) < 3:  # what was asked before the last time has come
                await asyncio.sleep(0.1)
        assert (len(desk.ear.connections), desk.ear.drops) == (1, 0)


async def test_a_restarted_asterisk_has_another_start_and_no_calls(
    fake_ari: FakeAri, fake_desk: Desk
) -> None:
    await fake_desk.calls(EMMA_IS_OUT)
    await fake_ari.restart()
    await fake_desk.ear.until(lambda: len(fake_desk.ear.connections) == 2)
    (before, _), (after, channels) = fake_desk.ear.connections
    assert before != after
    assert channels == []


async def test_a_phone_that_answers_while_nobody_listens_hears_the_fallback(
    fake_ari: FakeAri, fake_desk: Desk
) -> None:
    ringing = asyncio.Event()

    async def answers_in_the_break(phone: FakeCall) -> None:
        await ringing.wait()
        phone.pick_up()
        await phone.stay()

    fake_ari.phones[DIRK_SAYS_NOTHING] = answers_in_the_break
    sound = fake_desk.sound(2)
    await fake_desk.client.channels.originate(
        "fiona",
        endpoint=f"PJSIP/{DIRK_SAYS_NOTHING}@trunk",
        context="alert",
        extension="call",
        variables={"FALLBACK": sound.removeprefix("sound:")},
    )
    await fake_desk.wire.cut()
    await fake_desk.ear.until(lambda: fake_desk.ear.drops == 1)
    fake_ari.drop_sockets()
    line = fake_ari.calls["fiona"]
    ringing.set()
    await asyncio.wait_for(line.gone.wait(), PATIENCE)
    (heard,) = fake_ari.heard[DIRK_SAYS_NOTHING]
    assert [(one.sound, one.whole) for one in heard] == [(sound, True)] * 3


async def test_a_server_that_is_late_counts_as_unreachable(fake_ari: FakeAri) -> None:
    fake_ari.answer_after = 5.0
    async with AriClient(fake_ari.url, fake_ari.user, fake_ari.password, app=APP, timeout=0.1) as client:
        with pytest.raises(AriUnreachable, match="does not answer"):
            await client.channels.list()


async def test_an_event_of_tomorrow_is_passed_over(fake_ari: FakeAri, fake_desk: Desk) -> None:
    fake_ari.send({"type": "ChannelTeleported", "timestamp": "2026-01-31T09:00:00.000+0000"})
    fake_ari.trunk_answers(reachable=False)
    await fake_desk.ear.until(lambda: bool(fake_desk.ear.events))
    (event,) = fake_desk.ear.events
    assert isinstance(event, ContactStatusChange)
    assert not event.is_reachable
    assert fake_desk.connection.ready


async def test_what_two_subscriptions_cover_comes_once_and_in_order(
    fake_ari: FakeAri, fake_desk: Desk
) -> None:
    caller = fake_ari.rings_in("gust", "+3214539601")
    await fake_desk.ear.hears(StasisStart, "gust")
    for digit in "1223":
        caller.press(digit)
        await caller.passes(0.1)
    caller.put_down()
    await fake_desk.ear.hears(ChannelDestroyed, "gust")
    assert [event.digit for event in fake_desk.ear.all_of(ChannelDtmfReceived, "gust")] == list("1223")
    assert fake_desk.ear.kinds("gust")[-3:] == ["ChannelDtmfReceived", "StasisEnd", "ChannelDestroyed"]
    assert len(fake_desk.ear.all_of(StasisEnd, "gust")) == 1


async def test_what_happens_while_connecting_is_told_afterwards_in_order(
    fake_ari: FakeAri, tmp_path: Path
) -> None:
    order: list[str] = []

    class Slow(Ear):
        async def connected(self, startup_time: str, channels: object) -> None:
            caller = fake_ari.rings_in("hilde", "+3214539602")
            caller.press("7")
            caller.put_down()
            while not fake_ari.is_idle:
                await asyncio.sleep(0)
            await client.channels.list()  # meanwhile the reader has read what was sent before
            order.append("connected")

        def feed(self, event: Event) -> None:
            order.append(type(event).__name__)
            super().feed(event)

    ear = Slow()
    async with AriClient(fake_ari.url, fake_ari.user, fake_ari.password, app=APP) as client:
        running = asyncio.create_task(AriConnection(client, ear, trunk="trunk").run())
        await ear.hears(ChannelDestroyed, "hilde")
        running.cancel()
        await asyncio.wait({running})
    assert order == [
        "connected",
        "StasisStart",
        "ChannelDtmfReceived",
        "StasisEnd",
        "ChannelDestroyed",
    ]
