"""`buurtbel node`: which machines call, and letting one of them finish before it is stopped."""

import asyncio
from typing import Annotated

import msgspec
import typer
from rich.markup import escape

from broadcast import nodes
from broadcast.nodes import NodeState, Standing
from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database import database

node = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="Name of the node, as `node list` shows it.")]
LOOK_AGAIN_AFTER = 0.5


@node.command("list")
def list_nodes(as_json: Json = False) -> None:
    """List the nodes, what they do and how many calls they have up."""

    async def work() -> list[NodeState]:
        async with database(settings()) as engine:
            return await nodes.nodes(engine)

    found = run(work())
    answer(
        msgspec.to_builtins(found),
        as_json=as_json,
        text=lambda: table(
            "node",
            "",
            "calls",
            "heard of",
            rows=[
                (
                    escape(one.name),
                    one.standing,
                    str(one.calls),
                    f"{one.heard_of.astimezone():%d/%m %H:%M:%S}",
                )
                for one in found
            ],
        ),
    )


@node.command("drain")
def drain(
    name: Name,
    wait: Annotated[bool, typer.Option(help="Wait until its calls have ended.")] = True,
    as_json: Json = False,
) -> None:
    """Let a node take no new calls, also after a restart, and wait until it has none."""

    async def work() -> NodeState:
        async with database(settings()) as engine:
            state = await nodes.drain(engine, name)
            while wait and state.standing is Standing.DRAINING:
                await asyncio.sleep(LOOK_AGAIN_AFTER)
                state = await nodes.node_named(engine, name)
            return state

    _tell(run(work()), as_json=as_json)


@node.command("resume")
def resume(name: Name, as_json: Json = False) -> None:
    """Let a drained node take calls again."""

    async def work() -> NodeState:
        async with database(settings()) as engine:
            return await nodes.resume(engine, name)

    _tell(run(work()), as_json=as_json)


def _tell(state: NodeState, *, as_json: bool) -> None:
    says = {
        Standing.SERVING: "takes calls",
        Standing.DRAINING: f"takes no new calls; {state.calls} are up",
        Standing.DRAINED: "takes no calls and has none: it can be stopped",
        Standing.AWAY: "is not at work",
    }
    answer(
        msgspec.to_builtins(state),
        as_json=as_json,
        text=lambda: f"Node {escape(state.name)} {says[state.standing]}.",
    )
