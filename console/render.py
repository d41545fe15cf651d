"""Makes pages of templates, in the language of who looks at them."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from console.parts import Parts, Ready
from console.security.visit import Visit, parts_of
from console.words import forms
from console.words.words import NAMES, Words, best_of, words_for
from prompts.languages import LANGUAGES

TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment(language: str) -> Environment:
    words = words_for(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "say": words.say,
        "count": words.count,
        "words": words,
        "roles": forms.ROLES,
        "kinds": forms.KINDS,
        "report_states": forms.REPORT_STATES,
        "worths": forms.WORTHS,
        "signs": forms.SIGNS,
        "language_names": forms.LANGUAGE_NAMES,
        "languages": LANGUAGES,
        "own_names": NAMES,
    }
    return environment


def part(words: Words, template: str, **values: object) -> str:
    """A piece of a page, as it is put into one that is open."""
    return _environment(words.language).get_template(template).render(values)


async def page(
    request: Request, template: str, visit: Visit | None = None, *, status: int = 200, **values: Any
) -> HTMLResponse:
    """A whole page; `status` is that of HTTP."""
    parts = parts_of(request)
    words = visit.words if visit else words_for(best_of(request.headers.get("accept-language", "")))
    ready = await parts.readiness.now() if visit else None
    shown = part(
        words,
        template,
        visit=visit,
        user=visit.user if visit else None,
        token=visit.token if visit else "",
        path=request.url.path,
        **ready_values(parts, ready),
        **values,
    )
    return HTMLResponse(shown, status_code=status)


def ready_values(parts: Parts, ready: Ready | None) -> dict[str, object]:
    """What the head of a page needs."""
    return {
        "ready": ready,
        "zone": parts.zone,
        "is_simulated": parts.is_simulated,
        "clock": parts.clock,
    }


def as_event(pieces: dict[str, str]) -> str:
    """Pieces of a page by the id of the element that each is for, on one line."""
    return json.dumps(pieces, ensure_ascii=False)
