"""`buurtbel say`: what is heard of a text, before anybody is called."""

import io
import shutil
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated

import typer

from buurtbel.commands.common import Json, answer, run, settings
from buurtbel.database.address import database
from buurtbel.errors import NotRunning
from buurtbel.settings.settings import Settings
from buurtbel.terminal.files import to_write
from buurtbel.terminal.sentences import Failed, complain
from prompts.languages import LANGUAGES
from prompts.normalise.names import NO_NAMES, Names

if TYPE_CHECKING:  # it brings numpy
    from prompts.audio import Audio

LONGEST = 4_000
"""Characters."""
PLAYERS = (("aplay", "-q"), ("paplay",), ("pw-play",), ("play", "-q"), ("afplay",))
"""Programs that play a WAV file, each with what keeps it quiet otherwise."""


app = typer.Typer(add_completion=False, rich_markup_mode=None)


# A text may begin with a minus, as no option does that there is.
@app.command(context_settings={"ignore_unknown_options": True})
def say(
    *,
    language: Annotated[str, typer.Argument(help="Language of the text: nl, fr, de or en.")],
    text: Annotated[str, typer.Argument(help="What is written.")],
    words: Annotated[bool, typer.Option("--words", help="Only show the words that are said.")] = False,
    play: Annotated[bool, typer.Option("--play", help="Play them, as is done without any option.")] = False,
    out: Annotated[str, typer.Option(help="Write them as a WAV file; - for the standard output.")] = "",
    network: Annotated[
        str | None,
        typer.Option(help="Short name of a network: its own list of pronunciations and streets counts."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Show, play or write what is heard of a text: numbers, times, plates and abbreviations in words."""
    _check(language, text, out)
    if words and (play or out):
        complain("Nothing is played or written with --words; leave it out, the words are shown all the same.")
        raise Failed
    if words:
        said = run(_words(settings(), language, text, network))
        answer({"words": said}, as_json=as_json, text=lambda: said)
        return
    player = _player() if play or not out else None
    with to_write(out) if out and out != "-" else nullcontext() as file:
        said, audio = run(_spoken(settings(), language, text, network))
        wav = _wav(audio)
        if file is not None:
            file.write(wav)
    if out == "-":
        sys.stdout.buffer.write(wav)
    else:
        document = {"words": said, "seconds": round(audio.seconds, 2), "file": out or None}
        answer(document, as_json=as_json, text=lambda: said)
    if player is not None:
        _play(player, wav)


def _check(language: str, text: str, out: str) -> None:
    if language not in LANGUAGES:
        complain(f"There is no language {language[:20]!r}; use {', '.join(LANGUAGES)}.")
        raise Failed
    if not any(sign.isalnum() for sign in text):
        complain("There are no words to say; write what people must hear.")
        raise Failed
    if len(text) > LONGEST:
        complain(f"The text has {len(text)} characters, of {LONGEST} at most; shorten it.")
        raise Failed
    if out == "-" and (sys.stdout is None or sys.stdout.isatty()):
        complain("The standard output is no pipe and no file; pipe it to what plays sound, or name a file.")
        raise Failed


async def _words(chosen: Settings, language: str, text: str, network: str | None) -> str:
    from prompts.normalise import normalise  # noqa: PLC0415 - it brings what numbers are called

    return normalise(text, language, await _names(chosen, network))


async def _spoken(chosen: Settings, language: str, text: str, network: str | None) -> "tuple[str, Audio]":
    """The words, and how they sound as a part of an alert."""
    from prompts.audio import STORED_RATE  # noqa: PLC0415 - it brings numpy
    from prompts.engines import voice_for  # noqa: PLC0415 - as above
    from prompts.normalise import normalise  # noqa: PLC0415 - as above
    from prompts.passes import render_sentence  # noqa: PLC0415 - as above

    names = await _names(chosen, network)
    audio = await render_sentence(voice_for(chosen.speech.engine), text, language, names)
    return normalise(text, language, names), audio.at(STORED_RATE)


async def _names(chosen: Settings, network: str | None) -> Names:
    """The list of pronunciations; without a database there is none, which only a network needs."""
    from sqlalchemy.ext.asyncio import AsyncSession  # noqa: PLC0415 - who only asks for help waits for less

    from directory import registry  # noqa: PLC0415 - as above
    from directory.pronunciation import names_everywhere, names_of  # noqa: PLC0415 - as above

    try:
        async with database(chosen) as engine, AsyncSession(engine) as session:
            if network is None:
                return await names_everywhere(session, ())
            return await names_of(session, (await registry.network(session, network)).id)
    except NotRunning:
        if network is not None:
            raise
        return NO_NAMES


def _wav(audio: "Audio") -> bytes:
    import soundfile  # noqa: PLC0415 - only who hears something

    wav = io.BytesIO()
    soundfile.write(wav, audio.samples, audio.rate, format="WAV", subtype="PCM_16")
    return wav.getvalue()


def _player() -> list[str]:
    for program, *quiet in PLAYERS:
        if path := shutil.which(program):
            return [path, *quiet]
    complain(
        "Nothing here plays sound; install alsa-utils, write a file with --out, or see the words by --words."
    )
    raise Failed


def _play(player: list[str], wav: bytes) -> None:
    with tempfile.NamedTemporaryFile(prefix="said-", suffix=".wav") as file:
        file.write(wav)
        file.flush()
        ended = subprocess.run([*player, file.name], capture_output=True, check=False)
    if ended.returncode:
        complain(f"{player[0]} could not play it; is there a sound card? Write a file with --out instead.")
        raise Failed
