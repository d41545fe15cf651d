"""Who calls, looked up in the database, with the sounds that they are to hear."""

from collections.abc import Awaitable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncEngine

import broadcast.caller
from broadcast.callback import KnownCaller, known_caller, past_alerts
from ivr.call import Sound
from ivr.police import Police
from ivr.reports import Reports, SpokenReport
from ivr.scripts.member_line import PastAlert
from ivr.scripts.sentences import Says
from ivr.station import Station

DEFAULT_LANGUAGE = "nl"


class KnownCallers:
    """The Callers of a node: `says` will hold the fixed sentences by language."""

    def __init__(
        self,
        engine: AsyncEngine,
        confirms: broadcast.caller.Caller,
        reports: Reports,
        *,
        police: Police,
        says: Awaitable[Mapping[str, Says]],
        tone: Sound,
    ) -> None:
        self._engine = engine
        self._confirms = confirms
        self._sounds = reports.sounds
        self._reports = reports
        self._police = police
        self._says = says
        self.tone = tone

    async def who(self, number: str | None) -> "Somebody":
        found = None
        if number is not None:
            async with self._engine.connect() as connection:
                found = await known_caller(connection, number)
        says = (await self._says)[found.language if found else DEFAULT_LANGUAGE]
        return Somebody(self, says, Station(self._police, says, number), number, found)

    async def alerts_of(self, member: KnownCaller) -> list[PastAlert]:
        """What they can hear again, laid out for the PBX."""
        async with self._engine.connect() as connection:
            found = await past_alerts(connection, member)
        for one in found:
            await self._sounds.ensure(one.audio)
        return [PastAlert(one.broadcast, Sound(self._sounds.path(one.audio), one.seconds)) for one in found]

    async def begin_report(self, number: str | None, member: KnownCaller | None) -> SpokenReport:
        return await self._reports.begin(
            number=number, member=member.member if member else None, broadcast=None
        )

    def let_go(self, report: SpokenReport) -> None:
        self._reports.let_go(report)

    async def confirm(self, broadcast_id: int, number: str) -> None:
        await self._confirms.confirm_by_callback(broadcast_id, number)


class Somebody:
    """One caller, member or not (the member line's Caller)."""

    def __init__(
        self,
        callers: KnownCallers,
        says: Says,
        station: Station,
        number: str | None,
        member: KnownCaller | None,
    ) -> None:
        self.says = says
        self.station = station
        self.tone = callers.tone
        self.is_member = member is not None
        self._callers = callers
        self._number = number
        self._member = member
        self._begun: list[SpokenReport] = []

    async def alerts(self) -> Sequence[PastAlert]:
        return await self._callers.alerts_of(self._member) if self._member else []

    async def confirm(self, alert: PastAlert) -> None:
        if self._number is not None:
            await self._callers.confirm(alert.broadcast, self._number)

    async def begin_report(self) -> SpokenReport:
        report = await self._callers.begin_report(self._number, self._member)
        self._begun.append(report)
        return report

    def has_left(self) -> None:
        self.station.has_left()
        for report in self._begun:
            self._callers.let_go(report)
