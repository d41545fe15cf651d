"""How the database is reached."""

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

UTF_8 = {"client_encoding": "utf8"}
"""How text travels on every connection; a database that was made without an encoding would send bytes."""

CONNECTION = UTF_8 | {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""As libpq takes it: a server beyond a broken network is noticed in seconds, not when TCP gives up."""


def make_engine(url: str, *, connections: int = 10) -> AsyncEngine:
    """An engine on psycopg 3 for a `postgresql://` URL, whatever driver the URL names.

    The connection that was used last is used next: it has prepared what is asked again and again.
    An error's text holds no values of its statement: they are numbers and messages, and it may be logged.
    """
    return create_async_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args=CONNECTION,
        pool_size=connections,
        max_overflow=5,
        pool_use_lifo=True,
        hide_parameters=True,
    )
