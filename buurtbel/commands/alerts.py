"""`buurtbel send`: an alert from its text to its first calls."""

import asyncio
import getpass
from collections.abc import Iterable
from typing import Annotated

import msgspec
import typer

from broadcast.desk import Draft, Sent
from broadcast.errors import BadAlert
from buurtbel.commands.common import Json, answer, run, settings
from buurtbel.commands.sentences import complain
from buurtbel.doctor import hindrance
from buurtbel.switchboard import switchboard


def send(
    network: Annotated[list[str], typer.Option(help="Short name of a network; may be given more than once.")],
    text: Annotated[list[str], typer.Option(help="What people hear, as nl=... ; one for each language.")],
    urgent: Annotated[bool, typer.Option("--urgent", help="Now, day or night.")] = False,
    by: Annotated[str, typer.Option(help="Who sends it.")] = "",
    as_json: Json = False,
) -> None:
    """Ring every member of these networks and speak this message."""

    async def work() -> tuple[Sent, str | None]:
        draft = Draft(network, read_texts(text), urgent, by or getpass.getuser())
        async with switchboard(settings()) as board:
            looking = asyncio.create_task(hindrance(board.settings, board.engine))
            try:
                return await board.desk.send(draft), await looking
            finally:  # an alert that is refused does not wait for what it does not need
                looking.cancel()
                await asyncio.wait({looking})

    sent, hindered_by = run(work())
    warnings = _long_passes(sent, settings().broadcast.long_pass)
    if hindered_by:
        warnings.append(f"The alert is kept, and rings when this is mended: {hindered_by}")
    for warning in warnings:
        complain(warning)
    document = msgspec.to_builtins(sent) | {"warnings": warnings}
    answer(document, as_json=as_json, text=lambda: _sent_text(sent))


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
    return "\n".join([*told, f"Follow it with: buurtbel watch {sent.broadcast}"])
