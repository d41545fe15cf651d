"""`buurtbel network` and `buurtbel member`: who is in which network."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.commands.keeping import person
from buurtbel.database.address import database
from buurtbel.terminal.files import File, to_read
from buurtbel.terminal.names import this_account
from buurtbel.terminal.sentences import Failed, complain
from buurtbel.times import day
from directory import dead_numbers, registry
from directory.lists.member_list import MOST_BYTES
from directory.tables import Member, Network, Number

if TYPE_CHECKING:
    from directory.lists.importer import ImportSummary

network = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
member = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
person.join(member)
Slug = Annotated[str, typer.Option("--network", help="Short name of the network.")]


@network.command("list")
def list_networks(as_json: Json = False) -> None:
    """List the networks."""

    async def work() -> list[registry.NetworkSummary]:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            return await registry.networks(session)

    found = run(work())
    answer(
        [_network(one.network) | {"members": one.members} for one in found],
        as_json=as_json,
        text=lambda: table(
            "network",
            "name",
            "municipality",
            "members",
            "charter",
            "hours",
            rows=[
                (
                    one.network.slug,
                    one.network.name,
                    one.network.municipality,
                    str(one.members),
                    f"approved {one.network.charter_approved_on}"
                    if one.network.charter_approved_on
                    else "not approved",
                    f"{one.network.hours_from:%H:%M}-{one.network.hours_until:%H:%M}",
                )
                for one in found
            ],
        ),
    )


@network.command("add")
def add_network(
    slug: Annotated[str, typer.Argument(help="Short name: lower-case letters, digits and single dashes.")],
    name: Annotated[str, typer.Argument(help="Name that people hear and see.")],
    municipality: Annotated[str, typer.Argument(help="Municipality in which it is.")],
    as_json: Json = False,
) -> None:
    """Add a network; approve it before it is called."""
    actor = this_account()

    async def work() -> Network:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            added = await registry.add_network(session, actor, slug, name=name, municipality=municipality)
            await session.commit()
            await session.refresh(added)
            return added

    added = run(work())
    answer(_network(added), as_json=as_json, text=lambda: f"Added {added.name} ({added.slug}).")


@network.command("approve")
def approve(
    slug: Annotated[str, typer.Argument(help="Short name of the network.")],
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which the ministry approved it; today if not given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Enter that a network's charter was approved."""
    actor = this_account()
    chosen = settings()
    day = on.date() if on else datetime.now(chosen.clock).date()

    async def work() -> Network:
        async with database(chosen) as engine, AsyncSession(engine) as session:
            approved = await registry.approve_charter(session, actor, slug, day)
            await session.commit()
            await session.refresh(approved)
            return approved

    approved = run(work())
    answer(_network(approved), as_json=as_json, text=lambda: f"{approved.name} is approved since {day}.")


@member.command("list")
def list_members(
    slug: Slug,
    dead: Annotated[bool, typer.Option("--dead", help="Only those who have a dead number.")] = False,
    as_json: Json = False,
) -> None:
    """List the members of a network, with the numbers that are dead and since when."""
    chosen = settings()

    async def work() -> list[Member]:
        async with database(chosen) as engine, AsyncSession(engine) as session:
            found = await registry.members(session, slug)
            return [one for one in found if not dead or any(n.dead_since for n in one.numbers)]

    found = run(work())
    answer(
        [_member(one) for one in found],
        as_json=as_json,
        text=lambda: table(
            "name",
            "language",
            "address",
            "numbers",
            rows=[
                (
                    one.name,
                    one.language,
                    f"{one.street} {one.house_number}".strip(),
                    ", ".join(_told(number, chosen.clock) for number in one.numbers),
                )
                for one in found
            ],
        ),
    )


@member.command("import")
def import_members(
    slug: Slug,
    file: Annotated[File, typer.Argument(parser=to_read, help="The list; - for what is piped in.")],
    as_json: Json = False,
) -> None:
    """Import a member list (CSV): every row or none."""
    from directory.lists import importer  # noqa: PLC0415 - it brings the numbers of the world

    actor, content = this_account(), file.read(MOST_BYTES)

    async def work() -> "ImportSummary":
        async with database(settings()) as engine, AsyncSession(engine) as session:
            summary = await importer.import_members(session, actor, slug, content)
            if summary.accepted:
                await session.commit()
            return summary

    summary = run(work())
    answer(
        {
            "accepted": summary.accepted,
            "encoding": summary.encoding,
            "notes": summary.notes,
            "revived": summary.revived,
            "counts": {result.value: summary.count(result) for result in importer.RowState},
            "rows": summary.rows,
        },
        as_json=as_json,
        text=lambda: _import_text(summary),
    )
    if not summary.accepted:
        complain("Nothing was imported: correct the rows named above and import the list again.")
        raise Failed


@member.command("revive")
def revive(
    whom: Annotated[str, typer.Argument(help="A dead number, or the name of the member who has it.")],
    slug: Annotated[
        str | None, typer.Option("--network", help="Only a member of this network, by its short name.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Have a dead number called again, for everybody who has it."""
    actor = this_account()

    async def work() -> list[str]:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            revived = await dead_numbers.revive_numbers_of(session, actor, whom, slug)
            await session.commit()
            return sorted(revived)

    revived = run(work())
    answer(
        {"revived": revived},
        as_json=as_json,
        text=lambda: (
            f"Called again from the next alert on: {', '.join(revived)}."
            if revived
            else "That was no dead number: the next alert calls it anyway."
        ),
    )


def _import_text(summary: "ImportSummary") -> str:
    """The rows that somebody should look at, then the figures."""
    from directory.lists import importer  # noqa: PLC0415 - it brings the numbers of the world

    told = [*summary.notes]
    told += [
        f"line {row.line}: {row.result.value.replace('_', ' ')}. {row.sentence}".strip()
        for row in summary.rows
        if row.result not in {importer.RowState.UNCHANGED, importer.RowState.NOT_WRITTEN}
    ]
    figures = ", ".join(
        f"{summary.count(result)} {result.value.replace('_', ' ')}"
        for result in importer.RowState
        if summary.count(result)
    )
    if summary.revived:
        figures += f"; dead numbers called again: {summary.revived}"
    return "\n".join([*told, figures])


def _network(one: Network) -> dict[str, object]:
    return {
        "network": one.slug,
        "name": one.name,
        "municipality": one.municipality,
        "charter_approved_on": one.charter_approved_on,
        "hours_from": one.hours_from,
        "hours_until": one.hours_until,
    }


def _member(one: Member) -> dict[str, object]:
    return {
        "name": one.name,
        "language": one.language,
        "street": one.street,
        "house_number": one.house_number,
        "numbers": [
            {"number": n.e164, "said_dead_since": n.said_dead_since, "dead_since": n.dead_since}
            for n in one.numbers
        ],
    }


def _told(number: Number, clock: ZoneInfo) -> str:
    if number.dead_since is None:
        return number.e164
    return f"{number.e164} (dead since {day(number.dead_since, clock)})"
