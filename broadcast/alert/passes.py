"""What a broadcast says on its calls, made before anything is written: typed or recorded."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.audio.kept_sounds import keep_sounds, kept_sound, named
from broadcast.draft import Draft, SpokenMessage
from broadcast.errors import BadAlert
from broadcast.policy import BroadcastPolicy
from broadcast.tables import Broadcast, BroadcastRecording, BroadcastText, Pass
from directory.tables import Network
from prompts import audio as sound
from prompts.normalise.names import NO_NAMES, Names
from prompts.passes import render_pass, render_recorded_pass
from prompts.recording_file import TOLERANCE
from prompts.voice import Voice


@dataclass(frozen=True, slots=True)
class RenderedPass:
    network: int
    language: str
    audio: str
    seconds: float
    flac: bytes


class PassRenderer:
    """Speaks the passes of a draft."""

    def __init__(self, voice: Voice, policy: BroadcastPolicy, *, zones: Mapping[str, str]) -> None:
        self._voice = voice
        self._policy = policy
        self._zones = zones

    async def recording_of(self, connection: AsyncConnection, draft: Draft) -> sound.Audio | None:
        """What was recorded for this draft. Raises BadAlert when it is not there, or too long."""
        if draft.recording is None:
            return None
        flac = await kept_sound(connection, draft.recording.audio)
        if flac is None:
            raise BadAlert("The recording of this alert is not there any more; record it again.")
        recorded, longest = await asyncio.to_thread(sound.decode, flac), self._policy.longest_recording
        if recorded.seconds > longest + TOLERANCE:
            raise BadAlert(
                f"The recording lasts {recorded.seconds:.0f} seconds, of {longest:.0f} at most: say less."
            )
        return recorded

    async def render(
        self, to: Network, language: str, draft: Draft, recorded: sound.Audio | None, names: Names = NO_NAMES
    ) -> RenderedPass:
        """What members of this network with this language hear; `names` are its own. Raises SpeechError."""
        around: dict[str, Any] = {
            "language": language,
            "zone": self._zones[language],
            "network": to.name,
            "names": names,
        }
        text = draft.text_for(language)
        if text is None:
            assert recorded is not None
            audio = await render_recorded_pass(self._voice, recording=recorded, urgent=draft.urgent, **around)
        else:
            audio = await render_pass(
                self._voice,
                text=text[0],
                text_language=text[1],
                urgent=draft.urgent,
                longest=self._policy.longest_pass,
                **around,
            )
        flac = await asyncio.to_thread(sound.encode_flac, audio)
        return RenderedPass(to.id, language, named(flac), audio.seconds, flac)


async def keep_message(connection: AsyncConnection, broadcast: int, draft: Draft) -> None:
    """What the officer said and wrote, as it was given."""
    if draft.texts:
        await connection.execute(
            insert(BroadcastText),
            [
                {"broadcast_id": broadcast, "language": language, "text": text, "position": position}
                for position, (language, text) in enumerate(draft.texts.items())
            ],
        )
    if draft.recording is not None:
        await connection.execute(
            insert(BroadcastRecording).values(
                broadcast_id=broadcast, language=draft.recording.language, audio=draft.recording.audio
            )
        )


async def kept_message(connection: AsyncConnection, broadcast: int, networks: Sequence[str]) -> Draft:
    """The same message once more, for these networks."""
    texts = select(BroadcastText.language, BroadcastText.text).order_by(BroadcastText.position)
    rows = await connection.execute(texts.where(BroadcastText.broadcast_id == broadcast))
    recorded = select(BroadcastRecording.audio, BroadcastRecording.language)
    recording = (
        await connection.execute(recorded.where(BroadcastRecording.broadcast_id == broadcast))
    ).one_or_none()
    urgent = await connection.scalar(select(Broadcast.urgent).where(Broadcast.id == broadcast))
    return Draft(
        networks,
        {row.language: row.text for row in rows},
        bool(urgent),
        SpokenMessage(*recording) if recording is not None else None,
    )


async def keep_passes(connection: AsyncConnection, broadcast: int, passes: Sequence[RenderedPass]) -> None:
    await keep_sounds(connection, {one.audio: (one.seconds, one.flac) for one in passes})
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
