"""An alert of a scenario: what officers do with it, and what comes of it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from broadcast.results.results import RecipientResults, results_of
from prompts.catalogue import Key
from tests.acceptance.steering.figures import Figures
from tests.acceptance.steering.hearing import Part, Sentence, Text
from tests.acceptance.steering.people import Person
from tests.acceptance.steering.waiting import PATIENCE, until
from tests.acceptance.steering.zones import Zone
from tests.support.timed_wire import TimedCall


class Told(Protocol):
    """What an alert needs of the story that it is sent in."""

    zone: Zone
    figures: Figures

    def numbers_in(self, network: str) -> set[str]: ...

    def says(self, key: Key) -> Sentence: ...

    async def sent(
        self, command: Sequence[str], words: str, numbers: set[str], name: str, **settings: str
    ) -> "Alert": ...

    async def types(self, *words: str, **settings: str) -> Any: ...


@dataclass(eq=False)
class Alert:
    """One that was sent in a story."""

    story: Told
    id: int
    text: Text
    sent_at: float
    """When the command that sent it had answered, by `time.monotonic`."""
    numbers: set[str]
    """Of those whom it was sent to."""
    paused_at: float = 0.0

    @property
    def part(self) -> Part:
        return Part(self.text)

    # What officers do with it

    async def pause(self) -> None:
        await self.story.types("pause", str(self.id))
        self.paused_at = time.monotonic()

    async def resume(self) -> None:
        await self.story.types("resume", str(self.id))

    async def pace(self, *limits: str) -> None:
        await self.story.types("pace", str(self.id), *limits)

    async def add(self, network: str, *street: str) -> None:
        where = ("--street", *street) if street else ()
        await self.story.types("add", str(self.id), "--network", network, *where)
        self.numbers |= self.story.numbers_in(network)

    async def stop(self) -> None:
        """Every call that is up then must be over soon after."""
        await self.story.types("stop", str(self.id))
        await self.silent_since(time.monotonic())

    async def paused_by_phone(self) -> None:
        """It was paused without us; when, the row tells."""
        await self._until_row("paused_at IS NOT NULL")
        self.paused_at = await self._moment("paused_at")

    async def stopped_by_phone(self) -> None:
        await self._until_row("stopped_at IS NOT NULL")
        await self.silent_since(await self._moment("stopped_at"))

    async def _moment(self, column: str) -> float:
        """A moment of its row, by `time.monotonic`."""
        asked = f"SELECT extract(epoch FROM clock_timestamp() - {column}) FROM broadcast WHERE id = :id"
        [[ago]] = await self.story.zone.ask(asked, id=self.id)
        return time.monotonic() - float(ago)

    async def silent_since(self, stopped: float) -> None:
        """It was stopped at this moment: note how long its calls went on."""
        closing = self.story.says("stopped").sound.seconds
        up = [one for one in self.calls() if one.ended_at is None or one.ended_at > stopped]
        for call in up:
            said = closing if call.answered_at is not None else 0.0
            self.story.figures.stop_to_silence.add(await _end_of(call) - stopped - said)

    async def follow_up(
        self, kind: str, words: str, *, to: str = "", urgent: bool = True, name: str = ""
    ) -> "Alert":
        """With these words, to those whom that is for if nobody else is named."""
        whom = ["--to", to] if to else []
        more = ["--urgent"] if urgent else []
        command = ("follow-up", str(self.id), "--kind", kind, "--text", f"nl={words}", *whom, *more)
        return await self.story.sent(command, words, self.numbers, name or f"the {kind}")

    async def correct(self, words: str, *, name: str = "the correction") -> "Alert":
        return await self.follow_up("correction", words, name=name)

    # What comes of it

    def calls(self) -> list[TimedCall]:
        """To the telephones of those whom it is for."""
        return self.story.zone.wire.calls_to(*self.numbers)

    async def until_rung(self, count: int) -> None:
        """So many calls were asked for."""
        await until(lambda: len(self.calls()) >= count, f"{count} telephones are rung")

    async def until_on_both_nodes(self) -> None:
        await self.until("count(DISTINCT node) > 1")

    async def until(self, what: str, *, seconds: float = PATIENCE) -> None:
        """So it is with its attempts."""
        asked = f"SELECT {what} FROM attempt WHERE broadcast_id = :id"
        await self.story.zone.until_true(asked, id=self.id, seconds=seconds)

    async def until_no_call_is_up(self) -> None:
        await self.until("count(*) FILTER (WHERE state = 'dialling') = 0")

    async def until_closed(self, *, seconds: float = PATIENCE) -> None:
        await self._until_row("state = 'closed'", seconds=seconds)

    async def _until_row(self, what: str, *, seconds: float = PATIENCE) -> None:
        """So it is with its row."""
        asked = f"SELECT {what} FROM broadcast WHERE id = :id"
        await self.story.zone.until_true(asked, id=self.id, seconds=seconds)

    async def until_got(self, person: Person, *results: str) -> None:
        asked = (
            "SELECT result = ANY(:results) FROM recipient JOIN member ON member.id = member_id"
            " WHERE broadcast_id = :id AND name = :name"
        )
        await self.story.zone.until_true(asked, id=self.id, name=person.name, results=list(results))

    async def stayed_quiet(self) -> None:
        """Since the pause, when all that was up is over: nothing was asked for but in that moment."""
        await self.until_no_call_is_up()
        late = [one.asked_at - self.paused_at for one in self.calls() if one.asked_at > self.paused_at]
        quiet = self.story.figures.pause_to_quiet
        quiet.add(max(late, default=0.0))
        assert max(late, default=0.0) <= quiet.bound, f"rung {max(late):.1f} s after the pause"

    async def recipients(self) -> Mapping[str, RecipientResults]:
        async with self.story.zone.assembly.engine.connect() as connection:
            return {one.name: one for one in await results_of(connection, self.id)}

    async def came_to(self, expected: Mapping[Person, str]) -> None:
        """Exactly these people got it, each so."""
        got = {name: str(one.result) for name, one in (await self.recipients()).items()}
        assert got == {person.name: result for person, result in expected.items()}, got


async def _end_of(call: TimedCall) -> float:
    await until(lambda: call.ended_at is not None, "a stopped call is over")
    assert call.ended_at is not None
    return call.ended_at
