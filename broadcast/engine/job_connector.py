"""How the job engine reaches the database: it costs nothing while there is nothing to do."""

from collections.abc import Iterable
from typing import Any

from procrastinate import PsycopgConnector
from procrastinate.connector import Notify
from procrastinate.exceptions import ConnectorException
from psycopg import Error
from psycopg_pool import AsyncConnectionPool

from storage.notices import listen


class JobConnector(PsycopgConnector):
    """procrastinate's own, with two differences.

    It waits for notices at the socket. And it does not ask a connection whether it lives whenever it uses
    one: that it has died is noticed as when it dies in the middle, and the workers begin again.
    """

    def __init__(self, url: str, how: dict[str, Any], *, idle: int, most: int) -> None:
        """`how`: as libpq takes it. `idle`: how many connections are kept; there are `most` at most."""
        super().__init__(conninfo=url, min_size=idle, max_size=most, kwargs=how, pool_factory=_unchecked)
        self._url, self._how = url, how

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        async def told(channel: str, payload: str) -> None:
            await on_notification(channel=channel, payload=payload)

        try:
            await listen(self._url, self._how, list(channels), told)
        except Error as error:
            raise ConnectorException("no notices can be waited for") from error


def _unchecked(**asked: Any) -> AsyncConnectionPool:
    return AsyncConnectionPool(**{**asked, "check": None})
