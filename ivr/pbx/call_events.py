"""Hands each event of one call to that call; an event that needs more than the call is the exchange's."""

from collections.abc import Callable, Mapping
from datetime import datetime

from ivr.ari.events import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelHold,
    ChannelTalkingFinished,
    ChannelUnhold,
    Dial,
    Event,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
)
from ivr.pbx.live_call import End, LiveCall

REDIRECTED = 302
"""SIP status of a redirected call that Asterisk drops before it has noted which 3xx it was."""
Handler = Callable[[LiveCall, Event], None]


def _on_destroyed(live: LiveCall, event: Event) -> None:
    assert isinstance(event, ChannelDestroyed)
    if event.channel.is_ringing:
        live.note_ringing()  # which we may have missed
    end = End(
        event.cause,
        REDIRECTED if event.tech_cause is None and live.is_redirected else event.tech_cause,
        is_lost=live.is_on_fallback,
        was_answered=event.channel.is_up,
        lasted=_lasted(event),
    )
    live.finish(end, event.at.timestamp())


def _lasted(event: ChannelDestroyed) -> float | None:
    created = event.channel.creationtime
    return (event.at - datetime.fromisoformat(created)).total_seconds() if created else None


def _on_dial(live: LiveCall, event: Event) -> None:
    assert isinstance(event, Dial)
    if event.is_heard_of_a_telephone:
        live.note_ringing()
    if event.forward:
        live.is_redirected = True


def _on_playback_started(live: LiveCall, event: Event) -> None:
    assert isinstance(event, PlaybackStarted)
    if live.call is not None:
        live.call.events.playback_started(event.playback.id, event.at.timestamp())


def _on_playback_finished(live: LiveCall, event: Event) -> None:
    assert isinstance(event, PlaybackFinished)
    if live.call is not None:
        live.call.events.playback_ended(event.playback.id, event.at.timestamp(), ok=event.is_whole)


def _on_key(live: LiveCall, event: Event) -> None:
    assert isinstance(event, ChannelDtmfReceived)
    if live.call is not None:
        live.call.events.pressed(event.digit, event.at.timestamp())


def _on_recorded(live: LiveCall, event: Event) -> None:
    assert isinstance(event, RecordingFinished | RecordingFailed)
    if live.call is not None:
        live.call.events.recorded(event.recording.name)


def _on_quiet(live: LiveCall, event: Event) -> None:
    assert isinstance(event, ChannelTalkingFinished)
    if live.call is None:
        return
    if live.is_conversation:
        live.call.events.quiet.set()
    else:
        live.call.events.talk_ended(event.at.timestamp(), event.duration / 1000)


def _on_hold(live: LiveCall, event: Event) -> None:
    live.note_hold(event.at.timestamp(), is_held=isinstance(event, ChannelHold))


OF_ONE_CALL: Mapping[type[Event], Handler] = {
    ChannelDestroyed: _on_destroyed,
    ChannelDtmfReceived: _on_key,
    ChannelHold: _on_hold,
    ChannelTalkingFinished: _on_quiet,
    ChannelUnhold: _on_hold,
    Dial: _on_dial,
    PlaybackFinished: _on_playback_finished,
    PlaybackStarted: _on_playback_started,
    RecordingFailed: _on_recorded,
    RecordingFinished: _on_recorded,
}
"""The handler of each kind of event."""
