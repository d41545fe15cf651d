"""The requests we make of Asterisk, with the vocabulary of ari-py: `client.channels.originate(...)`."""

from ivr.ari.asterisk import AsteriskInfo
from ivr.ari.http import AriHttp
from ivr.ari.resources import Applications, Channels, Endpoints, Playbacks, Recordings


class AriClient:
    """One Asterisk, as one application on it.

    Every request raises `AriUnreachable` when there is no connection or no answer within `timeout` seconds,
    and `AriRefused` when Asterisk says no. Use it as an async context manager, or `close()` it.
    `connections`: HTTP requests at the same time. Placing a call waits for SIP, so there are more than
    calls a second; Asterisk accepts twice as many (`sessionlimit`).
    """

    def __init__(
        self, url: str, user: str, password: str, *, app: str, connections: int = 128, timeout: float = 5.0
    ) -> None:
        self.app = app
        self.timeout = timeout
        self.http = AriHttp(url, user, password, connections=connections, timeout=timeout)
        self.channels = Channels(self.http)
        self.playbacks = Playbacks(self.http)
        self.recordings = Recordings(self.http)
        self.endpoints = Endpoints(self.http)
        self.applications = Applications(self.http, app)
        self.asterisk = AsteriskInfo(self.http)

    async def close(self) -> None:
        await self.http.close()

    async def __aenter__(self) -> "AriClient":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
