"""How alerts go, told to an officer by phone."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.desk import BRUSSELS, Desk
from broadcast.errors import BroadcastOver
from broadcast.preflight import recent
from broadcast.report import progress
from broadcast.states import BroadcastState, Result
from directory.officers import KnownOfficer
from ivr.announcer import Announcer
from ivr.scripts.police import Standing
from prompts.catalogue import Key


class Following:
    """Those that went to networks of this officer and to no others."""

    def __init__(
        self,
        engine: AsyncEngine,
        desk: Desk,
        announcer: Announcer,
        officer: KnownOfficer,
        *,
        zone: ZoneInfo = BRUSSELS,
    ) -> None:
        self._engine = engine
        self._desk = desk
        self._announcer = announcer
        self._officer = officer
        self._zone = zone

    async def alerts(self) -> Sequence[int]:
        """Newest first."""
        slugs = [one.slug for one in self._officer.networks]
        async with self._engine.connect() as connection:
            return [one.broadcast for one in await recent(connection, slugs)]

    async def standing(self, broadcast: int) -> Standing:
        async with self._engine.connect() as connection:
            seen = await progress(connection, broadcast)
        figures = await self._announcer.tell(
            "told_figures",
            time=f"{seen.started_at.astimezone(self._zone):%H:%M}",
            confirmed=str(seen.results.get(Result.CONFIRMED, 0)),
            heard=str(seen.results.get(Result.HEARD, 0)),
            voicemail=str(seen.results.get(Result.VOICEMAIL, 0)),
            to_go=str(seen.to_go),
        )
        over: Key | None = None
        if seen.stopped_at is not None:
            over = "police_stopped"
        elif seen.state is BroadcastState.CLOSED:
            over = "police_ended"
        return Standing(figures, over)

    async def stop(self, broadcast: int) -> Key:
        try:
            await self._desk.stop(broadcast, self._officer.name)
        except BroadcastOver:
            return "police_ended"
        return "police_stopped"
