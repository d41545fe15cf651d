"""From an alert that is written to the first ring: looked at, listened to, confirmed, counted down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from broadcast.alert.prepared import Prepared
from broadcast.drafting import drafts
from broadcast.drafting.drafts import DraftRow
from broadcast.errors import DraftBegun
from console.pages.draft_form import Preflight, preflight
from console.parts import Parts
from console.render import page
from console.security.visit import Acting, Looking, Visit
from console.state import Given, Here
from console.words.refusals import refusal_says
from directory.refusals import Refusal
from directory.streets import network_names

router = APIRouter()
SOUND = "audio/flac"


@dataclass(frozen=True, slots=True)
class SoundSeen:
    """One pass to listen to."""

    language: str
    network: str
    seconds: float
    address: str


@router.get("/live/drafts/{request_id}/check")
async def check(request: Request, visit: Looking, parts: Given, here: Here, request_id: UUID) -> Response:
    """The facts of it. Only here can it be sent."""
    row = await _row(parts, visit, request_id)
    if isinstance(row, Response):
        return row
    if row.due_at is not None:
        return RedirectResponse(f"/live/drafts/{request_id}/countdown", 303)
    try:
        prepared = await here.spoken.of(visit.actor, request_id, row.written)
        seen = await preflight(parts, visit.words, prepared)
    except Refusal as refusal:
        words = visit.words
        values = {
            "title": words.say("This alert cannot be sent"),
            "sentence": refusal_says(words, refusal),
            "back": f"/live/drafts/{request_id}",
        }
        return await page(request, "refused.html", visit, status=409, **values)
    return await _check(request, visit, parts, row=row, prepared=prepared, seen=seen)


async def _check(
    request: Request, visit: Visit, parts: Parts, *, row: DraftRow, prepared: Prepared, seen: Preflight
) -> Response:
    names = await parts.database(network_names, list(prepared.draft.networks))
    now = datetime.now(UTC)
    beside = [
        {"broadcast": one.broadcast, "by": one.by, "age": (now - one.started_at).total_seconds()}
        for one in seen.beside
    ]
    return await page(
        request,
        "check.html",
        visit,
        request_id=row.request,
        written=row.written,
        version=_version(row),
        not_begun=row.not_begun_at is not None,
        names=list(names.values()),
        preview={**{name: getattr(seen, name) for name in Preflight.__slots__}, "beside": beside},
        minutes=parts.readiness.minutes(seen.before + seen.people, seen.longest, seen.nodes),
        sounds=_sounds(row.request, prepared, list(names.values())),
    )


def _sounds(request_id: UUID, prepared: Prepared, names: Sequence[str]) -> list[SoundSeen]:
    by_network = dict(zip(prepared.networks, names, strict=False))
    return [
        SoundSeen(
            one.language,
            by_network.get(one.network, ""),
            one.seconds,
            f"/live/drafts/{request_id}/sound/{one.network}/{one.language}",
        )
        for one in prepared.passes
    ]


def _version(row: DraftRow) -> str:
    """Of what was looked at: an alert that was changed elsewhere meanwhile is looked at again."""
    return row.changed_at.isoformat()


@router.get("/live/drafts/{request_id}/sound/{network}/{language}")
async def sound(
    *, visit: Looking, parts: Given, here: Here, request_id: UUID, network: int, language: str
) -> Response:
    """The very bytes that are kept for the calls when it begins."""
    row = await parts.database(drafts.draft_of, visit.actor, request_id)
    prepared = await here.spoken.of(visit.actor, request_id, row.written)
    for one in prepared.passes:
        if (one.network, one.language) == (network, language):
            return Response(one.flac, media_type=SOUND)
    return Response(status_code=404)


@router.post("/live/drafts/{request_id}/call")
async def call(parts: Given, here: Here, deed: Acting, request_id: UUID) -> Response:
    """Let it count down; whoever presses twice calls once."""
    visit = deed.visit
    row = await _row(parts, visit, request_id)
    if isinstance(row, Response):
        return row
    if row.due_at is None:
        if deed.form.text("version") != _version(row):
            return RedirectResponse(f"/live/drafts/{request_id}/check", 303)
        await here.spoken.of(visit.actor, request_id, row.written)
        await parts.database(drafts.count_down, visit.actor, request_id, parts.policy.countdown)
        here.starter.tell()
    return RedirectResponse(f"/live/drafts/{request_id}/countdown", 303)


@router.get("/live/drafts/{request_id}/countdown")
async def countdown(request: Request, visit: Looking, parts: Given, here: Here, request_id: UUID) -> Response:
    """How long until it begins; then the alert itself."""
    row = await _row(parts, visit, request_id)
    if isinstance(row, Response):
        return row
    if row.due_at is None:
        return RedirectResponse(f"/live/drafts/{request_id}/check", 303)
    prepared = await here.spoken.of(visit.actor, request_id, row.written)
    names = await parts.database(network_names, list(prepared.draft.networks))
    left = max(0.0, (row.due_at - row.now).total_seconds())
    return await page(
        request,
        "countdown.html",
        visit,
        request_id=request_id,
        left=round(left),
        left_ms=round(left * 1000),
        names=list(names.values()),
    )


@router.post("/live/drafts/{request_id}/cancel")
async def cancel(parts: Given, here: Here, deed: Acting, request_id: UUID) -> Response:
    """Do not begin it: it is written on. When it was too late, the alert is shown, where it is stopped."""
    try:
        await parts.database(drafts.cancel, deed.visit.actor, request_id)
    except DraftBegun as begun:
        return _to_alert(begun, request_id)
    here.starter.tell()
    return RedirectResponse(f"/live/drafts/{request_id}", 303)


async def _row(parts: Parts, visit: Visit, request_id: UUID) -> DraftRow | Response:
    """The draft, or the way to the alert that it became."""
    try:
        return await parts.database(drafts.draft_of, visit.actor, request_id)
    except DraftBegun as begun:
        return _to_alert(begun, request_id)


def _to_alert(begun: DraftBegun, request_id: UUID) -> Response:
    broadcast = begun.facts["broadcast"]
    if broadcast is None:  # in this very moment
        return RedirectResponse(f"/live/drafts/{request_id}/countdown", 303)
    return RedirectResponse(f"/alerts/{broadcast}", 303)
