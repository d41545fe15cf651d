"""`buurtbel send`, and what is done with an alert then: paused, slowed down, stopped, its code withdrawn."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from broadcast.draft import Draft, FollowUp
from broadcast.rules.follow_ups import usual
from broadcast.states import FollowUpKind, Whom
from broadcast.steering.follow_up import follow_up_draft
from buurtbel.assembly import Assembly, assemble
from buurtbel.commands.common import Json, answer, run, settings
from buurtbel.commands.sending import (
    DryRun,
    Recording,
    RecordingLanguage,
    Texts,
    TypedMessage,
    Urgent,
)
from buurtbel.terminal.alerts import added_text
from buurtbel.terminal.names import By, who
from buurtbel.terminal.numbers_in_texts import NumbersAreRight
from directory.actor import Actor
from storage.transactions import Transactions

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

BroadcastNumber = Annotated[
    int, typer.Argument(metavar="BROADCAST", min=1, max=2**31 - 1, help="Number that `send` gave it.")
]


def send(
    *,
    network: Annotated[list[str], typer.Option(help="Short name of a network; may be given more than once.")],
    text: Texts = None,
    recording: Recording = None,
    recording_language: RecordingLanguage = "nl",
    urgent: Urgent = False,
    dry_run: DryRun = False,
    numbers_are_right: NumbersAreRight = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Ring every member of these networks and speak this message."""
    said = TypedMessage.typed(text, recording, recording_language, command="buurtbel send")

    async def draft(assembly: Assembly) -> Draft:
        return Draft(network, said.texts, urgent, await said.kept(assembly))

    said.send(draft, by=by, dry_run=dry_run, numbers_are_right=numbers_are_right, as_json=as_json)


def follow_up(
    broadcast: BroadcastNumber,
    *,
    kind: Annotated[
        Literal["all-clear", "correction", "more"],
        typer.Option(
            help="What it is. all-clear: it is over, and nobody is rung with the first any more. "
            "correction: the first is wrong and withdrawn; who is hearing it hears this on the same call. "
            "more: the first goes on.",
        ),
    ],
    to: Annotated[
        Literal["heard", "unconfirmed", "all"] | None,
        typer.Option(
            help="Who heard it or whose voicemail kept it, who has not confirmed it, or all whom it was for; "
            "if not given, all for a correction and else heard.",
        ),
    ] = None,
    text: Texts = None,
    recording: Recording = None,
    recording_language: RecordingLanguage = "nl",
    urgent: Urgent = False,
    dry_run: DryRun = False,
    numbers_are_right: NumbersAreRight = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tell those of an earlier alert what comes after it, by what each of them heard of it."""
    said = TypedMessage.typed(text, recording, recording_language, command="buurtbel follow-up")
    its_kind = FollowUpKind(kind)
    asked = FollowUp(broadcast, its_kind, usual(its_kind) if to is None else Whom(to))

    async def draft(assembly: Assembly) -> Draft:
        kept = await said.kept(assembly)
        async with assembly.engine.begin() as connection:
            return await follow_up_draft(connection, asked, urgent=urgent, texts=said.texts, recording=kept)

    said.send(draft, by=by, dry_run=dry_run, numbers_are_right=numbers_are_right, as_json=as_json)


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
