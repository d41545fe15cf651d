"""Places one attempt and stays with it to its end: what broadcast asks of the line."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

from broadcast.ports import CallOrder, CallResult
from broadcast.rules.retry import result_of_outcome
from broadcast.states import Outcome
from directory.errors import NumberRefused
from directory.numbers import check_may_be_dialled
from ivr.alert_policy import AlertPolicy
from ivr.ari.causes import outcome_of
from ivr.ari.client import AriClient
from ivr.ari.errors import AlreadyPlaced, AriError, AriRefused, AriUnreachable, EndpointUnavailable
from ivr.call import Call, Sound, Withdrawn
from ivr.exchange import Exchange
from ivr.fallback import ANSWERED, CONTEXT
from ivr.far_end import TALK_ENDS_AFTER
from ivr.judgement import NOBODY
from ivr.lines import Lines
from ivr.live_call import End, LiveCall
from ivr.scripts.alert_call import Alert, Wants, alert_call
from ivr.trunk import Trunk

log = logging.getLogger(__name__)

ENDPOINT = "trunk"
TALK_DETECTION = f"{TALK_ENDS_AFTER * 1000:.0f},256"
"""Milliseconds of silence that end talk, and the level above which sound is talk."""
END_REPORTED_WITHIN = 5.0
"""Seconds after our hang-up in which the PBX reports the end of the channel."""
RING_TOLERANCE = 1.0
"""Seconds by which a call that rang until our limit may seem to have rung shorter."""
HEARD_WHOLE = frozenset({Outcome.CONFIRMED, Outcome.HEARD, Outcome.VOICEMAIL, Outcome.SILENT})


def longest_call(policy: AlertPolicy) -> float:
    """Seconds from its placing within which a call is over on the PBX itself, besides its three passes."""
    return policy.ring + policy.hard_limit + 2 * END_REPORTED_WITHIN


class AriDialler:
    """The Dialler of broadcast's ports, on one trunk of one PBX."""

    def __init__(
        self,
        client: AriClient,
        exchange: Exchange,
        lines: Lines,
        *,
        trunk: Trunk,
        policy: AlertPolicy,
        thanks: Mapping[str, Sound],
        stopped: Mapping[str, Sound],
        leave_sure: Mapping[str, Sound],
    ) -> None:
        self._client = client
        self._exchange = exchange
        self._lines = lines
        self._trunk = trunk
        self._policy = policy
        self._thanks = thanks
        self._stopped = stopped
        self._leave_sure = leave_sure
        self._go_on: Callable[[LiveCall, CallOrder, Wants], None] | None = None

    def bring_conversations_to(self, go_on: Callable[[LiveCall, CallOrder, Wants], None]) -> None:
        """From now on who presses more than the alert asks for is handed to `go_on`, with the call."""
        self._go_on = go_on

    async def places(self, *, urgent: bool, at_most: int) -> int:  # noqa: ARG002 - none are reserved yet
        return await self._lines.free(at_most)

    def give_back(self, places: int = 1) -> None:
        self._lines.give_back(places)

    async def call(self, order: CallOrder) -> CallResult:
        """Place the call, once, and see it through; its place on the line is held already."""
        try:
            check_may_be_dialled(order.number, simulated_trunk=self._trunk.is_simulated)
        except NumberRefused:
            self._lines.give_back()
            return CallResult(Outcome.REFUSED)
        live = self._exchange.watch(str(order.attempt), passes=self._policy.passes)
        return await self._see_through(live, order, self._place(order, live))

    async def adopt(self, order: CallOrder) -> CallResult:
        """See through a call that was placed before this process began; never place it again."""
        self._lines.occupy()
        live = self._exchange.watch(str(order.attempt), passes=self._policy.passes)
        live.is_placed = True
        live.far_end.facts.is_complete = False
        return await self._see_through(live, order, None)

    async def stop(self, attempt: UUID) -> None:
        """End this attempt's call if it is ours and not answered yet."""
        live = self._exchange.find(str(attempt))
        if live is not None and live.call is None and not live.is_on_fallback:
            live.is_unwanted = True
            await self._hang_up(live)

    async def withdraw(self, attempt: UUID) -> None:
        """Stop this attempt's phone, or tell who has answered that the alert is taken back, and hang up."""
        live = self._exchange.find(str(attempt))
        if live is not None and live.call is not None:
            live.call.withdraw()
        else:
            await self.stop(attempt)

    async def _see_through(
        self, live: LiveCall, order: CallOrder, placing: Coroutine[Any, Any, None] | None
    ) -> CallResult:
        started = monotonic()
        try:
            async with asyncio.timeout(self._policy.ring + self._limit(order) + 2 * END_REPORTED_WITHIN):
                if placing is not None:
                    await placing
                call = await live.answered()
                if call is None:
                    return await self._unanswered(live, await live.ended(), monotonic() - started)
                return await self._converse(live, call, order)
        except EndpointUnavailable as fault:
            log.warning("%s", fault)
            return CallResult(Outcome.TRUNK_DOWN)
        except AriRefused as fault:
            log.error("The PBX refuses to place calls: %s", fault)  # noqa: TRY400 - no trace needed
            return CallResult(Outcome.TRUNK_DOWN)
        except TimeoutError:
            log.warning("A call outlived every limit and was ended.")
            await self._hang_up(live)
            return self._heard(live, End()) if live.call else CallResult(Outcome.UNKNOWN)
        finally:
            if not live.is_handed_over:
                self._exchange.forget(live)
            self._lines.release()

    async def _place(self, order: CallOrder, live: LiveCall) -> None:
        """The one request that rings a phone; a call whose reply is lost may exist; its end tells."""
        try:
            await self._client.channels.originate(
                live.id,
                endpoint=f"PJSIP/{self._trunk.written(order.number)}@{ENDPOINT}",
                context=CONTEXT,
                extension=ANSWERED,
                caller_id=self._trunk.caller_id,
                timeout=self._policy.ring,
                variables={
                    "TALK_DETECT(set)": TALK_DETECTION,
                    "CALL_LIMIT": str(round(self._limit(order) + END_REPORTED_WITHIN)),
                    "FALLBACK": str(order.sound),
                    "THANKS": str(self._thanks[order.language].path),
                },
            )
        except (AlreadyPlaced, AriUnreachable) as fault:
            log.warning("It is not certain that a call was placed: %s", fault)
            self._exchange.doubt(live)
        live.is_placed = True
        if live.is_unwanted:
            await self._hang_up(live)

    async def _converse(self, live: LiveCall, call: Call, order: CallOrder) -> CallResult:
        if monotonic() >= order.expires_at:
            await self._hang_up(live)
            return CallResult(Outcome.EXPIRED, answered_at=live.answered_at)
        alert = Alert(
            message=Sound(order.sound, order.sound_seconds),
            thanks=self._thanks[order.language],
            leave_sure=self._leave_sure[order.language],
            pause=self._policy.pause,
        )
        wants: Wants | None = None

        async def speak(call: Call) -> None:
            nonlocal wants
            wants = await self._speak(call, alert, order.language)

        with suppress(TimeoutError):
            async with asyncio.timeout(self._limit(order)):
                await self._exchange.converse(speak, call)
        if wants is not None and self._go_on is not None:
            self._exchange.hand_over(live, call)
            self._go_on(live, order, wants)
            return self._heard(live, End())
        end = await live.ended() if live.has_left else await self._end(live)
        if live.listening is not None:
            live.far_end.facts.sounds = await live.listening.sounds(order.sound)
        return await self._noted(live, end) if end.is_lost else self._heard(live, end)

    async def _speak(self, call: Call, alert: Alert, language: str) -> Wants | None:
        try:
            return await alert_call(call, alert)
        except Withdrawn:
            await call.play(self._stopped[language])
            return None

    @staticmethod
    def _heard(live: LiveCall, end: End) -> CallResult:
        """What an answered call came to; without its end, what was proved until now."""
        heard = live.far_end.outcome()
        is_lost = end.is_lost and heard not in HEARD_WHOLE
        return CallResult(
            Outcome.LOST if is_lost else heard,
            answered_at=live.answered_at,
            ended_at=datetime.now(UTC),
            cause=end.cause,
            sip_status=end.sip_status,
            evidence=live.far_end.evidence(),
        )

    async def _noted(self, live: LiveCall, end: End) -> CallResult:
        """What a call came to that we did not lead to its end: we may know, or the PBX if it went on."""
        known = self._heard(live, end) if live.call else CallResult(Outcome.LOST)
        note = await self._exchange.note_of(live.id)
        if note is None:
            return known
        evidence = {**known.evidence, **note.evidence}
        noted = note.outcome(is_nobody=live.far_end.judgement.who in NOBODY)
        is_more = result_of_outcome(noted).rank > result_of_outcome(known.outcome).rank
        return replace(known, outcome=noted if is_more else known.outcome, evidence=evidence)

    async def _unanswered(self, live: LiveCall, end: End, rang_for: float) -> CallResult:
        if end.is_lost or end.cause is None:
            return await self._noted(live, end)
        outcome = outcome_of(
            end.cause, end.sip_status, our_timeout=rang_for >= self._policy.ring - RING_TOLERANCE
        )
        if outcome is Outcome.CONGESTION:
            self._lines.slow_down()
        return CallResult(outcome, ended_at=datetime.now(UTC), cause=end.cause, sip_status=end.sip_status)

    async def _end(self, live: LiveCall) -> End:
        await self._hang_up(live)
        try:
            async with asyncio.timeout(END_REPORTED_WITHIN):
                return await live.ended()
        except TimeoutError:
            return End()

    async def _hang_up(self, live: LiveCall) -> None:
        try:
            await self._client.channels.hangup(live.id)
        except AriError as fault:
            log.warning("A call could not be ended and ends by its own limit: %s", fault)

    def _limit(self, order: CallOrder) -> float:
        """Seconds from the answer after which we hang up, whatever is heard."""
        return self._policy.hard_limit + 3 * order.sound_seconds
