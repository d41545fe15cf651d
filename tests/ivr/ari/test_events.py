"""What Asterisk says, as it says it, becomes typed events; what we do not know is passed over."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.ari.events import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ContactStatusChange,
    PlaybackFinished,
    RecordingFinished,
    StasisStart,
    decode,
)
from ivr.ari.recent import RecentEvents

CHANNEL: dict[str, Any] = {
    "id": "8f0c",
    "name": "PJSIP/trunk-00000001",
    "state": "Up",
    "protocol_id": "8f0c-sip",
    "caller": {"name": "", "number": ""},
    "connected": {"name": "", "number": ""},
    "accountcode": "",
    "dialplan": {
        "context": "alert",
        "exten": "call",
        "priority": 2,
        "app_name": "Stasis",
        "app_data": "buurtbel",
    },
    "creationtime": "2026-01-31T09:00:00.123+0100",
    "language": "en",
}


def frame(kind: str, **fields: Any) -> bytes:
    common = {"timestamp": "2026-01-31T09:00:01.500+0100", "asterisk_id": "02:00", "application": "buurtbel"}
    return json.dumps({**fields, "type": kind, **common}).encode()


def test_a_call_enters_our_application() -> None:
    event = decode(frame("StasisStart", args=["outbound"], channel=CHANNEL))
    assert isinstance(event, StasisStart)
    assert (event.channel_id, event.args, event.channel.is_up, event.channel.is_in_stasis) == (
        "8f0c",
        ["outbound"],
        True,
        True,
    )
    assert event.at == datetime(2026, 1, 31, 8, 0, 1, 500_000, UTC)


def test_the_end_of_a_call_carries_the_sip_status_when_there_was_one() -> None:
    busy = decode(frame("ChannelDestroyed", cause=17, tech_cause=486, cause_txt="User busy", channel=CHANNEL))
    normal = decode(frame("ChannelDestroyed", cause=16, cause_txt="Normal Clearing", channel=CHANNEL))
    assert isinstance(busy, ChannelDestroyed)
    assert isinstance(normal, ChannelDestroyed)
    assert (busy.cause, busy.tech_cause) == (17, 486)
    assert (normal.cause, normal.tech_cause) == (16, None)


def test_playbacks_and_recordings_belong_to_the_channel_they_are_on() -> None:
    playback = {"id": "p1", "media_uri": "sound:x", "target_uri": "channel:8f0c", "language": "en"}
    recording = {"name": "r1", "format": "wav", "target_uri": "channel:8f0c", "state": "done", "duration": 4}
    whole = decode(frame("PlaybackFinished", playback=playback | {"state": "done"}))
    failed = decode(frame("PlaybackFinished", playback=playback | {"state": "failed"}))
    recorded = decode(frame("RecordingFinished", recording=recording | {"talking_duration": 3}))
    assert isinstance(whole, PlaybackFinished)
    assert isinstance(failed, PlaybackFinished)
    assert isinstance(recorded, RecordingFinished)
    assert (whole.channel_id, whole.is_whole, failed.is_whole) == ("8f0c", True, False)
    assert (recorded.channel_id, recorded.recording.talking_duration) == ("8f0c", 3)


@pytest.mark.parametrize(
    ("status", "reachable"), [("Reachable", True), ("NonQualified", True), ("Unreachable", False)]
)
def test_the_trunk_comes_and_goes(status: str, reachable: bool) -> None:
    endpoint = {"technology": "PJSIP", "resource": "trunk", "state": "offline", "channel_ids": []}
    contact = {"uri": "sip:127.0.0.1:25170", "contact_status": status, "aor": "trunk", "roundtrip_usec": "0"}
    event = decode(frame("ContactStatusChange", endpoint=endpoint, contact_info=contact))
    assert isinstance(event, ContactStatusChange)
    assert (event.endpoint.resource, event.is_reachable, event.channel_id) == ("trunk", reachable, "")


@pytest.mark.parametrize(
    "junk",
    [
        frame("SomethingOfTomorrow", channel=CHANNEL),
        frame("StasisStart"),
        frame("ChannelDtmfReceived", digit=1, duration_ms="long", channel=CHANNEL),
        b'{"type": "RESTResponse", "status_code": 200}',
        b"{}",
        b"[]",
        b"\xff\xfe",
        b"",
        b"[" * 5000,
    ],
    ids=[
        "unknown",
        "incomplete",
        "wrong types",
        "no timestamp",
        "empty",
        "list",
        "no text",
        "nothing",
        "deep",
    ],
)
def test_what_we_do_not_understand_is_no_event_and_no_error(junk: bytes) -> None:
    assert decode(junk) is None


@dataclass
class Keys:
    """Somebody pressing keys."""

    recent: RecentEvents

    def press(self, digit: str, millisecond: int) -> bool:
        """Whether it is new."""
        channel = decode(frame("StasisStart", channel=CHANNEL))
        assert isinstance(channel, StasisStart)
        stamp = f"2026-01-31T09:00:01.{millisecond:03}+0100"
        return self.recent.add(ChannelDtmfReceived(stamp, channel.channel, digit, 100))


def test_a_key_that_comes_twice_counts_once_and_a_second_press_counts_again() -> None:
    keys = Keys(RecentEvents())
    assert keys.press("1", 100)
    assert not keys.press("1", 100)
    assert keys.press("1", 101)
    assert keys.press("2", 100)


def test_what_is_remembered_does_not_grow() -> None:
    recent = RecentEvents(size=10)
    keys = Keys(recent)
    assert all(keys.press("1", millisecond) for millisecond in range(500))
    assert len(recent) <= 20
    assert not keys.press("1", 499)
    assert not keys.press("1", 490)
    assert keys.press("1", 0)
