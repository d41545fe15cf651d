"""How alerts go, told to an officer by phone."""

from collections.abc import Sequence

from broadcast.alert.desk import Desk
from broadcast.results.results import Progress
from broadcast.states import BroadcastState, Result
from directory.actor import Actor
from directory.refusals import Refusal
from ivr.call.announcer import Announcer
from ivr.call.values import Sound
from ivr.refusals import SAYS
from ivr.scripts.officer_ports import AlertProgress
from prompts.catalogue import Key


class FollowedAlerts:
    """Those that this officer may follow."""

    def __init__(self, desk: Desk, announcer: Announcer, actor: Actor) -> None:
        self._desk = desk
        self._announcer = announcer
        self._actor = actor
        self._zone = desk.clock

    async def alerts(self) -> Sequence[int]:
        """Newest first."""
        return [one.broadcast for one in await self._desk.alerts(self._actor)]

    async def progress(self, broadcast: int) -> AlertProgress:
        seen = await self._desk.progress(self._actor, broadcast)
        figures = await self._figures(seen)
        over: Key | None = None
        if seen.stopped_at is not None:
            over = "police_stopped"
        elif seen.state is BroadcastState.CLOSED:
            over = "police_ended"
        return AlertProgress(figures, over)

    async def _figures(self, seen: Progress) -> Sound:
        """Who called back is told of only where somebody did: with many trunks nobody ever does."""
        slots = {
            str(result): str(seen.results.get(result, 0))
            for result in (Result.CONFIRMED, Result.HEARD, Result.VOICEMAIL)
        }
        slots |= {"time": f"{seen.started_at.astimezone(self._zone):%H:%M}", "to_go": str(seen.to_go)}
        if called_back := seen.results.get(Result.CALLED_BACK, 0):
            return await self._announcer.tell(
                "told_figures_called_back", called_back=str(called_back), **slots
            )
        return await self._announcer.tell("told_figures", **slots)

    async def stop(self, broadcast: int) -> Key:
        try:
            await self._desk.stop(self._actor, broadcast)
        except Refusal as refusal:
            return SAYS[refusal.reason]
        return "police_stopped"
