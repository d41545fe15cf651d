"""A house of `make lines`: a server of its own, and a neighbourhood whose phones call it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.server import NETWORK, serving
from buurtbel.assembly import assemble, asterisk_root
from buurtbel.settings.settings import Settings
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports
from embedded.network.ports import Address
from prompts.engines import voice_for
from prompts.languages import LANGUAGES
from simulation.neighbourhood import Passwords, start_neighbourhood
from simulation.phones.handset import Handsets, handsets
from simulation.stage import spoken
from tests.acceptance.conversations.callers import UNKNOWN, Conversation
from tests.acceptance.stage import LineStage, set_lines_stage

CHANNELS = 80
"""Of the trunk: half of them is more than sixty members take who call within a minute."""
CALLS = 130
"""More than ever are up at once, in and out."""
SPARE = "+99917799999"
"""A member whom nobody calls, because a server wants one."""
Values = Mapping[str, Mapping[str, str]]
"""Settings by section."""


@dataclass(frozen=True, slots=True)
class House:
    """One server, and the conversations that are held with it, by name."""

    name: str
    conversations: Mapping[str, Conversation]
    alone: Mapping[str, Conversation] = field(default_factory=dict)
    """Held when all others are over: they need the whole machine."""
    values: Values = field(default_factory=dict)
    """What is set otherwise than in other houses."""

    def only(self, part: str) -> "House":
        """The same, with those that have this part in their names."""
        held = {name: one for name, one in self.conversations.items() if part in name}
        return replace(
            self, conversations=held, alone={name: one for name, one in self.alone.items() if part in name}
        )

    @property
    def is_played(self) -> bool:
        return bool(self.conversations or self.alone)

    @property
    def numbers(self) -> Mapping[str, str]:
        """Who calls in which conversation."""
        return {name: f"+99917{700_000 + at}" for at, name in enumerate([*self.conversations, *self.alone])}


@asynccontextmanager
async def opened(house: House, folder: Path) -> AsyncIterator[LineStage]:
    """Everything up in this folder, with everybody a member who is to be known."""
    values = _values(house)
    settings = Settings.model_validate({**values, "data_dir": folder})
    people = {name: (number, _language(name)) for name, number in house.numbers.items() if name != UNKNOWN}
    async with (
        _phones(settings, folder.with_name(f"{folder.name}-neighbourhood")) as phones,
        serving(settings, {NETWORK: [SPARE]}, _environment(values, folder)),
        assemble(settings) as assembly,
    ):
        yield await set_lines_stage(assembly, phones, people)


def _values(house: House) -> Values:
    """Phones do not ring for long."""
    sip, trunk, ari = (free_ports(4) for _ in range(3))
    return {
        "pbx": {
            "sip_bind": f"{LOOPBACK}:{sip}",
            "ari_bind": f"{LOOPBACK}:{ari}",
            "rtp_ports": str(free_audio_ports(CALLS)),
        },
        # A phone of another make calls us without a network: it names another address than it sends from.
        "trunk": {
            "uri": f"sip:{LOOPBACK}:{trunk}",
            "simulated": "true",
            "symmetric_rtp": "true",
            "channels": str(CHANNELS),
            # Sixty of them call while an urgent alert lacks lines, and nobody may be refused.
            "most_for_callers": "0.75",
        },
        "alert": {"ring": "4"},
        **house.values,
    }


def _environment(values: Values, folder: Path) -> dict[str, str]:
    told = {
        f"BUURTBEL_{section}_{name}".upper(): value
        for section, those in values.items()
        for name, value in those.items()
    }
    return told | {"BUURTBEL_DATA_DIR": str(folder)}


def _language(conversation: str) -> str:
    return next((one for one in LANGUAGES if conversation.endswith(f" in {one}")), "nl")


@asynccontextmanager
async def _phones(settings: Settings, folder: Path) -> AsyncIterator[Handsets]:
    """The neighbourhood at the settings' trunk, and its phones once they can call."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    door, passwords = Address(LOOPBACK, free_ports(1)), Passwords.made()
    recordings, voice = folder / "recordings", voice_for(settings.speech.engine)
    asterisk = await start_neighbourhood(
        await asterisk_root(settings),
        folder,
        sip_bind=settings.trunk.uri.removeprefix("sip:"),
        rtp_ports=str(free_audio_ports(CALLS)),
        recordings=recordings,
        hello=await spoken(voice, folder / "hello.wav", "neighbour_hello"),
        greeting=await spoken(voice, folder / "greeting.wav", "neighbour_greeting"),
        passwords=passwords,
        ari=door,
    )
    try:
        dials = f"sip:{settings.trunk.caller_id}@{settings.pbx.sip_bind}"
        async with handsets(door, passwords.handsets, dials=dials, recordings=recordings) as phones:
            yield phones
    finally:
        await asterisk.stop()
