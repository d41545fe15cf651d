"""What is done on a live call is asked on the event socket; answers and refusals are those of HTTP."""

import asyncio
from time import monotonic
from uuid import uuid4

import pytest

from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.ari.errors import AriUnreachable, ChannelGone
from ivr.ari.events import ChannelDestroyed, PlaybackFinished, PlaybackStarted, StasisStart
from tests.fakes.ari_server import FakeAri
from tests.ivr.ari.conftest import APP, PATIENCE, Desk, Ear

DIRK_SAYS_NOTHING = "+99915000001"


async def test_a_call_is_placed_by_http_and_led_on_the_socket(fake_ari: FakeAri, fake_desk: Desk) -> None:
    call = await fake_desk.calls(DIRK_SAYS_NOTHING)
    await fake_desk.ear.hears(StasisStart, call)
    assert fake_ari.on_socket == []
    await fake_desk.client.channels.play(call, fake_desk.sound(10), "greeting")
    await fake_desk.client.playbacks.stop("greeting")
    await fake_desk.client.channels.hangup(call)
    await fake_desk.ear.hears(ChannelDestroyed, call)
    assert fake_ari.on_socket == [
        ("POST", f"/ari/channels/{call}/play/greeting"),
        ("DELETE", "/ari/playbacks/greeting"),
        ("DELETE", f"/ari/channels/{call}"),
    ]


async def test_without_an_event_socket_calls_can_still_be_ended(fake_ari: FakeAri, fake_desk: Desk) -> None:
    call = await fake_desk.calls(DIRK_SAYS_NOTHING)
    async with AriClient(fake_ari.url, fake_ari.user, fake_ari.password, app="another") as client:
        await client.channels.hangup(call)
    await fake_desk.ear.hears(ChannelDestroyed, call)
    assert fake_ari.on_socket == []


async def test_a_call_that_is_gone_is_told_of_in_the_same_words(desk: Desk) -> None:
    with pytest.raises(ChannelGone, match="Channel not found"):
        await desk.client.channels.play(str(uuid4()), desk.sound(1), str(uuid4()))
    await desk.client.channels.hangup(str(uuid4()))
    await desk.client.playbacks.stop(str(uuid4()))


async def test_fifty_requests_at_once_each_get_their_own_answer(desk: Desk) -> None:
    call = await desk.calls(DIRK_SAYS_NOTHING)
    await desk.ear.hears(StasisStart, call)
    media = desk.sound(1)
    ours, nobodys = [call] * 25, [str(uuid4()) for _ in range(25)]
    answers = await asyncio.gather(
        *(desk.client.channels.play(channel, media, str(uuid4())) for channel in ours + nobodys),
        return_exceptions=True,
    )
    assert answers[:25] == [None] * 25
    assert {type(answer) for answer in answers[25:]} == {ChannelGone}
    await desk.ear.hears(PlaybackStarted, call)
    await desk.client.channels.hangup(call)
    await desk.ear.until(lambda: len(desk.ear.all_of(PlaybackFinished, call)) >= 1)


async def test_who_waits_for_an_answer_when_the_line_breaks_is_told_at_once(
    fake_ari: FakeAri, fake_desk: Desk
) -> None:
    fake_ari.answer_after = PATIENCE
    asked = asyncio.create_task(fake_desk.client.channels.hangup("greet"))
    async with asyncio.timeout(PATIENCE):
        while not fake_ari.on_socket:
            await asyncio.sleep(0)
    began = monotonic()
    fake_desk.wire.drop()
    with pytest.raises(AriUnreachable, match="lost before an answer"):
        await asked
    assert monotonic() - began < PATIENCE / 2


async def test_an_answer_that_does_not_come_in_time_counts_as_unreachable(fake_ari: FakeAri) -> None:
    async with AriClient(fake_ari.url, fake_ari.user, fake_ari.password, app=APP, timeout=0.5) as client:
        connection = AriConnection(client, Ear(), trunk="trunk")
        running = asyncio.create_task(connection.run())
        await asyncio.wait_for(connection.wait_until_ready(), PATIENCE)
        fake_ari.answer_after = PATIENCE
        with pytest.raises(AriUnreachable, match="does not answer on its event socket"):
            await client.channels.hangup("greet")
        running.cancel()
        await asyncio.wait({running})
