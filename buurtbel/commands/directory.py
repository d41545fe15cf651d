"""`buurtbel network` and `buurtbel member`: who is in which network."""

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.commands.sentences import Failed, complain
from buurtbel.database import database
from directory import importer, registry
from directory.tables import Member, Network

network = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
member = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
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
                    escape(one.network.name),
                    escape(one.network.municipality),
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
def add_network(slug: str, name: str, municipality: str, as_json: Json = False) -> None:
    """Add a network; approve it before it is called."""

    async def work() -> Network:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            added = await registry.add_network(session, slug, name=name, municipality=municipality)
            await session.commit()
            await session.refresh(added)
            return added

    added = run(work())
    answer(_network(added), as_json=as_json, text=lambda: f"Added {escape(added.name)} ({added.slug}).")


@network.command("approve")
def approve(
    slug: str,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Day on which the ministry approved it; today if not given."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Enter that a network's charter was approved."""
    day = on.date() if on else date.today()  # noqa: DTZ011 - a day on the officer's own calendar

    async def work() -> Network:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            approved = await registry.approve_charter(session, slug, day)
            await session.commit()
            await session.refresh(approved)
            return approved

    approved = run(work())
    answer(
        _network(approved), as_json=as_json, text=lambda: f"{escape(approved.name)} is approved since {day}."
    )


@member.command("list")
def list_members(slug: Slug, as_json: Json = False) -> None:
    """List the members of a network."""

    async def work() -> list[Member]:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            return await registry.members(session, slug)

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
                    escape(one.name),
                    one.language,
                    escape(f"{one.street} {one.house_number}".strip()),
                    ", ".join(n.e164 + (" (dead)" if n.dead_since else "") for n in one.numbers),
                )
                for one in found
            ],
        ),
    )


@member.command("import")
def import_members(slug: Slug, file: Path, as_json: Json = False) -> None:
    """Import a member list (CSV): every row or none."""
    try:
        content = file.read_bytes()
    except OSError as error:
        complain(f"{file} cannot be read ({error.strerror}); check its name.")
        raise Failed from None

    async def work() -> importer.ImportReport:
        async with database(settings()) as engine, AsyncSession(engine) as session:
            report = await importer.import_members(session, slug, content)
            if report.accepted:
                await session.commit()
            return report

    report = run(work())
    answer(
        {
            "accepted": report.accepted,
            "encoding": report.encoding,
            "notes": report.notes,
            "counts": {result.value: report.count(result) for result in importer.RowResult},
            "rows": report.rows,
        },
        as_json=as_json,
        text=lambda: _import_text(report),
    )
    if not report.accepted:
        complain("Nothing was imported: correct the rows named above and import the list again.")
        raise Failed


def _import_text(report: importer.ImportReport) -> str:
    """The rows that somebody should look at, then the figures."""
    told = [*report.notes]
    told += [
        f"line {row.line}: {row.result.value.replace('_', ' ')}. {row.sentence}".strip()
        for row in report.rows
        if row.result not in {importer.RowResult.UNCHANGED, importer.RowResult.NOT_WRITTEN}
    ]
    figures = ", ".join(
        f"{report.count(result)} {result.value.replace('_', ' ')}"
        for result in importer.RowResult
        if report.count(result)
    )
    return escape("\n".join([*told, figures]))


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
        "numbers": [{"number": n.e164, "dead_since": n.dead_since} for n in one.numbers],
    }
