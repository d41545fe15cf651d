"""How the database is reached."""

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

UTF_8 = {"client_encoding": "utf8"}
"""How text travels on every connection; a database that was made without an encoding would send bytes."""


def make_engine(url: str, *, connections: int = 10) -> AsyncEngine:
    """An engine on psycopg 3 for a `postgresql://` URL, whatever driver the URL names.

    An error's text holds no values of its statement: they are numbers and messages, and it may be logged.
    """
    return create_async_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args=UTF_8,
        pool_size=connections,
        max_overflow=5,
        hide_parameters=True,
    )
