"""What dies, or is started anew, while alerts are steered."""

import asyncio

from tests.acceptance.steering.waiting import until
from tests.acceptance.steering.zones import SERVES_WITHIN, Zone
from tests.support.hanging import PBX_NOTE
from tests.support.server import EVENTS_FLOW, Server, text_of


async def line_dies(zone: Zone) -> None:
    """The process that leads the calls, which is started again."""
    node = zone.desk
    ended = await asyncio.to_thread(node.kill, "line.json")
    await asyncio.to_thread(node.until_led_again, ended)


async def pbx_dies(zone: Zone) -> None:
    """And with it all calls; it is started again."""
    node = zone.desk
    log = node.folder / "line.log"
    before = text_of(log).count(EVENTS_FLOW)
    await asyncio.to_thread(node.kill, PBX_NOTE)
    zone.wire.all_gone(_port_of(node))
    await until(lambda: text_of(log).count(EVENTS_FLOW) > before, "the line has a PBX again")


async def node_dies(zone: Zone, node: Server) -> None:
    """All of one machine, for good."""
    await asyncio.to_thread(node.die)
    zone.wire.all_gone(_port_of(node))


async def starts_anew(zone: Zone, *nodes: Server) -> None:
    """These machines, one after the other, as an administrator does it."""
    for node in nodes:
        await asyncio.to_thread(node.stop)
        await asyncio.to_thread(node.start, within=SERVES_WITHIN)
    await zone.until_serving()


def _port_of(node: Server) -> int:
    return int(node.settings.pbx.sip_bind.rpartition(":")[2])
