"""Takes a message as it is typed, sends it or shows what it would do, and tells what is odd about it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
import typer

from broadcast.draft import Draft, SpokenMessage
from broadcast.engine.nodes import lines_held
from broadcast.errors import BadAlert
from broadcast.rules.forecast import minutes_to_call
from buurtbel.assembly import Assembly, assemble
from buurtbel.commands.common import answer, run, settings, told
from buurtbel.status.doctor import hindrance
from buurtbel.status.progress import callers_say
from buurtbel.terminal.alerts import preview_document, preview_text, sent_text
from buurtbel.terminal.files import File, to_read
from buurtbel.terminal.names import who
from buurtbel.terminal.numbers_in_texts import confirm_numbers
from buurtbel.terminal.sentences import UNTIL_MENDED, Failed, complain
from directory.actor import Actor

if TYPE_CHECKING:  # each costs a tenth of a second, which not every command needs
    from broadcast.alert.desk import Sent
    from broadcast.alert.preview import Preview
    from broadcast.alert.review import Remark
    from broadcast.results.beside import Outlook

T = TypeVar("T")
Make = Callable[[Assembly], Awaitable[Draft]]
Texts = Annotated[
    list[str] | None, typer.Option("--text", help="What people hear, as nl=... ; one for each language.")
]
Recording = Annotated[
    File | None,
    typer.Option(
        parser=to_read,
        help="A sound file to play instead of a text, or beside it; - for what is piped in.",
    ),
]
RecordingLanguage = Annotated[str, typer.Option(help="Which language is spoken in it.")]
Urgent = Annotated[bool, typer.Option("--urgent", help="Now, day or night.")]
DryRun = Annotated[
    bool,
    typer.Option(
        "--dry-run",
        help="Only show what would be said, to how many and for how long, and what is odd about it.",
    ),
]
WOULD_NOT_RING = "No phone would ring now: {}"


@dataclass(frozen=True, slots=True)
class Around:
    """What is told of an alert besides what it is itself."""

    hindered_by: str | None
    """Why no phone would ring now."""
    callers: int
    """How many lines callers hold."""
    lines: int

    def document(self, minutes: int | None, told: Sequence[str]) -> dict[str, Any]:
        return {"minutes": minutes, "callers": self.callers, "lines": self.lines, "warnings": told}

    @property
    def text(self) -> str:
        return f"\nNow {callers_say(self.callers, self.lines)}." if self.callers else ""


def send_draft(actor: Actor, make: Make, *, as_json: bool, warnings: Sequence[str] = ()) -> None:
    """Send what is made, and tell what is called and what hinders it; a refused one leaves nothing behind."""
    (sent, remarks), around = run(_work_on(make, partial(_send, actor), keep=True))
    told = _told([*warnings, *map(str, remarks)], around, UNTIL_MENDED)
    minutes = _minutes(sent.recipients - sent.without_number, sent.passes, sent.outlook, around)
    document = msgspec.to_builtins(sent) | around.document(minutes, told)
    answer(document, as_json=as_json, text=lambda: sent_text(sent, minutes) + around.text)


def show_draft(actor: Actor, make: Make, *, as_json: bool) -> None:
    """Tell what would be heard, by whom, and what hinders it; nothing is sent, and nothing stays of it."""
    seen, around = run(_work_on(make, partial(_preview, actor), keep=False))
    told = _told(list(map(str, seen.remarks)), around, WOULD_NOT_RING)
    minutes = _minutes(seen.reach.members, seen.passes, seen.outlook, around)
    document = preview_document(seen) | around.document(minutes, told)
    answer(document, as_json=as_json, text=lambda: preview_text(seen, minutes) + around.text)


async def _work_on(
    make: Make, work: Callable[[Assembly, Draft], Awaitable[T]], *, keep: bool
) -> tuple[T, Around]:
    """What `work` did with the draft, and whether phones would ring; with `keep` its recording stays."""
    async with assemble(settings()) as assembly:
        looking = asyncio.create_task(hindrance(assembly.settings, assembly.engine))
        try:
            draft = await make(assembly)
            try:
                done = await work(assembly, draft)
                around = Around(await looking, *await _lines_held(assembly))
            except BaseException:
                await _forget_recording(assembly, draft)
                raise
            if not keep:
                await _forget_recording(assembly, draft)
            return done, around
        finally:  # an alert that is refused does not wait for what it does not need
            looking.cancel()
            await asyncio.wait({looking})


async def _send(actor: Actor, assembly: Assembly, draft: Draft) -> "tuple[Sent, list[Remark]]":
    from broadcast.alert.review import review  # noqa: PLC0415 - only who sends

    prepared, chosen = await assembly.desk.prepare(actor, draft), assembly.settings
    remarks = review(draft, prepared.seconds, own=chosen.own_numbers, long_pass=chosen.broadcast.long_pass)
    # Nothing may go wrong any more once phones ring.
    return await assembly.desk.begin(prepared), remarks


async def _preview(actor: Actor, assembly: Assembly, draft: Draft) -> "Preview":
    from broadcast.alert.preview import preview  # noqa: PLC0415 - as above

    prepared = await assembly.desk.prepare(actor, draft)
    async with assembly.engine.connect() as connection:
        return await preview(connection, prepared, assembly.settings.broadcast, assembly.settings.own_numbers)


def _told(warnings: Sequence[str], around: Around, hindered: str) -> list[str]:
    """All warnings, which are told one by one."""
    told = [*warnings, *([hindered.format(around.hindered_by)] if around.hindered_by else [])]
    for warning in told:
        complain(warning)
    return told


async def _lines_held(assembly: Assembly) -> tuple[int, int]:
    async with assembly.engine.connect() as connection:
        return await lines_held(connection)


async def _forget_recording(assembly: Assembly, draft: Draft) -> None:
    if draft.recording is not None:
        from broadcast.audio.kept_sounds import forget_sound  # noqa: PLC0415 - only for who has recorded something

        async with assembly.engine.begin() as connection:
            await forget_sound(connection, draft.recording.audio)


def _minutes(people: int, passes: Mapping[str, float], outlook: "Outlook", around: Around) -> int | None:
    """In how many everybody has been called once, after whom goes first; None while no phone rings.

    The trunks of other nodes are taken for as wide as ours.
    """
    if around.hindered_by:
        return None
    trunk, nodes = settings().trunk, max(1, outlook.nodes)
    return minutes_to_call(
        outlook.before + people,
        lines=nodes * (trunk.channels - trunk.channels_for_callers),
        calls_per_second=nodes * trunk.calls_per_second,
        call_seconds=max(passes.values()),
    )


@dataclass(frozen=True, slots=True)
class TypedMessage:
    """What people are to hear: texts, a sound file, or both."""

    texts: Mapping[str, str]
    file: bytes | None
    language: str
    """Which language is spoken in the file."""

    @classmethod
    def typed(
        cls, text: Sequence[str] | None, recording: File | None, language: str, *, command: str
    ) -> "TypedMessage":
        """As these options of a command give it; a wrong one ends the command with one sentence."""
        if not text and recording is None:
            complain(f"Give --text or --recording, or both; `{command} --help` tells what it takes.")
            raise Failed
        file = _content(recording) if recording else None
        with told():
            return cls(read_texts(text or ()), file, language)

    async def kept(self, assembly: Assembly) -> SpokenMessage | None:
        """The recording, once it is in the database; None when there is none."""
        return None if self.file is None else await _keep_recording(assembly, self.file, self.language)

    def send(
        self, make: Make, *, by: str | None, dry_run: bool, numbers_are_right: bool, as_json: bool
    ) -> None:
        """Send what is made of it, or show what that would do."""
        actor = who(by)
        if dry_run:
            show_draft(actor, make, as_json=as_json)
            return
        if not numbers_are_right:
            confirm_numbers(self.texts, settings().own_numbers)
        send_draft(actor, make, as_json=as_json)


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
