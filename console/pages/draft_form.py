"""What the form of an alert says, read and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from broadcast.alert.prepared import Prepared
from broadcast.alert.preview import Preview
from broadcast.drafting.drafts import WrittenAlert
from broadcast.errors import BadAlert
from broadcast.states import FollowUpKind
from console.parts import Parts
from console.security.visit import FilledForm, Visit
from console.words.refusals import refusal_says
from console.words.remarks import remark_says
from console.words.words import Words
from directory.refusals import Refusal
from directory.streets import StreetFound, networks_of_street
from prompts.languages import LANGUAGES
from prompts.normalise.heard import HeardPart

KINDS = {one.value: one for one in FollowUpKind}
_ANSWERS = {"yes": True, "no": False}
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Read:
    """A form as far as it is filled in, and what its street leads to."""

    written: WrittenAlert
    found: StreetFound | None


@dataclass(frozen=True, slots=True)
class TextSeen:
    """A text with what is said otherwise than it is written."""

    language: str
    parts: Sequence[HeardPart]


@dataclass(frozen=True, slots=True)
class Preflight:
    """What an alert would do, as it is shown."""

    longest: float
    """Seconds of a pass."""
    texts: Sequence[TextSeen]
    remarks: Sequence[str]
    people: int
    """Those who are called."""
    without_number: int
    languages: Mapping[str, int]
    other_language: int
    beside: Sequence[Any]
    before: int
    nodes: int


async def read_draft(parts: Parts, visit: Visit, form: FilledForm) -> Read:
    """What was filled in. Networks that were chosen for another street than this one do not count."""
    street = form.text("street", 120).strip()
    found = await parts.database(networks_of_street, visit.actor, street) if street else None
    chosen = [*dict.fromkeys(form.all("network"))]
    if found is not None and form.text("looked_up") != street:
        chosen = sure_of(found)
    elif found is not None:
        offered = {one.slug for one in found.networks}
        chosen = [one for one in chosen if one in offered]
    return Read(
        WrittenAlert(
            street=street,
            networks=tuple(chosen if found is not None else ()),
            texts={
                language: text
                for language in LANGUAGES
                if (text := form.text(f"text-{language}", 4000).strip())
            },
            urgent=_ANSWERS.get(form.text("urgent")),
            report=number_in(form.text("report")),
            follows=number_in(form.text("follows")),
            kind=KINDS.get(form.text("kind")),
        ),
        found,
    )


def sure_of(found: StreetFound) -> list[str]:
    """The networks of the one street that was meant."""
    return [*dict.fromkeys(one.slug for one in found.networks)] if found.is_sure else []


def number_in(text: str) -> int | None:
    """A number as ours are, or none."""
    return int(text) if text.isascii() and text.isdigit() and 0 < int(text[:12]) <= _LARGEST else None


def lacking(words: Words, written: WrittenAlert) -> dict[str, str]:
    """What is still to be filled in, by field."""
    lacks: dict[str, str] = {}
    if written.follows is None and written.report is None and not written.networks:
        lacks["street"] = (
            words.say("Choose the networks to call.")
            if written.street
            else words.say("Type the street where it happens, or the name of a network.")
        )
    if not written.texts and written.report is None:
        lacks["text-nl"] = words.say("Write what people must hear.")
    if written.urgent is None:
        lacks["urgent"] = words.say("Say whether it may ring people at night.")
    return lacks


def field_of(refusal: Refusal) -> str:
    """Which field of the form a refusal is about."""
    return "text-nl" if isinstance(refusal, BadAlert) else "page"


async def preflight(parts: Parts, words: Words, prepared: Prepared) -> Preflight:
    """Raises NobodyToCall."""
    seen = await parts.beginning.preview(prepared)
    return Preflight(
        longest=max(seen.passes.values(), default=0.0),
        texts=[TextSeen(one.language, list(one.heard.parts)) for one in _each_text(seen)],
        remarks=[remark_says(words, one) for one in seen.remarks],
        people=seen.audience.members - seen.audience.without_number,
        without_number=seen.audience.without_number,
        languages=seen.audience.languages,
        other_language=seen.other_language,
        beside=seen.outlook.beside,
        before=seen.outlook.before,
        nodes=seen.outlook.nodes,
    )


def _each_text(seen: Preview) -> list[Any]:
    """Each once, as in the first network: what another one says otherwise is heard in its sound."""
    first: dict[str, Any] = {}
    for one in seen.spoken:
        first.setdefault(one.language, one)
    return list(first.values())


async def shown_said(
    parts: Parts, visit: Visit, prepared: Prepared | None, problem: str = ""
) -> dict[str, Any]:
    """What the form says of the length, and how it is spoken."""
    if prepared is None:
        return {"preview": None, "problem": problem}
    try:
        return {"preview": await preflight(parts, visit.words, prepared), "problem": ""}
    except Refusal as refusal:
        return {"preview": None, "problem": refusal_says(visit.words, refusal)}


def form_values(request_id: UUID, read: Read, errors: Mapping[str, str]) -> dict[str, Any]:
    """What the template of the form needs of the form itself."""
    return {
        "request_id": request_id,
        "written": read.written,
        "found": read.found,
        "looked_up": read.written.street,
        "chosen": read.written.networks,
        "errors": errors,
    }
