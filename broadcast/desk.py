"""What officers do: send an alert."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from unicodedata import category
from zoneinfo import ZoneInfo

from sqlalchemy import exists, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from broadcast.enlist import enlist
from broadcast.errors import BadAlert, MembersChanged, NobodyToCall, NotAllowed
from broadcast.ledger import Ledger
from broadcast.policy import BroadcastPolicy
from broadcast.rules.expiry import expires_at
from broadcast.rules.hours import HeldUntil, may_send_now
from broadcast.states import BroadcastState
from broadcast.tables import Audio, Broadcast, BroadcastText, Pass, Recipient
from directory.registry import network
from directory.tables import Member, Membership, Network
from prompts.audio import encode_flac
from prompts.passes import render_pass
from prompts.voice import Voice

BRUSSELS = ZoneInfo("Europe/Brussels")
LANGUAGES = ("nl", "fr", "de", "en")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Draft:
    """An alert as an officer words it."""

    networks: Sequence[str]
    texts: Mapping[str, str]
    """By language; the first is the language it was written in."""
    urgent: bool
    by: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A broadcast that has begun."""

    broadcast: int
    recipients: int
    without_number: int
    passes: Mapping[str, float]
    """Seconds of audio by language, the longest where networks differ."""
    other_language: int
    """Recipients who hear the text in a language that is not theirs."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RenderedPass:
    network: int
    language: str
    audio: str
    seconds: float
    flac: bytes


class Desk:
    def __init__(
        self, engine: AsyncEngine, ledger: Ledger, voice: Voice, policy: BroadcastPolicy, *, zone: str
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._voice = voice
        self._policy = policy
        self._zone = zone

    async def send(self, draft: Draft, *, now: datetime | None = None) -> Sent:
        """Begin to ring every member of these networks; a draft that cannot be sent leaves nothing behind.

        All audio is spoken first, then broadcast, recipients and their first calls are written in one
        transaction. Raises BroadcastError, DirectoryError or SpeechError, each one sentence.
        """
        check_texts(draft.texts)
        check_sender(draft.by)
        async with AsyncSession(self._engine) as session:
            # By the clock that decides when it expires: the one of this machine may be wrong.
            now = now or (await session.scalars(select(func.clock_timestamp()))).one()
            networks = [await network(session, slug) for slug in dict.fromkeys(draft.networks)]
            for one in networks:
                check_allowed(one, urgent=draft.urgent, now=now)
            spoken = await _languages(session, networks)
        passes = [
            await self._render(one, language, draft)
            for one in networks
            for language in sorted(spoken[one.id])
        ]
        async with self._engine.begin() as connection:
            return await self._begin(connection, draft, networks, passes, now)

    async def _render(self, one: Network, language: str, draft: Draft) -> RenderedPass:
        text_language = language if language in draft.texts else next(iter(draft.texts))
        audio = await render_pass(
            self._voice,
            language=language,
            text=draft.texts[text_language],
            text_language=text_language,
            zone=self._zone,
            network=one.name,
            urgent=draft.urgent,
            longest=self._policy.longest_pass,
        )
        flac = encode_flac(audio)
        return RenderedPass(one.id, language, hashlib.sha256(flac).hexdigest(), audio.seconds, flac)

    async def _begin(
        self,
        connection: AsyncConnection,
        draft: Draft,
        networks: Sequence[Network],
        passes: Sequence[RenderedPass],
        now: datetime,
    ) -> Sent:
        broadcast = Broadcast(
            state=BroadcastState.RUNNING,
            urgent=draft.urgent,
            started_by=draft.by,
            expires_at=expires_at(draft.urgent, now, self._policy),
        )
        session = AsyncSession(connection)
        session.add(broadcast)
        await session.flush()
        session.add_all(
            BroadcastText(broadcast_id=broadcast.id, language=language, text=text)
            for language, text in draft.texts.items()
        )
        await session.flush()
        await _keep_audio(connection, broadcast.id, passes)
        counts = await enlist(connection, broadcast.id, [one.id for one in networks], tuple(draft.texts))
        if counts.recipients == counts.without_number:
            raise NobodyToCall("No member of these networks has a number to call; add numbers first.")
        await _check_all_are_spoken_to(connection, broadcast.id)
        await self._ledger.open_window(connection, broadcast.id, self._policy.window)
        longest: dict[str, float] = {}
        for one in passes:
            longest[one.language] = max(longest.get(one.language, 0.0), round(one.seconds, 2))
        return Sent(
            broadcast=broadcast.id,
            recipients=counts.recipients,
            without_number=counts.without_number,
            passes=longest,
            other_language=counts.other_language,
            expires_at=broadcast.expires_at,
        )


def check_texts(texts: Mapping[str, str]) -> None:
    """Raise BadAlert unless there is a text, each in a language we speak."""
    if not texts:
        raise BadAlert("Write what people must hear: at least one text, for example nl=...")
    for language, text in texts.items():
        if language not in LANGUAGES:
            raise BadAlert(f"There is no language {language[:20]!r}; use {', '.join(LANGUAGES)}.")
        if not text.strip():
            raise BadAlert(f"The text in {language} is empty; write what people must hear.")
        if _has_control_character(text):
            raise BadAlert(f"The text in {language} has a control character; type it again.")


def check_sender(name: str) -> None:
    """Raise BadAlert unless this can be kept as the name of who sends it."""
    if len(name) > LONGEST_NAME or _has_control_character(name):
        raise BadAlert(f"Who sends it is a name of at most {LONGEST_NAME} characters; type it again.")


def _has_control_character(text: str) -> bool:
    return any(category(sign) in {"Cc", "Cs"} and not sign.isspace() for sign in text)


def check_allowed(one: Network, *, urgent: bool, now: datetime) -> None:
    """Raise NotAllowed for a network whose charter is not approved, or outside its hours."""
    if one.charter_approved_on is None or one.charter_approved_on > now.astimezone(BRUSSELS).date():
        raise NotAllowed(
            f"The charter of {one.name} is not approved yet, so it cannot be called; "
            "enter the approval first (buurtbel network approve)."
        )
    hours = may_send_now(urgent, one.hours_from, one.hours_until, now, BRUSSELS)
    if isinstance(hours, HeldUntil):
        raise NotAllowed(
            f"A message that is not urgent may ring {one.name} only between {one.hours_from:%H:%M} and "
            f"{one.hours_until:%H:%M}; send it after {hours.at.astimezone(BRUSSELS):%d/%m %H:%M}."
        )


async def _languages(session: AsyncSession, networks: Sequence[Network]) -> dict[int, set[str]]:
    """The languages of the members of each network."""
    rows = await session.execute(
        select(Membership.network_id, Member.language)
        .join(Member, Member.id == Membership.member_id)
        .where(Membership.network_id.in_([one.id for one in networks]), Member.left_on.is_(None))
        .distinct()
    )
    found: dict[int, set[str]] = {one.id: set() for one in networks}
    for network_id, language in rows:
        found[network_id].add(language)
    if not any(found.values()):
        raise NobodyToCall("These networks have no members yet; import a member list first.")
    return found


async def _keep_audio(connection: AsyncConnection, broadcast: int, passes: Sequence[RenderedPass]) -> None:
    await connection.execute(
        upsert(Audio).on_conflict_do_nothing(),
        [{"sha256": one.audio, "seconds": one.seconds, "flac": one.flac} for one in passes],
    )
    await connection.execute(
        insert(Pass),
        [
            {
                "broadcast_id": broadcast,
                "network_id": one.network,
                "language": one.language,
                "audio": one.audio,
            }
            for one in passes
        ],
    )


async def _check_all_are_spoken_to(connection: AsyncConnection, broadcast: int) -> None:
    """Raise MembersChanged for a recipient without a pass: such a call could never be placed."""
    spoken_to = exists().where(
        Pass.broadcast_id == Recipient.broadcast_id,
        Pass.network_id == Recipient.network_id,
        Pass.language == Recipient.language,
    )
    if await connection.scalar(select(exists().where(Recipient.broadcast_id == broadcast, ~spoken_to))):
        raise MembersChanged("The member list was changed just now; send the alert again.")
