"""What one running screen has besides its parts: made with the application, found by the pages."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import Request

from console.live.countdown import Starter
from console.live.sightings import Sightings
from console.live.spoken import SpokenDrafts
from console.parts import Parts
from console.security.visit import parts_of


@dataclass(frozen=True, slots=True)
class Running:
    """What lasts from one request to the next."""

    spoken: SpokenDrafts
    starter: Starter
    sightings: Sightings


def _running_of(request: Request) -> Running:
    return cast("Running", request.app.state.running)


Here = Annotated[Running, Depends(_running_of)]
Given = Annotated[Parts, Depends(parts_of)]
