"""What an alert asks PostgreSQL for: the same server, with a wire before the database that counts."""

import asyncio
from pathlib import Path

from bench.calls.buurtbel_way import BuurtbelWay
from bench.calls.phones import Phones
from bench.calls.runs import Run
from bench.sql_wire import SOCKET, counting
from buurtbel.settings.settings import Database, Settings
from embedded import postgres


async def counted_run(settings: Settings, those: Phones, *, rate: float, seconds: float) -> Run:
    """A warm run whose statements and commits are counted, also those by the clock; its times are none."""
    folder, cluster, wire = (settings.data_dir.with_name(name) for name in ("counted", "database", "wire"))
    cluster.mkdir()
    wire.mkdir()
    url = await asyncio.to_thread(postgres.start, cluster)
    try:
        async with counting(url, wire) as (address, asked):
            _open_to_all(wire)
            way = BuurtbelWay(
                settings.model_copy(update={"data_dir": folder, "database": Database(url=address)}),
                those,
                seconds=seconds,
                environment={"BUURTBEL_DATA_DIR": str(folder), "BUURTBEL_DATABASE_URL": address},
                cluster=cluster,
                asked=asked,
            )
            return await way.run(rate)
    finally:
        await asyncio.to_thread(postgres.stop, cluster)


def _open_to_all(wire: Path) -> None:
    """The server gives up root, and the wire is root's."""
    wire.chmod(0o755)
    (wire / SOCKET).chmod(0o666)
