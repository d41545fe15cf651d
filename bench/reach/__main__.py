"""`make bench-reach`: everybody is rung on a hundred lines, by one node and then by two that share them."""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import date
from pathlib import Path
from time import monotonic

import psycopg
import uvloop
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from bench.message import ToneVoice
from bench.reach.dialler import AnswersAsDrawn, Telephones
from bench.reach.drawn import DrawnCallee, draw
from bench.reach.node import node_at_work
from bench.reach.reached import Reached, reached
from bench.say import say
from bench.somebody import BENCH
from broadcast.alert.desk import Desk
from broadcast.draft import Draft
from broadcast.policy import RetryPolicy
from broadcast.states import BroadcastState
from broadcast.watching.watched import Watched
from buurtbel.assembly import assemble
from buurtbel.database.schema import upgrade
from buurtbel.settings.settings import Database, Settings
from directory.registry import add_member, add_network
from embedded import postgres
from embedded.cluster import ROLE
from ivr.pbx.trunk import Trunk

FOLDER = Path("/var/tmp/buurtbel-bench-reach")
"""Emptied first. Not below a home folder: PostgreSQL runs under an account of its own."""
SEED, PEOPLE, LINES = 20_261_201, 1000, 100
PACE = 20.0
"""Calls a second that the trunk takes; its lines are what binds."""
SPEED = 2.0
"""Seconds of the evening in one of ours: durations, rests and pace alike."""
NETWORK = "bench"
MOST_RATIO, MOST_APART = 1.10, 0.05
WITHIN = 3600.0
"""Seconds of the evening after which nobody is waited for."""
WAITS = ("busy", "no_answer", "rejected", "dead_number", "voicemail", "partial", "congestion")


async def main(asked: argparse.Namespace) -> int:
    """0 when nothing is at fault with the bound; whether the targets are met is told."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    people = draw(asked.seed, asked.people)
    server = await asyncio.to_thread(postgres.start, FOLDER)
    try:
        runs = {
            nodes: await run(_database(server, f"reach_{nodes}"), people, nodes=nodes, asked=asked)
            for nodes in range(1, asked.nodes + 1)
        }
    finally:
        await asyncio.to_thread(postgres.stop, FOLDER)
    for nodes, one in runs.items():
        describe(nodes, one)
    return judge(runs[1], runs.get(2), asked)


def judge(one: Reached, two: Reached | None, asked: argparse.Namespace) -> int:
    """Say what is missed and what is wrong, and the last line."""
    wrong = [
        f"WRONG {name}: sooner than the bound"
        for each in filter(None, (one, two))
        for name, ratio in (("all", each.ratio), ("p90", each.p90_ratio))
        if ratio < 1.0
    ]
    if one.pace_bound >= one.bound:
        wrong.append("WRONG calls a second bind, and not lines")
    if max(each.most_lines for each in filter(None, (one, two))) > asked.lines:
        wrong.append("WRONG more lines than the trunk has")
    for told in wrong:
        say(told)
    for name, ratio in (("ratio", one.ratio), ("p90_ratio", one.p90_ratio)):
        say(f"target: {name} <= {MOST_RATIO} {'met' if ratio <= MOST_RATIO else 'MISSED'}")
    beside = ""
    if two is not None:
        apart = two.ratio / one.ratio - 1
        say(f"target: two nodes within {MOST_APART:.0%} {'met' if abs(apart) <= MOST_APART else 'MISSED'}")
        beside = (
            f" two_nodes_ratio={two.ratio:.3f} two_nodes_p90_ratio={two.p90_ratio:.3f} "
            f"two_nodes_peak_lines={two.most_lines} two_nodes_peak_in_a_second={two.most_in_a_second}"
        )
    say(
        f"reach: bound_s={one.bound:.1f} ours_s={one.ours:.1f} ratio={one.ratio:.3f} "
        f"p90_bound_s={one.p90_bound:.1f} p90_ratio={one.p90_ratio:.3f}{beside}"
    )
    return 1 if wrong else 0


def describe(nodes: int, one: Reached) -> None:
    say(
        f"{nodes} node{'s' if nodes > 1 else ''}: {one.people} people reached by {one.calls} calls in all; "
        f"at most {one.most_lines} lines, {one.most_in_a_second} calls begun in a second\n"
        f"  all: {one.ours:.1f} s, no sooner than {one.bound:.1f} s; "
        f"who knows nothing beforehand and loses no moment: {one.blind:.1f} s\n"
        f"  nine of ten: {one.p90_ours:.1f} s, no sooner than {one.p90_bound:.1f} s; "
        f"who knows nothing beforehand: {one.p90_blind:.1f} s"
    )


async def run(url: str, people: Sequence[DrawnCallee], *, nodes: int, asked: argparse.Namespace) -> Reached:
    """Ring everybody, until the alert is closed. Each node has its part of lines and pace."""
    speed = asked.speed
    shipped = RetryPolicy()
    policy = RetryPolicy(**{wait: getattr(shipped, wait) / speed for wait in WAITS})
    trunk = Trunk(
        channels=asked.lines // nodes,
        kept_for_callers=0.0,
        calls_per_second=PACE * speed / nodes,
        simulated=True,
    )
    settings = [
        Settings(
            data_dir=FOLDER / f"{nodes}-{n}",
            node=f"node-{n}",
            database=Database(url=url),
            retry=policy,
            trunk=trunk,
        )
        for n in range(1, nodes + 1)
    ]
    telephones = Telephones.of(people, speed=speed)
    async with assemble(settings[0]) as assembly, AsyncExitStack() as stack:
        async with AsyncSession(assembly.engine) as session, session.begin():
            await _enlist(session, people)
        for one in settings:
            await stack.enter_async_context(node_at_work(one, AnswersAsDrawn(telephones, trunk)))
        desk = Desk(
            assembly.engine,
            assembly.ledger,
            ToneVoice(5.0),
            settings[0].broadcast,
            zones=settings[0].speech.zones,
        )
        prepared = await desk.prepare(BENCH, Draft([NETWORK], {"nl": "Blijf binnen."}, urgent=True))
        began = monotonic()
        sent = await desk.begin(prepared)
        async with asyncio.timeout(WITHIN / speed):
            async for seen in Watched(assembly.engine).broadcast(BENCH, sent.broadcast):
                if seen.state is BroadcastState.CLOSED:
                    break
    return reached(
        people,
        telephones.placed,
        policy,
        began=began,
        lines=asked.lines,
        pace=PACE * speed,
        speed=speed,
    )


async def _enlist(session: AsyncSession, people: Sequence[DrawnCallee]) -> None:
    signed = date(2014, 9, 15)
    await add_network(session, BENCH, NETWORK, name="B", municipality="Herselt", charter_approved_on=signed)
    for place, one in enumerate(people, 1):
        await add_member(session, BENCH, NETWORK, name=f"Lid {place}", numbers=list(one.numbers))


def _database(server: str, name: str) -> str:
    """A database of its own, with its tables, as a URL."""
    superuser = make_url(server).set(username="postgres").render_as_string(hide_password=False)
    with psycopg.connect(superuser, autocommit=True) as admin:
        admin.execute(SQL("CREATE DATABASE {} OWNER {}").format(Identifier(name), Identifier(ROLE)))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    return url


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="make bench-reach")
    words.add_argument("--seed", type=int, default=SEED, help="draws other people")
    words.add_argument("--people", type=int, default=PEOPLE)
    words.add_argument("--lines", type=int, default=LINES)
    words.add_argument("--speed", type=float, default=SPEED, help="seconds of the evening in one of ours")
    words.add_argument("--nodes", type=int, default=2, help="1 leaves out the run of two nodes")
    return words.parse_args()


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    sys.exit(asyncio.run(main(_asked())))
