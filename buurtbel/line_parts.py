"""The parts of a line process, made and handed to each other."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from broadcast.caller import Caller
from broadcast.jobs import register
from broadcast.lease import Lease
from broadcast.sounds import Sounds
from broadcast.spool import Spool
from buurtbel.line_sounds import lay, lay_line_sentences, lay_tone
from buurtbel.switchboard import Switchboard
from ivr.ari.client import AriClient
from ivr.dialler import ENDPOINT, AriDialler
from ivr.duty_calls import DutyBook
from ivr.exchange import Exchange
from ivr.known_callers import KnownCallers
from ivr.leave_calls import LeaveBook
from ivr.lines import Lines
from ivr.own_calls import OwnCalls
from ivr.police import Police
from ivr.reception import Reception
from ivr.reports import Reports
from ivr.ringing import Ringer
from ivr.scripts.sentences import Says


@dataclass(frozen=True, slots=True)
class LineParts:
    """What has a live call in it, and what keeps it."""

    lines: Lines
    exchange: Exchange
    caller: Caller
    reports: Reports
    police: Police
    reception: Reception
    own_calls: Sequence[OwnCalls[Any]]
    says: "asyncio.Task[Mapping[str, Says]]"

    async def adopt_all(self) -> None:
        """Stay with the calls of an earlier process; to be done before the PBX is asked which there are."""
        await self.caller.adopt_all()
        for kind in self.own_calls:
            await kind.adopt_all()

    async def leave(self) -> None:
        """Let go of every call as it is, for the next process to find."""
        await self.caller.leave()
        await self.reception.leave()
        for kind in self.own_calls:
            await kind.leave()


async def make_parts(board: Switchboard, client: AriClient, lease: Lease) -> LineParts:
    settings, folder = board.settings, board.settings.sounds_folder
    lines = Lines(settings.trunk)
    exchange = Exchange(client, lines, trunk=ENDPOINT, listens=settings.alert.listen)
    dialler = await _dialler(board, client, exchange, lines)
    sounds = Sounds(board.engine, folder)
    caller = Caller(board.ledger, dialler, sounds, lease, Spool(settings.data_dir / "outcomes"))
    register(board.app, caller, dialler)
    reports = Reports(board.engine, client, sounds, lease.node)
    says = asyncio.create_task(lay_line_sentences(board))
    rings = Ringer(client, exchange, lines, trunk=settings.trunk, endpoint=ENDPOINT)
    police = await _police(board, client, reports, rings, says)
    callers = KnownCallers(board.engine, caller, reports, police, settings.leaving, says, police.tone)
    reception = Reception(client, exchange, lines, callers)
    dialler.bring_conversations_to(reception.go_on)
    own_calls = (
        OwnCalls(board.engine, rings, lease, DutyBook(police, settings.duty)),
        OwnCalls(board.engine, rings, lease, LeaveBook(callers)),
    )
    return LineParts(lines, exchange, caller, reports, police, reception, own_calls, says)


async def _dialler(board: Switchboard, client: AriClient, exchange: Exchange, lines: Lines) -> AriDialler:
    return AriDialler(
        client,
        exchange,
        lines,
        trunk=board.settings.trunk,
        policy=board.settings.alert,
        thanks=await lay(board, "thank_you"),
        stopped=await lay(board, "stopped"),
        leave_sure=await lay(board, "leave_sure"),
    )


async def _police(
    board: Switchboard,
    client: AriClient,
    reports: Reports,
    rings: Ringer,
    says: Awaitable[Mapping[str, Says]],
) -> Police:
    settings = board.settings
    return Police(
        engine=board.engine,
        desk=board.desk,
        client=client,
        reports=reports,
        rings=rings,
        voice=board.voice,
        trunk=settings.trunk,
        policy=settings.officers,
        lockout=settings.lockout,
        zone=settings.speech.zone,
        says=says,
        tone=await lay_tone(settings.sounds_folder),
    )
