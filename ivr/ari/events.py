"""The events of Asterisk that somebody here acts on, decoded straight from the websocket's JSON."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


class _Part(msgspec.Struct, frozen=True, gc=False):
    """Part of an event; fields that we do not name are skipped while decoding."""


class Party(_Part, frozen=True):
    number: str = ""


class Dialplan(_Part, frozen=True):
    context: str = ""
    exten: str = ""
    priority: int = 0
    app_name: str = ""
    """The application that runs now; "Stasis" while the channel is ours."""


class ReportedChannel(_Part, frozen=True):
    """A channel as Asterisk reports it in events and in `GET /channels`."""

    id: str
    name: str = ""
    state: str = ""
    """Down, Ring (rings us), Ringing (rings them), Up, Busy ..."""
    caller: Party = Party()
    connected: Party = Party()
    dialplan: Dialplan = Dialplan()
    creationtime: str = ""
    channelvars: dict[str, str] = {}
    """Variables that its ari.conf names."""

    @property
    def is_up(self) -> bool:
        return self.state == "Up"

    @property
    def is_ringing(self) -> bool:
        """There was a 180; a 183 does not show here."""
        return self.state == "Ringing"

    @property
    def is_in_stasis(self) -> bool:
        return self.dialplan.app_name == "Stasis"

    def is_at(self, context: str, extension: str) -> bool:
        """There in the dialplan."""
        return (self.dialplan.context, self.dialplan.exten) == (context, extension)

    def was_placed_on(self, trunk: str) -> bool:
        """An outbound call of this system: its id is an attempt's."""
        try:
            UUID(self.id)
        except ValueError:
            return False
        return self.name.startswith(f"PJSIP/{trunk}-")


class Playback(_Part, frozen=True):
    id: str
    target_uri: str
    """`channel:ID` or `bridge:ID`."""
    state: str = ""
    """queued, playing, continuing, done, failed."""


class ReportedRecording(_Part, frozen=True):
    name: str
    target_uri: str = ""
    state: str = ""
    """queued, recording, paused, done, failed, canceled."""
    duration: int | None = None
    """Whole seconds."""
    talking_duration: int | None = None
    """Whole seconds in which somebody spoke; only when recorded with a limit on silence."""
    cause: str = ""


class Endpoint(_Part, frozen=True):
    technology: str
    resource: str
    state: str = ""
    """online, offline or unknown."""


class Contact(_Part, frozen=True):
    uri: str
    contact_status: str
    """Reachable, Unreachable, NonQualified, Unknown, Created, Removed or Updated."""


class Event(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Something that happened at `timestamp`, in Asterisk's writing (`2026-01-31T09:00:00.123+0100`)."""

    timestamp: str

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.timestamp)

    @property
    def channel_id(self) -> str:
        """The channel it concerns; empty when it concerns none."""
        return ""

    @property
    def subject(self) -> str:
        """What it is about: tells apart two events of one type at one moment."""
        return self.channel_id


class _OfChannel(Event, frozen=True):
    channel: ReportedChannel

    @property
    def channel_id(self) -> str:
        return self.channel.id


class StasisStart(_OfChannel, frozen=True):
    """The channel is ours from now on: for a call we placed, it has been answered."""

    args: list[str] = []


class StasisEnd(_OfChannel, frozen=True):
    """The channel is no longer ours: hung up, or sent on in the dialplan."""


class Dial(Event, frozen=True):
    """How far a call that we placed has come."""

    peer: ReportedChannel
    dialstatus: str = ""
    """Empty when it is placed, then RINGING (180), PROGRESS (183), ANSWER, BUSY ..."""
    forward: str = ""
    """Where a redirection (3xx) would send it, which nobody follows."""

    @property
    def channel_id(self) -> str:
        return self.peer.id

    @property
    def subject(self) -> str:
        return f"{self.peer.id} {self.dialstatus}"

    @property
    def is_heard_of_a_telephone(self) -> bool:
        """Or of the network on its behalf: a provisional response beyond 100."""
        return self.dialstatus in {"RINGING", "PROGRESS"}


class ChannelDestroyed(_OfChannel, frozen=True):
    """The end; only here stands why."""

    cause: int
    """Q.850."""
    tech_cause: int | None = None
    """The SIP status that ended it, where there was one."""
    cause_txt: str = ""


class ChannelDtmfReceived(_OfChannel, frozen=True):
    """A key was released."""

    digit: str
    duration_ms: int

    @property
    def subject(self) -> str:
        return f"{self.channel.id} {self.digit}"


class ChannelTalkingStarted(_OfChannel, frozen=True):
    pass


class ChannelTalkingFinished(_OfChannel, frozen=True):
    """Never comes when the far end stops sending sound, so no wait may rest on it alone."""

    duration: int
    """Milliseconds of talking."""


class ChannelHold(_OfChannel, frozen=True):
    """They have put us on hold and hear nothing of us; with the answer itself, before StasisStart, too."""


class ChannelUnhold(_OfChannel, frozen=True):
    """They hear us again."""


class _OfPlayback(Event, frozen=True):
    playback: Playback

    @property
    def channel_id(self) -> str:
        return self.playback.target_uri.removeprefix("channel:")

    @property
    def subject(self) -> str:
        return self.playback.id


class PlaybackStarted(_OfPlayback, frozen=True):
    pass


class PlaybackFinished(_OfPlayback, frozen=True):
    @property
    def is_whole(self) -> bool:
        """False when the sound could not be played; a playback that was stopped also counts as whole."""
        return self.playback.state == "done"


class _OfRecording(Event, frozen=True):
    recording: ReportedRecording

    @property
    def channel_id(self) -> str:
        return self.recording.target_uri.removeprefix("channel:")

    @property
    def subject(self) -> str:
        return self.recording.name


class RecordingStarted(_OfRecording, frozen=True): ...


class RecordingFinished(_OfRecording, frozen=True): ...


class RecordingFailed(_OfRecording, frozen=True): ...


class ContactStatusChange(Event, frozen=True):
    """The trunk came or went, as its OPTIONS pings tell."""

    endpoint: Endpoint
    contact_info: Contact

    @property
    def is_reachable(self) -> bool:
        return self.contact_info.contact_status in {"Reachable", "NonQualified"}

    @property
    def subject(self) -> str:
        return f"{self.contact_info.uri} {self.contact_info.contact_status}"


class ApplicationReplaced(Event, frozen=True):
    """Another program has taken our application name; nothing more will come to us."""


class Answer(msgspec.Struct, frozen=True, gc=False, tag="RESTResponse", tag_field="type"):
    """What Asterisk says to a request that was made on the event socket."""

    request_id: str
    status_code: int
    message_body: str = ""


AnyEvent = (
    StasisStart
    | StasisEnd
    | Dial
    | ChannelDestroyed
    | ChannelDtmfReceived
    | ChannelTalkingStarted
    | ChannelTalkingFinished
    | ChannelHold
    | ChannelUnhold
    | PlaybackStarted
    | PlaybackFinished
    | RecordingStarted
    | RecordingFinished
    | RecordingFailed
    | ContactStatusChange
    | ApplicationReplaced
    | Answer
)
_decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(AnyEvent)


def decode(frame: bytes | str) -> Event | Answer | None:
    """What is in one websocket frame, or None for what we do not know or cannot read."""
    try:
        event: Event | Answer = _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return event
