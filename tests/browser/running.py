"""The system that journeys are walked on: a neighbourhood, a server with its screen, streets of members."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from sqlalchemy import text

from bench.server import NETWORK, serving
from buurtbel.assembly import Assembly, assemble, asterisk_root
from buurtbel.settings.settings import Settings
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from prompts.engines import voice_for
from simulation.stage import set_stage
from tests.support.people import phone

STREET, OTHER_STREET = "Kerkstraat", "Beukenlaan"
OTHERS = "witven"
PEOPLE_OF_OTHERS = 3
CALLS = 40
ANSWERED_WITHIN = 60.0
CONFIRMS, HEARS, RINGS = 10, 12, 17
"""What the dialled number decides: who presses 1, who listens, and whose telephone nobody picks up."""
KINDS = (CONFIRMS, CONFIRMS, HEARS, HEARS, RINGS, RINGS)
"""Of those whom nobody reaches an alert goes on for minutes, so that it can be paused and stopped."""
PEOPLE = len(KINDS)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Assembly]:
    """Everything up in this folder, its screen answering."""
    values = _values()
    settings = Settings.model_validate({**values, "data_dir": folder})
    neighbourhood = folder.with_name(f"{folder.name}-neighbourhood")
    stage = await set_stage(
        voice_for(settings.speech.engine),
        await asterisk_root(settings),
        neighbourhood,
        sip_bind=settings.trunk.uri.removeprefix("sip:"),
        rtp_ports=str(free_audio_ports(CALLS)),
        recordings=neighbourhood / "recordings",
    )
    try:
        wanted = {
            NETWORK: [phone(kind, who) for who, kind in enumerate(KINDS, 1)],
            OTHERS: [phone(CONFIRMS, 50 + who) for who in range(1, PEOPLE_OF_OTHERS + 1)],
        }
        async with serving(settings, wanted, _environment(values, folder)), assemble(settings) as assembly:
            await _move_in(assembly)
            await _until_it_answers(settings)
            yield assembly
    finally:
        await stage.stop()


def _values() -> dict[str, dict[str, str]]:
    sip, ari, trunk, screen = (free_ports(4) for _ in range(4))
    return {
        "pbx": {
            "sip_bind": f"{LOOPBACK}:{sip}",
            "ari_bind": f"{LOOPBACK}:{ari}",
            "rtp_ports": str(free_audio_ports(CALLS)),
        },
        "trunk": {"uri": f"sip:{LOOPBACK}:{trunk}", "simulated": "true"},
        "console": {"start": "true", "bind": f"{LOOPBACK}:{screen}", "countdown": "3"},
        "alert": {"ring": "8"},
    }


def _environment(values: Mapping[str, Mapping[str, str]], folder: Path) -> dict[str, str]:
    told = {
        f"BUURTBEL_{section}_{name}".upper(): value
        for section, those in values.items()
        for name, value in those.items()
    }
    return told | {"BUURTBEL_DATA_DIR": str(folder)}


async def _move_in(assembly: Assembly) -> None:
    """Each network lives in a street of its own."""
    async with assembly.engine.begin() as connection:
        for network, street in ((NETWORK, STREET), (OTHERS, OTHER_STREET)):
            await connection.execute(
                text(
                    "UPDATE member SET street = :street, house_number = member.id FROM membership, network "
                    "WHERE membership.member_id = member.id AND network.id = membership.network_id "
                    "AND network.slug = :network"
                ),
                {"street": street, "network": network},
            )
        names = {NETWORK: "BIN Kerkwijk", OTHERS: "BIN Witven"}
        for network, name in names.items():
            await connection.execute(
                text("UPDATE network SET name = :name WHERE slug = :network"),
                {"name": name, "network": network},
            )


async def _until_it_answers(settings: Settings) -> None:
    async with asyncio.timeout(ANSWERED_WITHIN), httpx.AsyncClient() as client:
        while True:
            try:
                answer = await client.get(f"{settings.console.address}/healthy")
            except httpx.HTTPError:
                await asyncio.sleep(0.2)
                continue
            assert answer.text == "ok\n", answer.text
            return


def tell(line: str) -> None:
    """Say it at once, for who waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
