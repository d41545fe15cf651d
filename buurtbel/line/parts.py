"""Makes the parts of a line process and hands them to each other."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from broadcast.audio.sounds import MessageSounds
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.nodes import tell_trunk_fault
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.sharing import LineSharing
from broadcast.engine.spool import Spool
from broadcast.engine.worker import register
from broadcast.ledger.hastening import hasten
from broadcast.ledger.lease import Lease
from broadcast.responses.callbacks import Callbacks
from buurtbel.assembly import Assembly
from buurtbel.line.node import LineNode
from buurtbel.line.sounds import (
    LineSentences,
    OldSentences,
    lay_alert_sentences,
    lay_line_sentences,
    lay_tone,
)
from ivr.ari.client import AriClient
from ivr.call.announcer import Announcements
from ivr.detached import DetachedWork
from ivr.inbound.admission import Admission
from ivr.inbound.known_callers import KnownCallers
from ivr.inbound.reception import LONGEST, Reception
from ivr.officers.resources import OfficerResources
from ivr.outbound.dialler import AriDialler
from ivr.outbound.giving_way import GivingWay
from ivr.outbound.own_calls import AllOwnCalls, OwnCalls, Source
from ivr.outbound.placement import ENDPOINT, Placement
from ivr.outbound.trunk_watch import TrunkWatch
from ivr.pbx.capacity import Lines
from ivr.pbx.event_router import EventRouter
from ivr.pbx.exchange import Exchange
from ivr.pronunciation import names_on_calls
from ivr.recordings.reports import Reports
from ivr.recordings.spoken_alert import SpokenAlerts
from ivr.scripts.sentences import Says
from ivr.service_calls.call_backs import CallBacks
from ivr.service_calls.duty_calls import DutyCalls
from ivr.service_calls.leave_calls import LeaveCalls
from ivr.service_calls.trial_calls import TrialCalls
from storage.transactions import Transactions


@dataclass(frozen=True, slots=True)
class LineParts:
    """The parts that have a live call in them, and those that keep it."""

    lines: Lines
    exchange: Exchange
    router: EventRouter
    trunk_watch: TrunkWatch
    runner: AttemptRunner
    sharing: LineSharing
    reports: Reports
    officers: OfficerResources
    admission: Admission
    reception: Reception
    own_calls: AllOwnCalls
    says: LineSentences
    old_sentences: OldSentences

    async def adopt_all(self) -> None:
        """Adopt the calls of an earlier process. Do so before the PBX is asked which calls there are."""
        await self.runner.adopt_all()
        for kind in self.own_calls.kinds:
            await kind.adopt_all()

    async def leave(self) -> None:
        """Leave every call as it is, for the next process to find."""
        await self.runner.leave()
        await self.reception.leave()
        for kind in self.own_calls.kinds:
            await kind.leave()


async def make_parts(assembly: Assembly, client: AriClient, lease: Lease) -> LineParts:
    settings, folder = assembly.settings, assembly.settings.sounds_folder
    lines = Lines(settings.trunk)
    exchange = Exchange(client)
    trunk_watch = _trunk_watch(assembly, lines, lease.node)
    placement = Placement(client, exchange, lines, trunk=settings.trunk)
    attempts = OpenAttempts(placement.stop)
    sounds = MessageSounds(assembly.engine, folder)
    database = Transactions(assembly.engine)
    reports = Reports(database, client, sounds, lease.node, settings.duty)
    says = LineSentences(partial(lay_line_sentences, assembly))
    officers = await _officers(assembly, database, SpokenAlerts(database, client, sounds), sounds, says)
    callers = _known_callers(assembly, Callbacks(assembly.ledger, attempts), reports, officers)
    node = LineNode(assembly.engine, client, lease, settings.trunk.channels)
    giving_way = GivingWay(placement.end_ringing, is_wanted=settings.alert.gives_way)
    admission = Admission(lines, node, giving_way, most=settings.trunk.most_callers, channels=node.channels)
    reception = Reception(client, exchange, admission, callers, trunk=settings.trunk)
    dialler = await _dialler(assembly, placement, trunk_watch, giving_way, reception)
    spool = Spool(settings.data_dir / "outcomes")
    runner = AttemptRunner(assembly.ledger, dialler, sounds, lease, spool, attempts=attempts)
    sharing = LineSharing(assembly.engine)
    register(assembly.app, runner, dialler, sharing)
    router = EventRouter(
        client,
        exchange,
        lines,
        trunk=ENDPOINT,
        listens=settings.alert.listen,
        receive=reception.receive,
        tell_of_trunk=trunk_watch.note_reachable,
    )
    kinds = (DutyCalls(officers, settings.duty), LeaveCalls(callers), CallBacks(officers), TrialCalls(says))
    return LineParts(
        lines,
        exchange,
        router,
        trunk_watch,
        runner,
        sharing,
        reports,
        officers,
        admission,
        reception,
        _own_calls(database, placement, lease, kinds),
        says,
        OldSentences(folder, says),
    )


def _own_calls(
    database: Transactions, placement: Placement, lease: Lease, kinds: Sequence[Source[Any]]
) -> AllOwnCalls:
    return AllOwnCalls(database, lease, [OwnCalls(database, placement, lease, kind) for kind in kinds])


def _trunk_watch(assembly: Assembly, lines: Lines, node: str) -> TrunkWatch:
    async def tell(says: str | None) -> None:
        await tell_trunk_fault(assembly.engine, node, says)
        await hasten(assembly.engine)

    return TrunkWatch(lines, calls_per_second=assembly.settings.trunk.calls_per_second, tell=tell)


def _known_callers(
    assembly: Assembly, callbacks: Callbacks, reports: Reports, officers: OfficerResources
) -> KnownCallers:
    return KnownCallers(
        database=officers.database,
        callbacks=callbacks,
        reports=reports,
        officers=officers,
        announcements=officers.announcements,
        detached=officers.detached,
        lockout=officers.lockout,
        leaving=assembly.settings.leaving,
        says=officers.says,
        tone=officers.tone,
    )


async def _dialler(
    assembly: Assembly,
    placement: Placement,
    watch: TrunkWatch,
    giving_way: GivingWay,
    reception: Reception,
) -> AriDialler:
    says = await lay_alert_sentences(assembly)
    return AriDialler(
        placement,
        trunk_watch=watch,
        giving_way=giving_way,
        policy=assembly.settings.alert,
        thanks={language: one["thank_you"] for language, one in says.items()},
        stopped={language: one["stopped"] for language, one in says.items()},
        changed={language: one["changed"] for language, one in says.items()},
        leave_sure={language: one["leave_sure"] for language, one in says.items()},
        go_on=reception.go_on,
        longest_conversation=LONGEST,
    )


async def _officers(
    assembly: Assembly,
    database: Transactions,
    spoken: SpokenAlerts,
    sounds: MessageSounds,
    says: Awaitable[Mapping[str, Says]],
) -> OfficerResources:
    settings = assembly.settings
    return OfficerResources(
        database=database,
        desk=assembly.desk,
        spoken=spoken,
        sounds=sounds,
        announcements=Announcements(
            assembly.voice, settings.sounds_folder, partial(names_on_calls, database)
        ),
        detached=DetachedWork(),
        trunk=settings.trunk,
        policy=settings.officers,
        lockout=settings.lockout,
        zones=settings.speech.zones,
        says=says,
        tone=await lay_tone(settings.sounds_folder),
    )
