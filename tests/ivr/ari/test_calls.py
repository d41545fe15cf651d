"""Calls through ARI: the same story on the fake and on a real Asterisk."""

from uuid import uuid4

import pytest

from broadcast.states import Outcome
from ivr.ari.causes import outcome_of
from ivr.ari.errors import AlreadyPlaced, ChannelGone, EndpointUnavailable
from ivr.ari.events import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelTalkingFinished,
    Dial,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFinished,
    StasisEnd,
    StasisStart,
)
from tests.fakes.ari_server import FakeAri
from tests.ivr.ari.conftest import Desk

AN = "+99910000001"
BERT_LISTENS = "+99912000001"
CLAIRE_HANGS_UP = "+99914000001"
DIRK_SAYS_NOTHING = "+99915000001"
EMMA_IS_OUT = "+99917000001"


async def test_an_answers_presses_one_during_the_message_and_is_let_go(desk: Desk) -> None:
    call = await desk.calls(AN)
    await desk.ear.hears(StasisStart, call)
    playback = str(uuid4())
    await desk.client.channels.play(call, desk.sound(10), playback)

    key = await desk.ear.hears(ChannelDtmfReceived, call)
    await desk.client.playbacks.stop(playback)
    finished = await desk.ear.hears(PlaybackFinished, call)
    await desk.client.channels.hangup(call, reason="normal")
    end = await desk.ear.hears(ChannelDestroyed, call)

    assert key.digit == "1"
    assert finished.playback.id == playback
    assert end.cause == 16
    assert end.tech_cause is None
    assert [kind for kind in desk.ear.kinds(call) if kind not in {"ChannelTalkingStarted", "Dial"}] == [
        "StasisStart",
        "PlaybackStarted",
        "ChannelDtmfReceived",
        "PlaybackFinished",
        "StasisEnd",
        "ChannelDestroyed",
    ]


async def test_bert_says_hello_hears_it_all_and_hangs_up(desk: Desk) -> None:
    call = await desk.calls(BERT_LISTENS)
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.play(call, desk.sound(4), str(uuid4()))

    talk = await desk.ear.hears(ChannelTalkingFinished, call)
    await desk.ear.hears(PlaybackFinished, call)
    end = await desk.ear.hears(ChannelDestroyed, call)

    assert 200 < talk.duration < 3000
    assert end.cause == 16
    assert desk.ear.all_of(StasisEnd, call)


async def test_when_claire_hangs_up_the_playing_ends_with_the_call(desk: Desk) -> None:
    call = await desk.calls(CLAIRE_HANGS_UP)
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.play(call, desk.sound(10), str(uuid4()))
    end = await desk.ear.hears(ChannelDestroyed, call)

    assert end.cause == 16
    with pytest.raises(ChannelGone):
        await desk.client.channels.play(call, desk.sound(1), str(uuid4()))


@pytest.mark.parametrize(
    ("number", "outcome"),
    [
        ("+99916000001", Outcome.BUSY),
        ("+99919000001", Outcome.REJECTED),
        ("+99920000001", Outcome.DEAD_NUMBER),
        ("+99921000001", Outcome.CONGESTION),
        ("+99922000001", Outcome.DEAD_NUMBER),
        ("+99999000001", Outcome.DEAD_NUMBER),
    ],
)
async def test_why_nobody_answered_is_told_by_the_end_of_the_call(
    desk: Desk, number: str, outcome: Outcome
) -> None:
    end = await desk.ear.hears(ChannelDestroyed, await desk.calls(number))
    assert outcome_of(end.cause, end.tech_cause) is outcome
    assert not desk.ear.all_of(StasisStart, end.channel_id)
    assert not rang(desk, end.channel_id)
    assert not end.channel.is_ringing


def rang(desk: Desk, call: str) -> bool:
    return any(event.is_heard_of_a_telephone for event in desk.ear.all_of(Dial, call))


async def test_a_phone_that_nobody_picks_up_stops_ringing_at_our_limit(desk: Desk) -> None:
    call = await desk.calls(EMMA_IS_OUT, ring_seconds=2)
    await desk.rings(call)
    end = await desk.ear.hears(ChannelDestroyed, call)
    assert (end.cause, end.tech_cause) == (19, 480)
    assert end.channel.is_ringing
    assert rang(desk, call)
    assert set(desk.ear.kinds(call)) == {"Dial", "ChannelDestroyed"}


async def test_a_ringing_phone_stops_when_we_hang_up(desk: Desk) -> None:
    call = await desk.calls(EMMA_IS_OUT)
    await desk.rings(call)
    await desk.client.channels.hangup(call)
    end = await desk.ear.hears(ChannelDestroyed, call)
    assert outcome_of(end.cause, end.tech_cause) is Outcome.NO_ANSWER


async def test_one_call_is_never_placed_twice(desk: Desk) -> None:
    call = await desk.calls(EMMA_IS_OUT)
    with pytest.raises(AlreadyPlaced):
        await desk.places(call, EMMA_IS_OUT)
    assert [channel.id for channel in await desk.client.channels.list()] == [call]


async def test_a_ringing_call_is_not_ours_to_play_to(desk: Desk) -> None:
    call = await desk.calls(EMMA_IS_OUT)
    await desk.rings(call)
    with pytest.raises(ChannelGone):
        await desk.client.channels.play(call, desk.sound(1), str(uuid4()))


async def test_asking_for_a_call_that_has_ended_says_so_and_ending_it_again_is_fine(desk: Desk) -> None:
    call = str(uuid4())
    for request in (
        desk.client.channels.get(call),
        desk.client.channels.answer(call),
        desk.client.channels.play(call, desk.sound(1), str(uuid4())),
        desk.client.channels.continue_in_dialplan(call, "alert", "fallback"),
        desk.client.channels.rtp_statistics(call),
        desk.client.channels.record(call, str(uuid4())),
    ):
        with pytest.raises(ChannelGone):
            await request
    await desk.client.channels.hangup(call)
    await desk.client.playbacks.stop(str(uuid4()))
    await desk.client.recordings.stop("nobody/spoke")
    await desk.client.recordings.delete("nobody/spoke")


async def test_without_a_way_out_no_call_is_made(desk: Desk) -> None:
    call = str(uuid4())
    with pytest.raises(EndpointUnavailable, match="trunk"):
        await desk.client.channels.originate(
            call, endpoint="PJSIP/+99910000001@nowhere", context="alert", extension="call"
        )
    with pytest.raises(ChannelGone):
        await desk.client.channels.get(call)
    assert desk.ear.kinds(call) == []


async def test_a_sound_that_is_not_there_ends_at_once_and_not_whole(desk: Desk) -> None:
    call = await desk.calls(DIRK_SAYS_NOTHING)
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.play(call, f"sound:{desk.sounds}/no-such-sound", str(uuid4()))
    assert not (await desk.ear.hears(PlaybackFinished, call)).is_whole


async def test_what_a_caller_says_is_recorded_once_per_name(desk: Desk) -> None:
    name = f"ari/{uuid4()}"
    call = await desk.calls(DIRK_SAYS_NOTHING)
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.record(call, name, max_seconds=30)
    await desk.client.recordings.stop(name)
    finished = await desk.ear.hears(RecordingFinished, call)
    assert finished.recording.name == name
    await desk.client.recordings.delete(name)
    await desk.client.channels.record(call, name, max_seconds=30)


async def test_a_call_given_back_to_the_dialplan_finishes_its_sound_and_leaves_us(desk: Desk) -> None:
    call = await desk.calls(DIRK_SAYS_NOTHING)
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.play(call, desk.sound(1), str(uuid4()))
    await desk.ear.hears(PlaybackStarted, call)
    await desk.client.channels.continue_in_dialplan(call, "alert", "fallback")
    await desk.ear.hears(StasisEnd, call)
    await desk.ear.hears(ChannelDestroyed, call)
    kinds = desk.ear.kinds(call)
    assert kinds.index("PlaybackFinished") < kinds.index("StasisEnd") < kinds.index("ChannelDestroyed")


async def test_what_the_dialplan_noted_can_be_read_until_it_is_removed(desk: Desk) -> None:
    asterisk, call = desk.client.asterisk, str(uuid4())
    await desk.client.channels.originate(
        call,
        endpoint=f"PJSIP/{DIRK_SAYS_NOTHING}@trunk",
        context="alert",
        extension="call",
        variables={"FALLBACK": desk.sound(1).removeprefix("sound:")},
    )
    await desk.ear.hears(StasisStart, call)
    await desk.client.channels.continue_in_dialplan(call, "alert", "fallback")
    await desk.ear.hears(ChannelDestroyed, call)
    assert await asterisk.variable(call) == "fallback=3/stayed"
    for _ in range(2):
        await asterisk.forget_variable(call)
        assert await asterisk.variable(call) == ""


async def test_the_fake_counts_every_placing_and_remembers_what_was_heard(
    fake_ari: FakeAri, fake_desk: Desk
) -> None:
    call = await fake_desk.calls(BERT_LISTENS)
    with pytest.raises(AlreadyPlaced):
        await fake_desk.places(call, BERT_LISTENS)
    await fake_desk.ear.hears(StasisStart, call)
    message = fake_desk.sound(4)
    await fake_desk.client.channels.play(call, message, str(uuid4()))
    await fake_desk.ear.hears(ChannelDestroyed, call)

    assert fake_ari.posts[call] == 2
    (heard,) = fake_ari.heard[BERT_LISTENS]
    assert [(sound.sound, sound.seconds, sound.whole) for sound in heard] == [(message, 4.0, True)]
