"""How an alert that was written begins: spoken, looked at, and begun once when its countdown is over."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, null, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.alert.desk import Desk
from broadcast.alert.own_numbers import OwnNumbers
from broadcast.alert.prepared import Prepared
from broadcast.alert.preview import Preview, preview
from broadcast.draft import Draft, FollowUp
from broadcast.drafting.drafts import WrittenAlert
from broadcast.drafting.tables import KeptDraft
from broadcast.errors import BadAlert
from broadcast.policy import BroadcastPolicy
from broadcast.rules.follow_ups import usual
from broadcast.steering.follow_up import follow_up_draft
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.users.known import known_user

TOO_LATE = timedelta(minutes=2)
"""An alert whose countdown ended so long ago, while nobody began it, does not begin by itself."""


@dataclass(frozen=True, slots=True)
class DueDraft:
    """An alert that counts down."""

    request: UUID
    user: int
    due_at: datetime


class Beginning:
    """Begins what was written on the screen."""

    def __init__(self, engine: AsyncEngine, desk: Desk, policy: BroadcastPolicy, own: OwnNumbers) -> None:
        self._engine = engine
        self._desk = desk
        self._policy = policy
        self._own = own

    async def prepare(self, actor: Actor, request: UUID, written: WrittenAlert) -> Prepared:
        """Speak it, for whoever may send it now. Raises a Refusal."""
        prepared = await self._desk.prepare(actor, await self._draft(written))
        return replace(prepared, request=request)

    async def preview(self, prepared: Prepared) -> Preview:
        """Whom it would ring, and what is odd about it. Raises NobodyToCall."""
        async with self._engine.connect() as connection:
            return await preview(connection, prepared, self._policy, self._own)

    async def _draft(self, written: WrittenAlert) -> Draft:
        texts = {language: text for language, text in written.texts.items() if text.strip()}
        if written.urgent is None:
            raise BadAlert("Say whether it is urgent.")
        if written.follows is not None and written.kind is not None:
            asked = FollowUp(written.follows, written.kind, usual(written.kind))
            async with self._engine.begin() as connection:
                return await follow_up_draft(connection, asked, urgent=written.urgent, texts=texts)
        if written.report is not None:
            return await self._desk.draft_from_report(
                written.report, urgent=written.urgent, texts=texts, networks=written.networks
            )
        if not written.networks:
            raise BadAlert("Choose the networks to call.")
        return Draft(list(written.networks), texts, written.urgent)

    async def due(self) -> Sequence[DueDraft]:
        """All that count down, or did while nobody was there; the first to begin first."""
        async with self._engine.begin() as connection:
            await connection.execute(
                delete(KeptDraft).where(
                    KeptDraft.request.in_(select(Broadcast.request).where(Broadcast.request.is_not(None)))
                )
            )
            late = KeptDraft.due_at < func.clock_timestamp() - TOO_LATE
            await connection.execute(
                update(KeptDraft).where(late).values(due_at=null(), not_begun_at=KeptDraft.due_at)
            )
            rows = await connection.execute(
                select(KeptDraft.request, KeptDraft.user_id, KeptDraft.due_at)
                .where(KeptDraft.due_at.is_not(None))
                .order_by(KeptDraft.due_at)
            )
            return [DueDraft(request, user, at) for request, user, at in rows if at is not None]

    async def actor_of(self, user: int) -> Actor:
        """Who begins it, with the rights that they have now. Raises UnknownUser."""
        async with self._engine.connect() as connection:
            return (await known_user(connection, user)).actor

    async def begin(self, actor: Actor, prepared: Prepared) -> int | None:
        """Begin it if its countdown is over and was not cancelled; once, whoever asks how often.

        `actor`: with the rights of this moment. Returns its broadcast, or None when it is not due.
        Raises a Refusal: then nothing of it is begun.
        """
        actor.require(prepared.draft.act, prepared.draft.networks)
        if not await self._is_over(prepared.request):
            return await self._desk.begun(prepared)
        try:
            begun = (await self._desk.begin(prepared)).broadcast
        except IntegrityError:
            if (already := await self._desk.begun(prepared)) is None:
                raise
            begun = already
        async with self._engine.begin() as connection:
            await connection.execute(delete(KeptDraft).where(KeptDraft.request == prepared.request))
        return begun

    async def give_back(self, request: UUID) -> None:
        """It could not begin: it is written on, and says so."""
        async with self._engine.begin() as connection:
            await connection.execute(
                update(KeptDraft)
                .where(KeptDraft.request == request)
                .values(due_at=null(), not_begun_at=func.clock_timestamp())
            )

    async def _is_over(self, request: UUID) -> bool:
        """From then on it cannot be cancelled any more."""
        async with self._engine.connect() as connection:
            asked = select(KeptDraft.due_at <= func.clock_timestamp()).where(KeptDraft.request == request)
            return bool(await connection.scalar(asked))
