"""`buurtbel node`: which machines call, and letting one of them finish before it is stopped."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from broadcast.engine import nodes
from broadcast.engine.nodes import NodeState, NodeStatus
from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database.address import database
from buurtbel.terminal.names import this_account
from buurtbel.times import time_of

node = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help="Name of the node, as `node list` shows it.")]
LOOK_AGAIN_AFTER = 0.5


@node.command("list")
def list_nodes(as_json: Json = False) -> None:
    """List the nodes, what they do and how many calls they have up."""

    chosen = settings()

    async def work() -> list[NodeState]:
        async with database(chosen) as engine:
            return await nodes.nodes(engine)

    found = run(work())
    answer(
        msgspec.to_builtins(found),
        as_json=as_json,
        text=lambda: table(
            "node",
            "",
            "calls",
            "callers",
            "heard of",
            "trunk",
            rows=[
                (
                    one.name,
                    one.standing,
                    str(one.calls),
                    f"{one.callers} of {one.lines}" if one.lines else "",
                    time_of(one.heard_of, chosen.clock, now=datetime.now(UTC), seconds=True),
                    one.trunk_fault or "",
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
    actor = this_account()

    async def work() -> NodeState:
        async with database(settings()) as engine:
            state = await nodes.drain(engine, actor, name)
            while wait and state.standing is NodeStatus.DRAINING:
                await asyncio.sleep(LOOK_AGAIN_AFTER)
                state = await nodes.node_named(engine, name)
            return state

    _tell(run(work()), as_json=as_json)


@node.command("resume")
def resume(name: Name, as_json: Json = False) -> None:
    """Let a drained node take calls again."""
    actor = this_account()

    async def work() -> NodeState:
        async with database(settings()) as engine:
            return await nodes.resume(engine, actor, name)

    _tell(run(work()), as_json=as_json)


def _tell(state: NodeState, *, as_json: bool) -> None:
    says = {
        NodeStatus.SERVING: "takes calls",
        NodeStatus.DRAINING: f"takes no new calls; {state.calls} are up",
        NodeStatus.DRAINED: "takes no calls and has none: it can be stopped",
        NodeStatus.AWAY: "is not at work",
    }
    answer(
        msgspec.to_builtins(state),
        as_json=as_json,
        text=lambda: f"Node {state.name} {says[state.standing]}.",
    )
