"""`buurtbel officer`: who may send alerts by phone, and to which networks."""

import sys
from collections.abc import Awaitable, Callable
from getpass import getpass
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from sqlalchemy.ext.asyncio import AsyncSession

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.commands.sentences import Failed, complain
from buurtbel.database import database
from directory import officers
from directory.duty import on_duty, set_duty
from directory.officers import KnownOfficer

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Number = Annotated[str, typer.Argument(help="Officer number, which the officer types: 3 to 10 digits.")]


@app.command("list")
def list_officers(as_json: Json = False) -> None:
    """List the officers, with the networks that each may send to."""

    async def work(session: AsyncSession) -> list[KnownOfficer]:
        return await officers.officers(await session.connection())

    found = _in_one_transaction(work)
    answer(
        [_officer(one) for one in found],
        as_json=as_json,
        text=lambda: table(
            "officer",
            "name",
            "phone",
            "language",
            "networks",
            rows=[
                (
                    one.number,
                    escape(one.name),
                    one.phone,
                    one.language,
                    " ".join(network.slug for network in one.networks) or "none",
                )
                for one in found
            ],
        ),
    )


@app.command("add")
def add(
    number: Number,
    name: str,
    phone: Annotated[str, typer.Argument(help="The telephone at which the officer is called back.")],
    *,
    network: Annotated[
        list[str] | None, typer.Option(help="Short name of a network they may send to; more than once.")
    ] = None,
    language: Annotated[str, typer.Option(help="nl, fr, de or en.")] = "nl",
    as_json: Json = False,
) -> None:
    """Add an officer; the PIN is asked for, or read from the standard input."""
    pin = _new_pin()

    async def work(session: AsyncSession) -> KnownOfficer:
        return await officers.add_officer(
            session, number, name=name, phone=phone, pin=pin, language=language, networks=network or ()
        )

    added = _in_one_transaction(work)
    answer(_officer(added), as_json=as_json, text=lambda: f"Added {escape(added.name)}. {_may_send(added)}")


@app.command("networks")
def set_networks(
    number: Number,
    networks: Annotated[list[str] | None, typer.Argument(help="Short names of all networks.")] = None,
    as_json: Json = False,
) -> None:
    """Say to which networks an officer may send: these, and no others."""
    changed = _in_one_transaction(lambda session: officers.set_networks(session, number, networks or ()))
    answer(_officer(changed), as_json=as_json, text=lambda: _may_send(changed))


@app.command("duty")
def duty(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Officer numbers, first whom to ring first; none = only show.")
    ] = None,
    *,
    nobody: Annotated[bool, typer.Option("--nobody", help="From now on nobody is on duty.")] = False,
    as_json: Json = False,
) -> None:
    """Say who is rung, in this order, for a report on a live urgent alert that nobody takes up."""

    async def work(session: AsyncSession) -> list[KnownOfficer]:
        if numbers or nobody:
            return await set_duty(session, [] if nobody else numbers or [])
        return await on_duty(await session.connection())

    order = _in_one_transaction(work)
    answer(
        [_officer(one) for one in order],
        as_json=as_json,
        text=lambda: (
            "\n".join(f"{at}. {escape(one.name)}" for at, one in enumerate(order, 1)) or "Nobody is on duty."
        ),
    )


@app.command("pin")
def set_pin(number: Number, as_json: Json = False) -> None:
    """Give an officer a new PIN, which is asked for; it also ends the wait after wrong ones."""
    pin = _new_pin()
    _in_one_transaction(lambda session: officers.set_pin(session, number, pin))
    answer({"officer": number}, as_json=as_json, text=lambda: "The new PIN counts from now on.")


@app.command("remove")
def remove(number: Number, as_json: Json = False) -> None:
    """Remove an officer; what they sent keeps their name."""
    _in_one_transaction(lambda session: officers.remove_officer(session, number))
    answer({"officer": number}, as_json=as_json, text=lambda: "The officer cannot sign in any more.")


def _new_pin() -> str:
    """Typed twice where nobody else reads it, or one line of the standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    pin = getpass("PIN: ")
    if getpass("The same once more: ") != pin:
        complain("These are two different PINs; try again.")
        raise Failed
    return pin


def _may_send(one: KnownOfficer) -> str:
    names = ", ".join(escape(network.name) for network in one.networks)
    return f"May send to {names}." if names else "May send to no network yet: `buurtbel officer networks`."


def _officer(one: KnownOfficer) -> dict[str, object]:
    return {
        "officer": one.number,
        "name": one.name,
        "phone": one.phone,
        "language": one.language,
        "networks": [network.slug for network in one.networks],
    }


def _in_one_transaction(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with database(settings()) as engine, AsyncSession(engine) as session, session.begin():
            return await work(session)

    return run(whole())
