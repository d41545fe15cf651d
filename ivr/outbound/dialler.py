"""Places one attempt and stays with it to its end, as `broadcast` asks the line to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from math import floor
from time import monotonic, time
from uuid import UUID

from broadcast.ports import CallOrder, CallOutcome, NewText
from broadcast.reservation import Reservation
from broadcast.states import Outcome
from directory.errors import NumberRefused
from ivr.ari.errors import AriError
from ivr.call.call import Call
from ivr.call.errors import TextReplaced, Withdrawn
from ivr.call.values import Sound
from ivr.outbound.alert_policy import AlertPolicy
from ivr.outbound.giving_way import GivingWay
from ivr.outbound.placement import NotPlaced, Origination, Placement, unanswered
from ivr.outbound.texts import Texts
from ivr.outbound.trunk_watch import TrunkWatch
from ivr.pbx.dialplan import EXPIRES, text_name
from ivr.pbx.live_call import End, LiveCall
from ivr.scripts.alert_call import Alert, Wants, alert_call

SHORTEST_RING = 1.0
"""Seconds that a telephone rings at least, whose alert is about to expire."""


class AriDialler:
    """The Dialler of `broadcast.ports`, on one trunk of one PBX."""

    def __init__(
        self,
        placement: Placement,
        *,
        trunk_watch: TrunkWatch,
        policy: AlertPolicy,
        thanks: Mapping[str, Sound],
        stopped: Mapping[str, Sound],
        changed: Mapping[str, Sound],
        leave_sure: Mapping[str, Sound],
        giving_way: GivingWay,
        go_on: Callable[[LiveCall, CallOrder, Wants], None],
        longest_conversation: float,
    ) -> None:
        """`go_on` gets the call of a person who presses 9 or 0 0.

        Such a call goes on for at most `longest_conversation` seconds.
        """
        self._placement = placement
        self._exchange = placement.exchange
        self._lines = placement.lines
        self._trunk_watch = trunk_watch
        self._policy = policy
        self._thanks = thanks
        self._stopped = stopped
        self._changed = changed
        self._leave_sure = leave_sure
        self._giving_way = giving_way
        self._go_on = go_on
        self._longest_conversation = longest_conversation
        self._texts: dict[UUID, Texts] = {}
        """What each call says, by its attempt."""

    async def reserve(self, *, urgent: bool, at_most: int) -> Sequence[Reservation]:
        return await self._lines.reserve(at_most, urgent=urgent)

    async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
        """Place the call, once, on this line, and see it through."""
        wanted = self._wanted(order)
        with reservation:
            try:
                live = self._placement.watch(wanted, reservation)
            except NumberRefused:
                return CallOutcome(Outcome.REFUSED)
        self._texts[order.attempt] = Texts(order)
        try:
            seen = self._as_far_as_seen(live, wanted, await self._see_through(live, wanted, order))
            return await self._trunk_watch.classify(live, order.number, seen)
        finally:
            del self._texts[order.attempt]
            self._trunk_watch.forget(live)

    async def adopt(self, order: CallOrder) -> CallOutcome:
        """See through a call that was placed before this process began; never place it again."""
        wanted = self._wanted(order)
        live = self._placement.expect(wanted.id, passes=wanted.passes, is_conversation=False)
        self._texts[order.attempt] = Texts(order)
        try:
            if order.new_text is not None:
                await self.replace_text(order.attempt, order.new_text, rings_on=True)
            return self._as_far_as_seen(live, wanted, await self._see_through(live, wanted, order))
        finally:
            del self._texts[order.attempt]

    async def stop(self, attempt: UUID) -> None:
        """End this attempt's call if it is ours and not answered yet."""
        await self._placement.stop(attempt)

    async def withdraw(self, attempt: UUID) -> None:
        """Stop the ringing of this attempt, or tell its person that the alert is taken back, and hang up."""
        live = self._exchange.find(str(attempt))
        if live is not None and live.call is not None:
            live.call.withdraw()
        else:
            await self.stop(attempt)

    async def replace_text(self, attempt: UUID, new: NewText, *, rings_on: bool) -> bool:
        """Have this attempt's call say this from now on, also when it is answered later and it `rings_on`.

        False when there is no such call here.
        """
        live, texts = self._exchange.find(str(attempt)), self._texts.get(attempt)
        if live is None or texts is None or not (rings_on or live.call or live.is_on_fallback):
            return False
        if texts.replace(new) and live.call is not None:
            live.call.replace_text()
        *replaced, name = texts.names
        for earlier in replaced:  # also what the PBX speaks by itself
            await self._exchange.say_instead(earlier, name)
        return True

    async def over(self, attempts: Collection[UUID]) -> Collection[UUID]:
        try:
            channels = {channel.id for channel in await self._placement.client.channels.list()}
        except AriError:
            return ()
        return [one for one in attempts if str(one) not in channels and self._exchange.find(str(one)) is None]

    def _wanted(self, order: CallOrder) -> Origination:
        return Origination(
            order.attempt,
            order.number,
            ring=min(self._policy.ring, max(SHORTEST_RING, order.expires_at - monotonic())),
            limit=self._policy.limit(order.sound_seconds),
            passes=self._policy.passes,
            variables={
                "FALLBACK": str(order.sound),
                EXPIRES: str(floor(time() + order.expires_at - monotonic())),
                "THANKS": str(self._thanks[order.language].path),
                "TEXT": text_name(order.broadcast, order.sound),
            },
            is_conversation=False,
            on_ring=self._trunk_watch.note_ringing,
        )

    async def _see_through(self, live: LiveCall, wanted: Origination, order: CallOrder) -> CallOutcome:
        try:
            with self._giving_way.may_give_way(live, urgent=order.urgent):
                async with self._placement.see_through(live, wanted):
                    return await self._converse(live, wanted, order)
        except NotPlaced:
            return CallOutcome(Outcome.TRUNK_DOWN)
        except TimeoutError:
            if live.call is None:
                return CallOutcome(Outcome.UNKNOWN)
            return self._texts[order.attempt].heard(live, End())

    async def _converse(self, live: LiveCall, wanted: Origination, order: CallOrder) -> CallOutcome:
        texts = self._texts[order.attempt]
        wants: Wants | None = None
        is_late = False

        async def speak(call: Call) -> None:
            nonlocal wants, is_late
            is_late = texts.is_expired()
            if not is_late:
                wants = await self._speak(call, texts, order.language)
                is_late = texts.is_expired() and not call.events.started

        call = await self._placement.converse(live, speak, limit=wanted.limit)
        if call is None:
            return await self._unanswered(live, texts, ring=wanted.ring)
        if is_late:
            return CallOutcome(Outcome.EXPIRED, answered_at=live.answered_at)
        if wants is not None:
            outcome = texts.heard(live, End())
            live.hand_over(call)
            self._go_on(live, order, wants)
            return replace(outcome, goes_on_for=self._longest_conversation)
        await self._placement.end(live)
        await texts.listen_back(live)
        return await self._noted(live, texts) if live.end.is_lost else texts.heard(live, live.end)

    async def _speak(self, call: Call, texts: Texts, language: str) -> Wants | None:
        """Say the alert, and what is said in its place meanwhile: who hears it is told that it changes."""
        is_changed = False
        while True:
            alert = Alert(
                message=texts.begin(call),
                thanks=self._thanks[language],
                leave_sure=self._leave_sure[language],
                pause=self._policy.pause,
                is_expired=texts.is_expired,
            )
            try:
                if is_changed:
                    await call.play(self._changed[language])
                return await alert_call(call, alert)
            except TextReplaced:
                is_changed = texts.is_replaced
            except Withdrawn:
                if not call.is_held:
                    await call.play(self._stopped[language])
                return None

    async def _noted(self, live: LiveCall, texts: Texts) -> CallOutcome:
        return texts.noted(live, await self._exchange.note_of(live.id))

    async def _unanswered(self, live: LiveCall, texts: Texts, *, ring: float) -> CallOutcome:
        end = live.end
        if end.is_lost or end.cause is None:
            return await self._noted(live, texts)
        if end.was_answered:
            return texts.heard(live, end)
        outcome = Outcome.PREEMPTED if live.is_preempted else unanswered(live, ring=ring)
        if outcome is Outcome.CONGESTION:
            self._lines.slow_down()
        return CallOutcome(
            outcome,
            ended_at=datetime.now(UTC),
            cause=end.cause,
            sip_status=end.sip_status,
            evidence=live.ringing(),
        )

    @staticmethod
    def _as_far_as_seen(live: LiveCall, wanted: Origination, result: CallOutcome) -> CallOutcome:
        """The outcome as far as we saw: a call without a reported end may be up until its own limit."""
        if live.is_over or not live.is_placed or result.goes_on_for:
            return result
        return replace(result, goes_on_for=wanted.longest)
