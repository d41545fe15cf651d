"""The networks of Westerlo and the simulated people of one of them, for demos, drills and tests."""

import tomllib
from importlib.resources import files

from sqlalchemy.ext.asyncio import AsyncSession

from directory.actor import Actor
from directory.details import Details
from directory.lists.importer import ImportSummary, import_members
from directory.lists.member_list import NUMBER_COLUMNS, read_member_list
from directory.registry import add_network, networks

DEMO_NETWORK = "de-bist"


def demo_members() -> tuple[Details, ...]:
    """The people of `DEMO_NETWORK`, street by street; all their numbers are simulated, some are shared."""
    return tuple(
        Details.checked(
            name=row.cells["name"],
            language=row.cells["language"],
            street=row.cells["street"],
            house_number=row.cells["house_number"],
            numbers=[row.cells[column] for column in NUMBER_COLUMNS if row.cells[column]],
        )
        for row in read_member_list(_data("demo_members.csv")).rows
    )


async def seed(session: AsyncSession, actor: Actor) -> ImportSummary:
    """Add the missing networks and the demo members; again changes nothing. The caller commits."""
    present = {known.network.slug for known in await networks(session)}
    for entry in tomllib.loads(_data("networks.toml").decode())["network"]:
        if entry["slug"] not in present:
            await add_network(session, actor, **entry)
    return await import_members(session, actor, DEMO_NETWORK, _data("demo_members.csv"))


def _data(name: str) -> bytes:
    return (files("directory") / "seed_data" / name).read_bytes()
