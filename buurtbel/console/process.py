"""The process that answers browsers. No call needs it: it asks the database, as every command does."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from broadcast.drafting.beginning import Beginning
from buurtbel.assembly import Assembly, assemble
from buurtbel.console.readiness import WatchedReadiness
from buurtbel.database.address import wait_for_database
from buurtbel.errors import ConsoleNotServed
from buurtbel.settings.settings import Settings
from console.app import make_app
from console.parts import Parts
from embedded.network.ports import Address
from embedded.told_to_end import told_to_end
from storage.transactions import Transactions

log = logging.getLogger(__name__)

CONNECTIONS = 8
"""To the database, for all pages together."""
PATIENCE = 3
"""Seconds in which requests may end when it is told to; open streams are cut then."""
WAIT_FOR_DATABASE = 60.0
BACKLOG = 128


async def run_console(settings: Settings) -> None:
    """Answer browsers until told to end. Raises NotRunning, and ConsoleNotServed: the address is taken."""
    stopping = told_to_end()
    await wait_for_database(settings, seconds=WAIT_FOR_DATABASE)
    async with assemble(settings, connections=CONNECTIONS) as assembly:
        readiness = WatchedReadiness(settings, assembly.engine)
        looking = asyncio.create_task(readiness.look_on())
        try:
            with _listening(settings.console.bind) as door:
                server = _server(settings, parts_of(assembly, readiness))
                serving = asyncio.create_task(server.serve([door]))
                log.info("The screen is at %s.", settings.console.address)
                ended = asyncio.create_task(stopping.wait())
                await asyncio.wait({serving, ended}, return_when=asyncio.FIRST_COMPLETED)
                server.should_exit = True
                await serving
                ended.cancel()
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking


def parts_of(assembly: Assembly, readiness: WatchedReadiness) -> Parts:
    """What the pages are made of."""
    settings = assembly.settings
    return Parts(
        database=Transactions(assembly.engine),
        desk=assembly.desk,
        beginning=Beginning(assembly.engine, assembly.desk, settings.broadcast, settings.own_numbers),
        readiness=readiness,
        policy=settings.console,
        sessions=settings.session,
        lockout=settings.lockout,
        clock=settings.clock,
        zone=settings.speech.zone,
        is_simulated=settings.trunk.is_simulated,
    )


def _listening(bind: str) -> socket.socket:
    at = Address.parse(bind)
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((at.host, at.port))
        door.listen(BACKLOG)
    except OSError as error:
        door.close()
        raise ConsoleNotServed(
            f"The screen cannot be served at {bind} ({error.strerror}); set BUURTBEL_CONSOLE_BIND to another "
            f"address, or BUURTBEL_CONSOLE_START=false."
        ) from error
    door.setblocking(False)
    return door


def _server(settings: Settings, parts: Parts) -> "_Server":
    console = settings.console
    if (console.certificate is None) != (console.key is None):
        raise ConsoleNotServed(
            "TLS needs a certificate and its key; set BUURTBEL_CONSOLE_CERTIFICATE and BUURTBEL_CONSOLE_KEY."
        )
    config = uvicorn.Config(
        make_app(parts),
        log_config=None,
        access_log=False,  # addresses hold the tokens of invitations
        server_header=False,
        date_header=False,
        proxy_headers=bool(console.proxy),
        forwarded_allow_ips=console.proxy or None,
        ssl_certfile=console.certificate,
        ssl_keyfile=console.key,
        timeout_graceful_shutdown=PATIENCE,
        timeout_keep_alive=75,
        h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=500,
        ws="none",
    )
    return _Server(config)


class _Server(uvicorn.Server):
    """Leaves signals to us."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none: `told_to_end` has them."""
        yield
