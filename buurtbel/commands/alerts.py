"""`buurtbel send`: an alert from its text to its first calls."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from broadcast.desk import Sent
from broadcast.draft import Draft, Recording
from broadcast.errors import BadAlert
from broadcast.kept_sounds import forget_sound, keep_sound
from buurtbel.commands.common import Json, answer, run, settings
from buurtbel.commands.sentences import Failed, complain
from buurtbel.doctor import hindrance
from buurtbel.switchboard import Switchboard, switchboard
from prompts.recorded import read_recording

Texts = Annotated[
    list[str] | None, typer.Option("--text", help="What people hear, as nl=... ; one for each language.")
]
Urgent = Annotated[bool, typer.Option("--urgent", help="Now, day or night.")]
By = Annotated[str, typer.Option(help="Who sends it.")]


def send(
    *,
    network: Annotated[list[str], typer.Option(help="Short name of a network; may be given more than once.")],
    text: Texts = None,
    recording: Annotated[
        Path | None, typer.Option(help="A sound file to play instead of a text, or beside it.")
    ] = None,
    recording_language: Annotated[str, typer.Option(help="Which language is spoken in it.")] = "nl",
    urgent: Urgent = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Ring every member of these networks and speak this message."""
    if not text and recording is None:
        complain("Give --text or --recording, or both; `buurtbel send --help` tells what it takes.")
        raise Failed

    async def draft(board: Switchboard) -> Draft:
        texts = read_texts(text or ())
        kept = await _keep_recording(board, recording, recording_language) if recording else None
        return Draft(network, texts, urgent, by or getpass.getuser(), kept)

    send_draft(draft, as_json=as_json)


def stop(
    broadcast: Annotated[int, typer.Argument(min=1, max=2**31 - 1, help="Number that `send` gave it.")],
    by: Annotated[str, typer.Option(help="Who stops it.")] = "",
    as_json: Json = False,
) -> None:
    """Take an alert back: nobody is rung any more, and who listens to it hears that it is withdrawn."""

    async def work() -> None:
        async with switchboard(settings()) as board:
            await board.desk.stop(broadcast, by or getpass.getuser())

    run(work())
    answer({"broadcast": broadcast}, as_json=as_json, text=lambda: f"Broadcast {broadcast} is stopped.")


def send_draft(
    make: Callable[[Switchboard], Awaitable[Draft]], *, as_json: bool, warnings: Sequence[str] = ()
) -> None:
    """Send what is made, and tell what is called and what hinders it; a refused one leaves nothing behind."""

    async def work() -> tuple[Sent, str | None]:
        async with switchboard(settings()) as board:
            looking = asyncio.create_task(hindrance(board.settings, board.engine))
            try:
                draft = await make(board)
                try:
                    return await board.desk.send(draft), await looking
                except BaseException:
                    await _forget_recording(board, draft)
                    raise
            finally:  # an alert that is refused does not wait for what it does not need
                looking.cancel()
                await asyncio.wait({looking})

    sent, hindered_by = run(work())
    told = [*warnings, *_long_passes(sent, settings().broadcast.long_pass)]
    if hindered_by:
        told.append(f"The alert is kept, and rings when this is mended: {hindered_by}")
    for warning in told:
        complain(warning)
    document = msgspec.to_builtins(sent) | {"warnings": told}
    answer(document, as_json=as_json, text=lambda: _sent_text(sent))


async def _keep_recording(board: Switchboard, file: Path, language: str) -> Recording:
    try:
        said = await asyncio.to_thread(read_recording, file)
    except OSError as error:
        raise BadAlert(f"{file} cannot be read ({error.strerror}); check its name.") from error
    async with board.engine.begin() as connection:
        return Recording(await keep_sound(connection, said), language)


async def _forget_recording(board: Switchboard, draft: Draft) -> None:
    if draft.recording is not None:
        async with board.engine.begin() as connection:
            await forget_sound(connection, draft.recording.audio)


def _long_passes(sent: Sent, limit: float) -> list[str]:
    return [
        f"The message lasts {seconds:.0f} s in {language}; of more than {limit:.0f} s much is forgotten, "
        "and an answering machine may cut it: say less next time."
        for language, seconds in sent.passes.items()
        if seconds > limit
    ]


def read_texts(arguments: Iterable[str]) -> dict[str, str]:
    """`nl=...` arguments as texts by language. Raises BadAlert."""
    texts: dict[str, str] = {}
    for argument in arguments:
        language, equals, text = argument.partition("=")
        if not equals:
            raise BadAlert("Write each text with its language in front of it, for example --text 'nl=...'.")
        if (language := language.strip()) in texts:
            raise BadAlert(f"There are two texts in {language[:20]!r}; give one for each language.")
        texts[language] = text
    return texts


def _sent_text(sent: Sent) -> str:
    seconds = ", ".join(f"{language} {length:.1f} s" for language, length in sent.passes.items())
    told = [
        f"Broadcast {sent.broadcast}: ringing {sent.recipients - sent.without_number} people ({seconds})."
    ]
    if sent.without_number:
        told.append(f"{sent.without_number} members have no number that can be called.")
    if sent.other_language:
        told.append(f"{sent.other_language} members hear the text in another language than their own.")
    told.append(f"Who calls from an unknown number hears it with the code {sent.code}.")
    return "\n".join([*told, f"Follow it with: buurtbel watch {sent.broadcast}"])
