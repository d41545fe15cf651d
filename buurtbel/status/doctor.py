"""Looks whether everything that an alert needs is there, before it is needed."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.nodes import NodeStatus, lines_held, nodes, trunk_fault
from broadcast.service_calls.duty import not_rung
from buurtbel.database.address import database
from buurtbel.errors import BuurtbelError
from buurtbel.serve.trunk_state import trunk_hindrance, trunk_told
from buurtbel.settings.settings import Settings
from buurtbel.status.saved import archive_told, backup_told
from buurtbel.times import day_and_time
from embedded.network.forms import ports
from ivr.ari.errors import AriError
from prompts.catalogue import sentence
from prompts.engines import voice_for
from prompts.errors import SpeechError
from prompts.languages import LANGUAGES

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
    at_fault: Finding | None = None
    try:
        async with database(settings) as engine:
            yield Finding("database", True, "answers")
            yield await line_at_work(engine)
            at_fault = await _trunk_at_fault(settings, engine)
            if callers := await _callers(engine):
                yield callers
            if unrung := await _duty(settings, engine):
                yield unrung
            if archived := await archive_told(settings, engine):
                yield Finding("archive", archived.ok, archived.says)
    except BuurtbelError as error:
        yield Finding("database", False, str(error))
    yield await _pbx(settings)
    for language in LANGUAGES:
        yield await _voice(settings, language)
    yield _disk(settings)
    saved = backup_told(settings, now=datetime.now(UTC))
    yield Finding("backup", saved.ok, saved.says)
    yield at_fault or _trunk(settings)
    if too_few := _audio_ports(settings):
        yield too_few
    for told in trunk_told(settings):
        yield Finding(told.what, told.ok, told.says)
    if advice := await _trunk_addresses(settings):
        yield advice
    if advice := _numbers_of_callers(settings):
        yield advice


async def hindrance(settings: Settings, engine: AsyncEngine) -> str | None:
    """Why no phone would ring now, as one sentence; None when nothing is in the way. Takes seconds."""
    line = await line_at_work(engine)
    if line.ok:
        async with engine.connect() as connection:
            if fault := await trunk_fault(connection):
                return fault
        if await _others_serve(settings, engine):
            return None
    first = line if not line.ok else await _pbx(settings)
    return trunk_hindrance(settings) if first.ok else first.says


async def _others_serve(settings: Settings, engine: AsyncEngine) -> bool:
    """Whether another node takes calls; how its PBX fares can only be asked there."""
    return any(
        node.name != settings.node and node.standing is NodeStatus.SERVING for node in await nodes(engine)
    )


async def line_at_work(engine: AsyncEngine) -> Finding:
    """Whether a line on this database waits for calls."""
    try:
        standings = {node.standing for node in await nodes(engine)}
    except SQLAlchemyError as error:
        return Finding(
            "line", False, f"The database does not tell whether a line works ({type(error).__name__})."
        )
    if NodeStatus.SERVING in standings:
        return Finding("line", True, "waits for calls")
    if standings & {NodeStatus.DRAINING, NodeStatus.DRAINED}:
        return Finding(
            "line", False, "Every node is drained; let one take calls with `buurtbel node resume`."
        )
    return Finding("line", False, "No line process works on this database; start `buurtbel serve`.")


async def _trunk_at_fault(settings: Settings, engine: AsyncEngine) -> Finding | None:
    """What is judged by the calls of the nodes at work; None while their trunks take them."""
    says = [
        f"Node {node.name}, since {day_and_time(node.trunk_fault_since, settings.clock)}: {node.trunk_fault}"
        for node in await nodes(engine)
        if node.trunk_fault and node.trunk_fault_since and node.standing is not NodeStatus.AWAY
    ]
    return Finding("trunk", False, " ".join(says)) if says else None


async def _callers(engine: AsyncEngine) -> Finding | None:
    """How many lines callers hold; None where no line has told."""
    async with engine.connect() as connection:
        callers, lines = await lines_held(connection)
    if callers < lines or not lines:
        return Finding("callers", True, f"hold {callers} of {lines} lines") if lines else None
    return Finding(
        "callers",
        False,
        f"Callers hold all {lines} lines, so that nobody else gets through. An urgent alert has their lines "
        "within seconds, but for the part in BUURTBEL_TRUNK_MOST_FOR_CALLERS; other alerts wait.",
    )


async def _duty(settings: Settings, engine: AsyncEngine) -> Finding | None:
    async with engine.connect() as connection:
        silent = await not_rung(connection, settings.duty)
    if not silent:
        return None
    return Finding(
        "duty",
        False,
        "An officer on duty is not rung any more, because nobody typed the PIN on too many calls; "
        "`buurtbel officer duty` says who: see whether the telephone number is right.",
    )


async def _pbx(settings: Settings) -> Finding:
    from buurtbel.pbx import ARI_APP, ari_password, load_secrets  # noqa: PLC0415 - only who asks the PBX
    from ivr.ari.client import AriClient  # noqa: PLC0415 - only who asks the PBX

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
    from prompts.passes import render_sentence  # noqa: PLC0415 - only who speaks

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


def _audio_ports(settings: Settings) -> Finding | None:
    """A call has two ports; callers could come on as many channels as our own calls are up on."""
    there, needed = len(ports(settings.pbx.rtp_ports) or ()), 4 * settings.trunk.channels
    if settings.pbx.ari_url or there >= needed:
        return None
    return Finding(
        "audio ports",
        False,
        f"BUURTBEL_PBX_RTP_PORTS names {there} ports, and {settings.trunk.channels} channels may need "
        f"{needed}, or a crowd of callers could leave none for an alert; name more.",
    )


async def _trunk_addresses(settings: Settings) -> Finding | None:
    """A carrier may end a call from another of its addresses than the one it was placed to."""
    from embedded.network.networks import Peer, look_up  # noqa: PLC0415 - only who has a trunk

    trunk = settings.trunk
    if trunk.networks or trunk.is_simulated:
        return None
    peer = Peer.parse(trunk.uri)
    # Without a port its addresses are looked up by the SIP library alone, by SRV records where there are any.
    if not peer.is_name or (peer.port and len(await asyncio.to_thread(look_up, peer.host, peer.port)) < 2):
        return None
    return Finding(
        "addresses",
        True,
        f"{peer.host} can be at several addresses, and a call ended from one that we do not know goes "
        "on; ask your carrier for all of them, and name them in BUURTBEL_TRUNK_NETWORKS.",
    )


def _numbers_of_callers(settings: Settings) -> Finding | None:
    """Nothing is wrong with a trunk that vouches for nobody; but a call-back proves nothing then."""
    if settings.trunk.vouches or settings.trunk.trusts_identity:
        return None
    return Finding(
        "callers' numbers",
        True,
        "The trunk vouches for nobody's number: who calls back and presses 1 counts as called back, not as "
        "confirmed, and is rung once more; set BUURTBEL_TRUNK_VOUCHES_FOR_NUMBERS=true only if your carrier "
        "screens who calls.",
    )
