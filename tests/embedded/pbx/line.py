"""The caller's side of a telephone conversation, straight on ARI: what Asterisk itself says happened."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import aiohttp

from tests.pbx_fixtures import RunningPbx

CALLER_ID = "+3214539600"
APP = "buurtbel"


@dataclass
class PhoneCall:
    """One call and all that was heard of it, each event once."""

    number: str
    id: str = field(default_factory=lambda: f"test-{uuid4().hex}")
    events: list[dict[str, Any]] = field(default_factory=list)
    refusal: str = ""
    """Why Asterisk did not even try."""
    news: asyncio.Condition = field(default_factory=asyncio.Condition)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]

    @property
    def digits(self) -> str:
        return "".join(event["digit"] for event in self.of("ChannelDtmfReceived"))

    @property
    def finished_playbacks(self) -> set[str]:
        return {event["playback"]["id"] for event in self.of("PlaybackFinished")}

    @property
    def cause(self) -> int:
        return int(self.of("ChannelDestroyed")[0]["cause"])

    @property
    def sip_status(self) -> int | None:
        return self.of("ChannelDestroyed")[0].get("tech_cause")

    @property
    def answered(self) -> bool:
        return bool(self.of("StasisStart"))

    @property
    def over(self) -> bool:
        return bool(self.of("ChannelDestroyed"))

    async def until(self, *kinds: str, count: int = 1, seconds: float = 60.0) -> None:
        """Return once any of `kinds` has happened `count` times, or the call is over."""
        async with asyncio.timeout(seconds), self.news:
            await self.news.wait_for(lambda: self.over or any(len(self.of(kind)) >= count for kind in kinds))


class Line:
    """ARI of a running PBX. Without `listen` nobody takes the calls: the dialplan is on its own."""

    def __init__(self, pbx: RunningPbx, *, listen: bool = True) -> None:
        self._pbx = pbx
        self._listen = listen
        self._calls: dict[str, PhoneCall] = {}

    async def __aenter__(self) -> "Line":
        word = aiohttp.encode_basic_auth(self._pbx.ari_user, self._pbx.ari_password)
        self._http = aiohttp.ClientSession(headers={"Authorization": word})
        self._reader: asyncio.Task[None] | None = None
        if self._listen:
            self._socket = await self._http.ws_connect(f"{self._pbx.ari_url}/ari/events?app={APP}")
            self._reader = asyncio.create_task(self._read())
            await self.post(f"applications/{APP}/subscription", eventSource="endpoint:PJSIP/trunk")
            # Asterisk remembers what a line of the product did not want to hear.
            async with self._http.put(
                f"{self._pbx.ari_url}/ari/applications/{APP}/eventFilter", json={"disallowed": []}
            ) as answer:
                assert answer.status == 200, await answer.text()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reader:
            await self._socket.close()
            await self._reader
        await self._http.close()

    async def _read(self) -> None:
        async for message in self._socket:
            event = message.json()
            call = self._calls.get(_channel(event))
            if call and event not in call.events:
                async with call.news:
                    call.events.append(event)
                    call.news.notify_all()

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        async with self._http.post(f"{self._pbx.ari_url}/ari/{path}", json=body) as answer:
            return dict(await answer.json()) if answer.content_type == "application/json" else {}

    async def get(self, path: str) -> Any:
        async with self._http.get(f"{self._pbx.ari_url}/ari/{path}") as answer:
            return await answer.json()

    async def dial(
        self, number: str, *, ring: int = 20, variables: Mapping[str, str] | None = None
    ) -> PhoneCall:
        call = PhoneCall(number)
        self._calls[call.id] = call
        told = {"CALL_LIMIT": "60", "FALLBACK": "", **(variables or {})}
        where = {
            "context": "alert",
            "extension": "call",
            "priority": 1,
            "callerId": CALLER_ID,
            "timeout": ring,
        }
        said = await self.post(
            f"channels/{call.id}", endpoint=f"PJSIP/{number}@trunk", variables=told, **where
        )
        call.refusal = str(said.get("error", ""))
        return call

    async def hang_up(self, call: PhoneCall) -> None:
        async with self._http.delete(f"{self._pbx.ari_url}/ari/channels/{call.id}"):
            pass

    async def converse(self, number: str, sound: str, *, passes: int = 2, pause: float = 1.0) -> PhoneCall:
        """Dial and speak `sound` with pauses in between, again at a 2, until a 1 or the last pass ends."""
        call = await self.dial(number, variables={"TALK_DETECT(set)": "600,256"})
        await call.until("StasisStart")
        spoken = 0
        while spoken < passes and not call.over and "1" not in call.digits:
            heard_keys = len(call.digits)
            playback = f"pass-{uuid4().hex}"
            await self.post(f"channels/{call.id}/play", media=f"sound:{sound}", playbackId=playback)
            await self._either(call, playback, heard_keys)
            if len(call.digits) > heard_keys and call.digits[-1] == "2":
                async with self._http.delete(f"{self._pbx.ari_url}/ari/playbacks/{playback}"):
                    continue
            spoken += 1
            await self._quiet(call, heard_keys, pause)
        if not call.over:
            await self.hang_up(call)
        await call.until("ChannelDestroyed")
        return call

    async def _either(self, call: PhoneCall, playback: str, keys: int) -> None:
        async with asyncio.timeout(60), call.news:
            await call.news.wait_for(
                lambda: call.over or len(call.digits) > keys or playback in call.finished_playbacks
            )

    async def _quiet(self, call: PhoneCall, keys: int, pause: float) -> None:
        async with call.news:
            waiting = call.news.wait_for(lambda: call.over or len(call.digits) > keys)
            try:
                await asyncio.wait_for(waiting, pause)
            except TimeoutError:
                return


def _channel(event: Mapping[str, Any]) -> str:
    playback = event.get("playback", {}).get("target_uri", "")
    return str(event.get("channel", {}).get("id") or playback.removeprefix("channel:"))
