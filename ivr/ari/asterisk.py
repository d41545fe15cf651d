"""The resource of ARI that is Asterisk itself."""

from urllib.parse import quote

import msgspec

from ivr.ari.http import AriHttp


class Info(msgspec.Struct, frozen=True):
    version: str
    startup_time: str
    """Changes when Asterisk restarts: then every channel of before is gone."""


class _Status(msgspec.Struct):
    startup_time: str


class _System(msgspec.Struct):
    version: str


class _Info(msgspec.Struct):
    status: _Status
    system: _System


class _Value(msgspec.Struct):
    value: str


class AsteriskInfo:
    def __init__(self, http: AriHttp) -> None:
        self._http = http

    async def variable(self, name: str) -> str:
        """A global variable of the dialplan; empty when there is none of this name."""
        return (await self._http.read(f"asterisk/variable?variable={quote(name, safe='')}", _Value)).value

    async def set_variable(self, name: str, value: str) -> None:
        await self._http.request("POST", "asterisk/variable", {"variable": name, "value": value})

    async def forget_variable(self, name: str) -> None:
        await self._http.request("POST", f"asterisk/variable?variable={quote(name, safe='')}")  # no value

    async def info(self) -> Info:
        answer = await self._http.read("asterisk/info", _Info)
        return Info(answer.system.version, answer.status.startup_time)
