"""`buurtbel officer`: who may send alerts by phone, and to which networks."""

import sys
from collections.abc import Awaitable, Callable, Collection
from getpass import getpass
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.service_calls.duty import not_rung
from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database.address import database
from buurtbel.terminal.names import this_account
from buurtbel.terminal.sentences import Failed, complain
from directory.officers import officers
from directory.officers.duty import on_duty, set_duty
from directory.officers.officers import KnownOfficer
from directory.officers.pins import LONGEST, SHORTEST

T = TypeVar("T")
SILENT = (
    ", who is not rung any more: nobody typed the PIN on too many calls in a day; "
    "see whether the telephone number is right, then enter who is on duty anew"
)
LONGEST_LINE = 100
"""Characters that are read of a PIN which is piped in; more than it may have."""
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
                    one.name,
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
    name: Annotated[str, typer.Argument(help="The officer's name, which reports and other officers see.")],
    phone: Annotated[str, typer.Argument(help="The telephone at which the officer is called back.")],
    *,
    network: Annotated[
        list[str] | None, typer.Option(help="Short name of a network they may send to; more than once.")
    ] = None,
    language: Annotated[str, typer.Option(help="What the line speaks to them: nl, fr, de or en.")] = "nl",
    as_json: Json = False,
) -> None:
    """Add an officer; the PIN, 6 to 10 digits, is asked for, or read from the standard input."""
    actor, pin = this_account(), _new_pin()

    async def work(session: AsyncSession) -> KnownOfficer:
        return await officers.add_officer(
            session, actor, number, name=name, phone=phone, pin=pin, language=language, networks=network or ()
        )

    added = _in_one_transaction(work)
    answer(_officer(added), as_json=as_json, text=lambda: f"Added {added.name}. {_may_send(added)}")


@app.command("networks")
def set_networks(
    number: Number,
    networks: Annotated[list[str] | None, typer.Argument(help="Short names of all networks.")] = None,
    as_json: Json = False,
) -> None:
    """Say to which networks an officer may send: these, and no others."""
    actor = this_account()
    changed = _in_one_transaction(
        lambda session: officers.set_networks(session, actor, number, networks or ())
    )
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
    actor = this_account()

    async def work(session: AsyncSession) -> tuple[list[KnownOfficer], Collection[int]]:
        if numbers or nobody:
            await set_duty(session, actor, [] if nobody else numbers or [])
        connection = await session.connection()
        return await on_duty(connection), await not_rung(connection, settings().duty)

    order, silent = _in_one_transaction(work)
    lines = [f"{at}. {one.name}{SILENT if one.id in silent else ''}" for at, one in enumerate(order, 1)]
    answer(
        [_officer(one) | {"is_rung": one.id not in silent} for one in order],
        as_json=as_json,
        text=lambda: "\n".join(lines) or "Nobody is on duty.",
    )


@app.command("pin")
def set_pin(number: Number, as_json: Json = False) -> None:
    """Give an officer a new PIN, which is asked for; it also ends the wait after wrong ones."""
    actor, pin = this_account(), _new_pin()
    _in_one_transaction(lambda session: officers.set_pin(session, actor, number, pin))
    answer({"officer": number}, as_json=as_json, text=lambda: "The new PIN counts from now on.")


@app.command("remove")
def remove(number: Number, as_json: Json = False) -> None:
    """Remove an officer; what they sent keeps their name."""
    actor = this_account()
    _in_one_transaction(lambda session: officers.remove_officer(session, actor, number))
    answer({"officer": number}, as_json=as_json, text=lambda: "The officer cannot sign in any more.")


def _new_pin() -> str:
    """Typed twice where nobody else reads it, or one line of the standard input."""
    if sys.stdin is None:
        complain("Nobody can type a PIN here; pipe it in as one line.")
        raise Failed
    if not sys.stdin.isatty():
        return _piped_pin()
    pin = getpass(f"PIN, {SHORTEST} to {LONGEST} digits, no row and no date: ")
    if getpass("The same once more: ") != pin:
        complain("These are two different PINs; try again.")
        raise Failed
    return pin


def _piped_pin() -> str:
    """One line of the standard input, and no more of it than a PIN is long."""
    try:
        return sys.stdin.readline(LONGEST_LINE).strip()
    except UnicodeDecodeError:
        complain("What is piped in is no PIN; pipe in one line of digits.")
        raise Failed from None


def _may_send(one: KnownOfficer) -> str:
    names = ", ".join(network.name for network in one.networks)
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
