"""The resources of ARI that we use, one class each."""

from collections.abc import Awaitable, Mapping, Sequence
from urllib.parse import quote

import msgspec

from ivr.ari.errors import AlreadyPlaced, AriRefused, ChannelGone, EndpointUnavailable
from ivr.ari.events import Endpoint, ReportedChannel
from ivr.ari.http import AriHttp

_GONE = {404, 409, 412}
_NO_SOUND = "RTP info not found"
"""What Asterisk says, with 404, of a channel without a sound stream."""
"""What Asterisk says of a channel that has ended, is no longer in our application, or is just ending."""


FORWARD_CONTEXT, NOWHERE = "FORWARD_CONTEXT", "nowhere"
"""Asterisk follows a redirection (3xx) into this context of its dialplan, else into that of callers. There is
no such context."""


class RtpStatistics(msgspec.Struct, frozen=True):
    """Sound on the line, in packets (`tx` = to the phone) and seconds."""

    txcount: int = 0
    rxcount: int = 0
    txploss: int = 0
    rxploss: int = 0
    txjitter: float = 0.0
    rxjitter: float = 0.0
    rtt: float = 0.0


class _Stored(msgspec.Struct, frozen=True):
    name: str


class Channels:
    """Calls. A request about a channel that has ended, is ending or is not in Stasis raises `ChannelGone`."""

    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def originate(
        self,
        channel_id: str,
        *,
        endpoint: str,
        context: str,
        extension: str,
        priority: int = 1,
        caller_id: str = "",
        timeout: float = 40.0,  # noqa: ASYNC109 - how long the phone rings
        formats: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        """Ring `endpoint` for at most `timeout` seconds; when answered it enters the dialplan.

        Raises AlreadyPlaced when a channel with this id lives, EndpointUnavailable when there is no way out.
        """
        body = {
            "endpoint": endpoint,
            "context": context,
            "extension": extension,
            "priority": priority,
            "callerId": caller_id,
            "timeout": max(1, round(timeout)),
            "formats": ",".join(formats),
            "variables": {FORWARD_CONTEXT: NOWHERE, **(variables or {})},
        }
        if not formats:
            del body["formats"]
        try:
            await self._http.request("POST", f"channels/{channel_id}", body)
        except AriRefused as refusal:
            if refusal.status == 409:
                raise AlreadyPlaced(
                    "A call with this id has been placed already; do not place it again."
                ) from refusal
            if refusal.status == 500 and "llocation failed" in str(refusal):
                raise EndpointUnavailable(
                    "Asterisk has no way out for this call; check the trunk's address and registration."
                ) from refusal
            raise

    async def list(self) -> list[ReportedChannel]:
        return await self._http.read("channels", list[ReportedChannel])

    async def get(self, channel_id: str) -> ReportedChannel:
        try:
            return await self._http.read(f"channels/{channel_id}", ReportedChannel)
        except AriRefused as refusal:
            raise _gone_or(refusal) from refusal

    async def rtp_statistics(self, channel_id: str) -> RtpStatistics:
        """All zero for an answered call with no sound either way: its SDP agreed on none."""
        try:
            path = f"channels/{channel_id}/rtp_statistics"
            return await self._http.read(path, RtpStatistics, promptly=True)
        except AriRefused as refusal:
            if _NO_SOUND in str(refusal):
                return RtpStatistics()
            raise _gone_or(refusal) from refusal

    async def answer(self, channel_id: str) -> None:
        """Waits in Asterisk until plays and recordings queued before it have ended."""
        await _or_gone(self._http.request("POST", f"channels/{channel_id}/answer"))

    async def ring(self, channel_id: str) -> None:
        """Let an inbound caller hear that it rings."""
        await _or_gone(self._http.request("POST", f"channels/{channel_id}/ring"))

    async def play(self, channel_id: str, media: str, playback_id: str) -> None:
        """Queue one sound, as `sound:/path/without/extension`."""
        path = f"channels/{channel_id}/play/{playback_id}"
        await _or_gone(self._http.promptly("POST", path, {"media": media}))

    async def record(
        self,
        channel_id: str,
        name: str,
        *,
        format: str = "wav",  # noqa: A002 - ARI's own word
        max_seconds: int = 0,
        max_silence_seconds: int = 0,
        terminate_on: str = "none",
        beep: bool = False,
        if_exists: str = "fail",
    ) -> None:
        """Record what the caller says, to `name` below Asterisk's recording folder; 0 seconds = no limit.

        Raises AriRefused when `name` exists and `if_exists` is "fail".
        """
        body = {
            "name": name,
            "format": format,
            "maxDurationSeconds": max_seconds,
            "maxSilenceSeconds": max_silence_seconds,
            "terminateOn": terminate_on,
            "beep": beep,
            "ifExists": if_exists,
        }
        await _or_gone(self._http.request("POST", f"channels/{channel_id}/record", body))

    async def snoop(
        self, channel_id: str, snoop_id: str, *, app: str, spy: str = "in", whisper: str = "none"
    ) -> None:
        """Make a channel in `app` that hears the caller, or speaks to them; it ends with the call."""
        path = f"channels/{channel_id}/snoop/{snoop_id}"
        await _or_gone(self._http.request("POST", path, {"spy": spy, "whisper": whisper, "app": app}))

    async def set_variable(self, channel_id: str, name: str, value: str) -> None:
        """Set a variable or a dialplan function, such as `TIMEOUT(absolute)`."""
        body = {"variable": name, "value": value}
        await _or_gone(self._http.request("POST", f"channels/{channel_id}/variable", body))

    async def press(self, channel_id: str, keys: str) -> None:
        """Send these keys, one after the other, as the channel's endpoint sends keys."""
        await _or_gone(self._http.request("POST", f"channels/{channel_id}/dtmf", {"dtmf": keys}))

    async def continue_in_dialplan(
        self, channel_id: str, context: str, extension: str, priority: int = 1
    ) -> None:
        """Give the channel back to the dialplan there; a playing sound is finished first."""
        body = {"context": context, "extension": extension, "priority": priority}
        await _or_gone(self._http.request("POST", f"channels/{channel_id}/continue", body))

    async def hangup(
        self, channel_id: str, *, reason: str | None = None, reason_code: int | None = None
    ) -> None:
        """End the call, ringing or answered; one that has ended already is what was asked for."""
        body: dict[str, object] = {"reason": reason} if reason else {}
        if reason_code is not None:
            body = {"reason_code": str(reason_code)}
        await _unless_gone(self._http.promptly("DELETE", f"channels/{channel_id}", body or None))


class Playbacks:
    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def stop(self, playback_id: str) -> None:
        """Stop it where it is; one that has ended already is what was asked for."""
        await _unless_gone(self._http.promptly("DELETE", f"playbacks/{playback_id}"))


class Recordings:
    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def stop(self, name: str) -> None:
        """End it and keep it; one that has ended already is what was asked for."""
        await _unless_gone(self._http.request("POST", f"recordings/live/{quote(name, safe='')}/stop"))

    async def names(self) -> list[str]:
        """Of all that are kept."""
        return [one.name for one in await self._http.read("recordings/stored", list[_Stored])]

    async def audio(self, name: str) -> bytes:
        """A finished recording, as its file is."""
        return await self._http.request("GET", f"recordings/stored/{quote(name, safe='')}/file")

    async def audio_if_there(self, name: str) -> bytes | None:
        """The same; None when there is none of that name."""
        return await _if_there(self.audio(name))

    async def is_going_on(self, name: str) -> bool:
        """Whether it is being recorded now."""
        going_on = self._http.request("GET", f"recordings/live/{quote(name, safe='')}")
        return await _if_there(going_on) is not None

    async def delete(self, name: str) -> None:
        """Remove a finished recording; none there is what was asked for."""
        await _unless_gone(self._http.request("DELETE", f"recordings/stored/{quote(name, safe='')}"))


class Endpoints:
    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def state(self, technology: str, resource: str) -> str:
        """Say whether Asterisk can reach it: online, offline or unknown."""
        return (await self._http.read(f"endpoints/{technology}/{resource}", Endpoint)).state


class Applications:
    """Which events Asterisk sends us. Both hold until our websocket closes."""

    def __init__(self, http: AriHttp, app: str) -> None:
        self._http = http
        self._app = app
        self._path = f"applications/{app}"

    async def subscribe(self, event_source: str) -> None:
        """Hear of `endpoint:PJSIP/<name>` and its channels, also before they are in Stasis."""
        await self._http.request("POST", f"{self._path}/subscription", {"eventSource": event_source})

    async def filter(self, *, disallowed: Sequence[str]) -> None:
        """Send no events of these types."""
        body = {"disallowed": [{"type": name} for name in disallowed]}
        await self._http.request("PUT", f"{self._path}/eventFilter", body)

    async def notify(self, event: str) -> None:
        """Let Asterisk send us a ChannelUserevent of this name. AriRefused: it does not know us any more."""
        await self._http.request("POST", f"events/user/{event}?application={self._app}")


def _gone_or(refusal: AriRefused) -> AriRefused | ChannelGone:
    if refusal.status in _GONE and "already exists" not in str(refusal):
        return ChannelGone(f"The call has ended or is not ours now: {refusal}")
    return refusal


async def _or_gone(asking: Awaitable[object]) -> None:
    try:
        await asking
    except AriRefused as refusal:
        raise _gone_or(refusal) from refusal


async def _unless_gone(asking: Awaitable[object]) -> None:
    try:
        await asking
    except AriRefused as refusal:
        if refusal.status not in _GONE:
            raise


async def _if_there(asking: Awaitable[bytes]) -> bytes | None:
    try:
        return await asking
    except AriRefused as refusal:
        if refusal.status != 404:
            raise
        return None
