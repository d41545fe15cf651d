"""An alert as it would be heard, and by whom, looked at before it is sent; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.alert.meant import is_meant
from broadcast.alert.own_numbers import OwnNumbers
from broadcast.alert.preflight import Audience, Reach, audience, check_somebody_is_reached, reach
from broadcast.alert.prepared import Prepared
from broadcast.alert.review import Remark, review
from broadcast.policy import BroadcastPolicy
from broadcast.results.beside import Outlook, outlook
from directory.pronunciation import names_of
from directory.tables import Network
from prompts.normalise import read
from prompts.normalise.heard import HeardText


@dataclass(frozen=True, slots=True)
class Spoken:
    """A text as it is said in some of the networks: their names may be read otherwise elsewhere."""

    language: str
    networks: Sequence[str]
    """Short names."""
    heard: HeardText


@dataclass(frozen=True, slots=True)
class Preview:
    """What an alert would do now."""

    audience: Audience
    reach: Reach
    other_language: int
    """Members who would hear it in a language that is not theirs."""
    passes: Mapping[str, float]
    """Seconds of audio by language, the longest where networks differ."""
    spoken: Sequence[Spoken]
    remarks: Sequence[Remark]
    outlook: Outlook


async def preview(
    connection: AsyncConnection, prepared: Prepared, policy: BroadcastPolicy, own: OwnNumbers
) -> Preview:
    """Look at an alert whose every word is spoken. Raises NobodyToCall."""
    draft, networks = prepared.draft, prepared.networks
    meant = await is_meant(connection, draft, networks)
    listeners = await audience(connection, meant, dead_again=policy.dead_again)
    check_somebody_is_reached(listeners.members, without_number=listeners.without_number)
    return Preview(
        audience=listeners,
        reach=await reach(connection, meant, urgent=draft.urgent, dead_again=policy.dead_again),
        other_language=listeners.without_language(draft.languages),
        passes=prepared.seconds,
        spoken=await _spoken(connection, draft.texts, networks),
        remarks=review(draft, prepared.seconds, own=own, long_pass=policy.long_pass),
        outlook=await outlook(connection, networks, urgent=draft.urgent),
    )


async def _spoken(
    connection: AsyncConnection, texts: Mapping[str, str], networks: Sequence[int]
) -> list[Spoken]:
    """Each text, once for all networks in which it is said the same."""
    named = select(Network.id, Network.slug).where(Network.id.in_(networks))
    slugs = {one.id: one.slug for one in await connection.execute(named)}
    found: dict[tuple[str, str], tuple[HeardText, list[str]]] = {}
    for network in networks:
        names = await names_of(connection, network)
        for language, text in texts.items():
            heard = read(text, language, names)
            found.setdefault((language, heard.words), (heard, []))[1].append(slugs[network])
    return [Spoken(language, those, heard) for (language, _), (heard, those) in found.items()]
