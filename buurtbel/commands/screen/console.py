"""`buurtbel console`: the screen by itself, and who may sign in there."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database.address import database
from buurtbel.terminal.names import this_account
from directory.actor import Role
from directory.users import users
from directory.users.known import KnownUser

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
app = typer.Typer(add_completion=False, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="The name that they sign in with, and that colleagues see.")]


@app.callback(invoke_without_command=True)
def console(context: typer.Context) -> None:
    """Serve the screen alone, or say who signs in there."""
    if context.invoked_subcommand is None:
        serve_alone()


@app.command("run", hidden=True)
def serve_alone() -> None:
    """Serve the screen until told to stop; `serve` does this too."""
    import uvloop  # noqa: PLC0415 - only who serves

    from buurtbel.console.process import run_console  # noqa: PLC0415 - it brings all pages
    from buurtbel.serve.console_child import console_log  # noqa: PLC0415 - as above
    from embedded.logs import log_to  # noqa: PLC0415 - as above

    os.umask(0o077)
    chosen = settings()
    log_to(console_log(chosen))
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run(run_console(chosen))


@app.command("invite")
def invite(
    name: Name,
    *,
    role: Annotated[
        Literal["administrator", "officer", "neighbourhood_officer", "coordinator", "street_lead"],
        typer.Option(help="What they may do: neighbourhood_officer is a wijkagent."),
    ],
    network: Annotated[
        list[str] | None, typer.Option(help="Short name of a network of theirs; more than once.")
    ] = None,
    all_networks: Annotated[
        bool,
        typer.Option("--all-networks", help="An officer of the whole zone: all networks, also new ones."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Make an invitation: a link that works once, by which they choose a password and connect an app."""
    actor, chosen = this_account(), settings()
    token = _in_one_transaction(
        lambda connection: users.invite(
            connection,
            actor,
            name,
            Role(role),
            networks=network or (),
            all_networks=all_networks,
            policy=chosen.session,
        )
    )
    _show_link(name, token, as_json=as_json)


@app.command("invite-again")
def invite_again(name: Name, as_json: Json = False) -> None:
    """Make another invitation, for who lost the password or the telephone."""
    actor, chosen = this_account(), settings()

    async def work(connection: "AsyncConnection") -> str:
        user = await users.user_named(connection, name)
        return await users.invite_again(connection, actor, user, chosen.session)

    _show_link(name, _in_one_transaction(work), as_json=as_json)


@app.command("users")
def list_users(as_json: Json = False) -> None:
    """List who signs in, with role and networks."""
    actor = this_account()
    found = _in_one_transaction(lambda connection: users.users(connection, actor))
    answer(
        [_user(one) for one in found],
        as_json=as_json,
        text=lambda: table(
            "name",
            "role",
            "networks",
            "state",
            rows=[(one.name, one.role.value, _networks(one), _state(one)) for one in found],
        ),
    )


@app.command("sign-out")
def sign_out(name: Name, as_json: Json = False) -> None:
    """Sign somebody out everywhere, now."""
    actor = this_account()

    async def work(connection: "AsyncConnection") -> None:
        await users.sign_out_everywhere(connection, actor, await users.user_named(connection, name))

    _in_one_transaction(work)
    answer({"name": name}, as_json=as_json, text=lambda: f"{name} is signed out everywhere.")


@app.command("remove")
def remove(name: Name, as_json: Json = False) -> None:
    """Remove somebody: they cannot sign in any more; what they sent keeps their name."""
    actor = this_account()

    async def work(connection: "AsyncConnection") -> None:
        await users.remove_user(connection, actor, await users.user_named(connection, name))

    _in_one_transaction(work)
    answer({"name": name}, as_json=as_json, text=lambda: f"{name} cannot sign in any more.")


def _show_link(name: str, token: str, *, as_json: bool) -> None:
    link = f"{settings().console.address}/invitation/{token}"
    answer(
        {"name": name, "link": link},
        as_json=as_json,
        text=lambda: f"Give this link to {name} alone; it works once.\n{link}",
    )


def _networks(one: KnownUser) -> str:
    return "all" if one.networks is None else " ".join(one.networks)


def _state(one: KnownUser) -> str:
    states = ["invited"] if one.is_invited else []
    states += ["signed in"] if one.last_seen_at else []
    return ", ".join(states) or ("signed out" if one.can_sign_in else "invitation expired")


def _user(one: KnownUser) -> dict[str, object]:
    return {
        "name": one.name,
        "role": one.role,
        "networks": one.networks,
        "is_invited": one.is_invited,
        "is_signed_in": one.last_seen_at is not None,
    }


def _in_one_transaction(work: "Callable[[AsyncConnection], Awaitable[T]]") -> T:
    async def whole() -> T:
        async with database(settings()) as engine, engine.begin() as connection:
            return await work(connection)

    return run(whole())
