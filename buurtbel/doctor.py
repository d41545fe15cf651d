"""Looks whether everything that an alert needs is there, before it is needed."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.draft import LANGUAGES
from broadcast.nodes import Standing, nodes
from buurtbel.database import database
from buurtbel.embedded.pbx import ARI_APP, ari_password, load_secrets
from buurtbel.errors import SwitchboardError
from buurtbel.settings import Settings
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from prompts.catalogue import sentence
from prompts.errors import SpeechError
from prompts.passes import render_sentence
from prompts.voice import voice_for

LEAST_FREE_MB = 500
PBX_PATIENCE = 2.0
"""Seconds that the PBX gets to answer a question."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    ok: bool
    says: str


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that must be right for the next alert, one finding at a time."""
    try:
        async with database(settings) as engine:
            yield Finding("database", True, "answers")
            yield await line_at_work(engine)
    except SwitchboardError as error:
        yield Finding("database", False, str(error))
    yield await _pbx(settings)
    for language in LANGUAGES:
        yield await _voice(settings, language)
    yield _disk(settings)
    yield _trunk(settings)


async def hindrance(settings: Settings, engine: AsyncEngine) -> str | None:
    """Why no phone would ring now, as one sentence; None when nothing is in the way. Takes seconds."""
    line = await line_at_work(engine)
    if line.ok and await _others_serve(settings, engine):
        return None
    first = line if not line.ok else await _pbx(settings)
    return None if first.ok else first.says


async def _others_serve(settings: Settings, engine: AsyncEngine) -> bool:
    """Whether another node takes calls; how its PBX fares can only be asked there."""
    return any(
        node.name != settings.node and node.standing is Standing.SERVING for node in await nodes(engine)
    )


async def line_at_work(engine: AsyncEngine) -> Finding:
    """Whether a line on this database waits for calls."""
    try:
        standings = {node.standing for node in await nodes(engine)}
    except SQLAlchemyError as error:
        return Finding(
            "line", False, f"The database does not tell whether a line works ({type(error).__name__})."
        )
    if Standing.SERVING in standings:
        return Finding("line", True, "waits for calls")
    if standings & {Standing.DRAINING, Standing.DRAINED}:
        return Finding(
            "line", False, "Every node is drained; let one take calls with `buurtbel node resume`."
        )
    return Finding("line", False, "No line process works on this database; start `buurtbel serve`.")


async def _pbx(settings: Settings) -> Finding:
    pbx = settings.pbx
    try:
        password = ari_password(pbx, load_secrets(settings.data_dir))
    except OSError as error:
        return Finding(
            "PBX", False, f"The PBX's password cannot be read ({error.strerror}); ask as its owner."
        )
    url = pbx.ari_url or f"http://{pbx.ari_bind}"
    async with AriClient(url, pbx.ari_user, password, app=ARI_APP, timeout=PBX_PATIENCE) as client:
        try:
            info = await client.asterisk.info()
            trunk = await client.endpoints.state("PJSIP", "trunk")
        except AriError as error:
            return Finding("PBX", False, str(error))
    if trunk == "offline":
        return Finding("PBX", False, f"Asterisk {info.version} runs, but the trunk does not answer it.")
    return Finding("PBX", True, f"Asterisk {info.version}, trunk {trunk}")


async def _voice(settings: Settings, language: str) -> Finding:
    try:
        audio = await render_sentence(
            voice_for(settings.speech.engine), sentence("thank_you", language), language
        )
    except SpeechError as error:
        return Finding(f"voice {language}", False, str(error))
    return Finding(f"voice {language}", True, f"{settings.speech.engine} speaks ({audio.seconds:.1f} s)")


def _disk(settings: Settings) -> Finding:
    try:
        free = shutil.disk_usage(settings.data_dir).free // 2**20
    except OSError as error:
        return Finding("disk", False, f"{settings.data_dir} cannot be used ({error.strerror}).")
    ok = free >= LEAST_FREE_MB
    return Finding("disk", ok, f"{free} MB free" if ok else f"only {free} MB free; make room.")


def _trunk(settings: Settings) -> Finding:
    trunk = settings.trunk
    if trunk.simulated is None and "uri" not in trunk.model_fields_set:
        return Finding(
            "trunk",
            False,
            "No trunk is set, so calls go to the simulated neighbourhood and no real phone rings; "
            "set BUURTBEL_TRUNK_URI to the address of your carrier.",
        )
    where = "the simulated neighbourhood: no real phone rings" if trunk.is_simulated else "the real network"
    return Finding(
        "trunk", True, f"{where}; {trunk.channels} calls at once, {trunk.calls_per_second:g} new a second"
    )
