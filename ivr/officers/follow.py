"""How alerts go, told to an officer by phone."""

from collections.abc import Sequence

from broadcast.alert.desk import Desk
from broadcast.errors import AlreadyPaused
from broadcast.results.results import Progress
from broadcast.states import BroadcastState, Result
from broadcast.steering.pause import pause, resume
from directory.actor import Actor
from directory.refusals import Refusal
from ivr.call.announcer import Announcer
from ivr.call.values import Sound
from ivr.refusals import SAYS
from ivr.scripts.officer_ports import AlertProgress
from prompts.catalogue import Key
from storage.transactions import Transactions


class FollowedAlerts:
    """Those that this officer may follow."""

    def __init__(self, desk: Desk, database: Transactions, announcer: Announcer, actor: Actor) -> None:
        self._desk = desk
        self._database = database
        self._announcer = announcer
        self._actor = actor
        self._zone = desk.clock

    async def alerts(self) -> Sequence[int]:
        """Newest first."""
        return [one.broadcast for one in await self._desk.alerts(self._actor)]

    async def progress(self, broadcast: int) -> AlertProgress:
        seen = await self._desk.progress(self._actor, broadcast)
        figures = await self._figures(seen)
        return AlertProgress(figures, _halt(seen))

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

    async def pause_or_resume(self, broadcast: int) -> Key:
        """Pause it, or resume it when it is paused."""
        try:
            try:
                await self._database(pause, self._actor, broadcast)
            except AlreadyPaused:
                await self._database(resume, self._actor, broadcast)
                return "police_resumed"
        except Refusal as refusal:
            return SAYS[refusal.reason]
        return "police_paused"


def _halt(seen: Progress) -> Key | None:
    if seen.stopped_at is not None:
        return "police_stopped"
    if seen.state is BroadcastState.CLOSED:
        return "police_ended"
    return None if seen.steered.paused_at is None else "police_paused"
