"""`buurtbel send`, and what is done with an alert then: paused, slowed down, stopped, its code withdrawn."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from broadcast.draft import Draft, SpokenMessage
from broadcast.errors import BadAlert
from buurtbel.assembly import Assembly, assemble
from buurtbel.commands.common import Json, answer, run, settings, told
from buurtbel.commands.sending import send_draft, show_draft
from buurtbel.terminal.alerts import added_text
from buurtbel.terminal.files import File, to_read
from buurtbel.terminal.names import By, who
from buurtbel.terminal.numbers_in_texts import NumbersAreRight, confirm_numbers
from buurtbel.terminal.sentences import Failed, complain
from directory.actor import Actor
from storage.transactions import Transactions

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Texts = Annotated[
    list[str] | None, typer.Option("--text", help="What people hear, as nl=... ; one for each language.")
]
BroadcastNumber = Annotated[
    int, typer.Argument(metavar="BROADCAST", min=1, max=2**31 - 1, help="Number that `send` gave it.")
]
Urgent = Annotated[bool, typer.Option("--urgent", help="Now, day or night.")]


def send(
    *,
    network: Annotated[list[str], typer.Option(help="Short name of a network; may be given more than once.")],
    text: Texts = None,
    recording: Annotated[
        File | None,
        typer.Option(
            parser=to_read,
            help="A sound file to play instead of a text, or beside it; - for what is piped in.",
        ),
    ] = None,
    recording_language: Annotated[str, typer.Option(help="Which language is spoken in it.")] = "nl",
    urgent: Urgent = False,
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Only show what would be said, to how many and for how long, and what is odd about it.",
        ),
    ] = False,
    numbers_are_right: NumbersAreRight = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ring every member of these networks and speak this message."""
    if not text and recording is None:
        complain("Give --text or --recording, or both; `buurtbel send --help` tells what it takes.")
        raise Failed
    actor = who(by)
    file = _content(recording) if recording else None
    with told():
        texts = read_texts(text or ())

    async def draft(assembly: Assembly) -> Draft:
        kept = await _keep_recording(assembly, file, recording_language) if file is not None else None
        return Draft(network, texts, urgent, kept)

    if dry_run:
        show_draft(actor, draft, as_json=as_json)
        return
    if not numbers_are_right:
        confirm_numbers(texts, settings().own_numbers)
    send_draft(actor, draft, as_json=as_json)


def stop(
    broadcast: BroadcastNumber,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take an alert back: nobody is rung any more, and who listens to it hears that it is withdrawn."""
    said = f"Broadcast {broadcast} is stopped."
    _steer(broadcast, by, lambda assembly, actor: assembly.desk.stop(actor, broadcast), said, as_json=as_json)


def pause(
    broadcast: BroadcastNumber,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let nothing new be dialled for an alert until it is resumed; it expires as before.

    Calls that are up go on.
    """
    from broadcast.steering import pause as steering  # noqa: PLC0415 - see `_steer`

    goes_on = f"`buurtbel resume {broadcast}` lets it go on"
    said = f"Broadcast {broadcast} is paused; it expires as before. {goes_on}."
    _steer(
        broadcast,
        by,
        _in_one_transaction(partial(steering.pause, broadcast=broadcast)),
        said,
        as_json=as_json,
    )


def resume(
    broadcast: BroadcastNumber,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let an alert that was paused go on where it was."""
    from broadcast.steering import pause as steering  # noqa: PLC0415 - see `_steer`

    said = f"Broadcast {broadcast} goes on."
    _steer(
        broadcast,
        by,
        _in_one_transaction(partial(steering.resume, broadcast=broadcast)),
        said,
        as_json=as_json,
    )


def pace(
    broadcast: BroadcastNumber,
    calls_per_second: Annotated[
        float | None,
        typer.Option(help="How many of its calls may begin in a second; 0.5 is one in two seconds."),
    ] = None,
    lines: Annotated[
        int | None, typer.Option(help="How many of its calls may be up at the same time.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Slow an alert down while it runs, on all nodes together; what is not given is as the trunks allow."""
    from broadcast.steering.pace import set_pace  # noqa: PLC0415 - see `_steer`

    limits = [] if calls_per_second is None else [f"at most {calls_per_second:g} calls begin in a second"]
    limits += [f"at most {lines} are up"] if lines is not None else []
    goes = f"from now on {' and '.join(limits)}" if limits else "it goes as fast as the trunks allow"
    _steer(
        broadcast,
        by,
        _in_one_transaction(
            partial(set_pace, broadcast=broadcast, calls_per_second=calls_per_second, lines=lines)
        ),
        f"Broadcast {broadcast}: {goes}.",
        as_json=as_json,
    )


def add(
    broadcast: BroadcastNumber,
    network: Annotated[list[str], typer.Option(help="Short name of a network; may be given more than once.")],
    street: Annotated[
        list[str] | None,
        typer.Option(help="Only who lives in this street of these networks; may be given more than once."),
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Call more people for an alert that is under way; who is called for it already is not called twice."""
    from broadcast.steering.addition import Added, Additions  # noqa: PLC0415 - see `_steer`

    actor = who(by)

    async def work() -> Added:
        async with assemble(settings()) as assembly:
            additions = Additions(assembly.engine, assembly.desk, assembly.settings.broadcast)
            return await additions.add(actor, broadcast, network, street or ())

    added = run(work())
    answer(added, as_json=as_json, text=lambda: added_text(added))


def withdraw_code(
    broadcast: BroadcastNumber,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take back the code of an alert: whoever types it hears that it is not known; the alert goes on."""
    said = f"The code of broadcast {broadcast} is withdrawn; nothing else of the alert changes."
    _steer(
        broadcast,
        by,
        lambda assembly, actor: assembly.desk.withdraw_code(actor, broadcast),
        said,
        as_json=as_json,
    )


Work = Callable[[Assembly, Actor], Awaitable[None]]


def _in_one_transaction(work: "Callable[[AsyncConnection, Actor], Awaitable[None]]") -> Work:
    return lambda assembly, actor: Transactions(assembly.engine)(work, actor)


def _steer(
    broadcast: int,
    by: str | None,
    what: Work,
    said: str,
    *,
    as_json: bool,
) -> None:
    """Do `what` as who types this, and say that it is done.

    What does it is imported late: other commands begin with this module.
    """
    actor = who(by)

    async def work() -> None:
        async with assemble(settings()) as assembly:
            await what(assembly, actor)

    run(work())
    answer({"broadcast": broadcast}, as_json=as_json, text=lambda: said)


def _content(recording: File) -> bytes:
    from prompts.recording_file import MOST_BYTES  # noqa: PLC0415 - it brings numpy

    return recording.read(MOST_BYTES)


async def _keep_recording(assembly: Assembly, file: bytes, language: str) -> SpokenMessage:
    from broadcast.audio.kept_sounds import keep_sound  # noqa: PLC0415 - only for who has recorded something
    from prompts.recording_file import read_recording  # noqa: PLC0415 - it brings numpy

    said = await asyncio.to_thread(read_recording, file, assembly.settings.broadcast.longest_recording)
    async with assembly.engine.begin() as connection:
        return SpokenMessage(await keep_sound(connection, said), language)


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
