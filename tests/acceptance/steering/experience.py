"""What the telephones of one scenario experienced, from their recordings and the wire to them."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from prompts.audio import read_laid
from prompts.catalogue import Key
from prompts.normalise.names import NO_NAMES
from simulation.phones.handset import Handset
from tests.acceptance.steering.alert import Alert
from tests.acceptance.steering.figures import Figures
from tests.acceptance.steering.hearing import WHOLE, Heard, Part, Sentence, Tape
from tests.acceptance.steering.people import Person
from tests.acceptance.steering.waiting import until
from tests.acceptance.steering.zones import Zone
from tests.pbx_fixtures import is_closed
from tests.support.sentences import laid_at
from tests.support.server import SECOND_OF_SOUND
from tests.support.timed_wire import TimedCall


class Experience:
    def __init__(self, zone: Zone, figures: Figures) -> None:
        self.zone = zone
        self.figures = figures
        self._networks: dict[str, list[Person]] = {}
        self._alerts: list[Alert] = []
        self._led: dict[str, list[Path]] = {}
        """Recordings of the calls that were taken by us, by number."""

    def numbers_in(self, network: str) -> set[str]:
        return {number for one in self._networks[network] for number in one.numbers}

    def says(self, key: Key) -> Sentence:
        folder = self.zone.desk.settings.sounds_folder
        return Sentence(f"“{key}”", read_laid(laid_at(folder, key, "nl", NO_NAMES)))

    def calls_to(self, person: Person) -> list[TimedCall]:
        return self.zone.wire.calls_to(*person.numbers)

    def rung(self, person: Person) -> int:
        """How many calls their telephones got, as the wire to the telephone network tells."""
        return len(self.calls_to(person))

    async def heard(self, expected: Mapping[Person | str, Sequence[Sequence[Heard | Alert]]]) -> None:
        """Each of these telephones (the first of a person) heard this, answered call by answered call.

        And of no other alert of the story was anything heard there.
        """
        problems: list[str] = []
        for who, calls in expected.items():
            name, number = (who, who) if isinstance(who, str) else (who.name, who.number)
            tapes = await self._tapes_of(number)
            if len(tapes) != len(calls):
                problems.append(f"{name} answered {len(tapes)} calls instead of {len(calls)}")
            for tape, wanted in zip(tapes, calls, strict=False):
                told = [one.text if isinstance(one, Alert) else one for one in wanted]
                problems += await self._differs(name, tape, told)
        assert not problems, "; ".join(problems)

    async def boxes_kept(self, expected: Mapping[Person, Sequence[Sequence[Heard | Alert]]]) -> None:
        """The boxes of these people kept this, message by message; each may have been kept more than once."""
        problems: list[str] = []
        for person, messages in expected.items():
            left = [[one.text if isinstance(one, Alert) else one for one in those] for those in messages]
            for file in sorted((self.box(person) / "INBOX").glob("msg*.wav")):
                tape = Tape(file)
                is_next = len(left) > 1 and not await self._differs("", tape, left[1])
                left = left[1:] if is_next else left
                problems += await self._differs(f"the box of {person.name}", tape, left[0])
            if len(left) > 1:
                problems.append(f"the box of {person.name} did not keep the last of its messages")
        assert not problems, "; ".join(problems)

    def box(self, person: Person) -> Path:
        """The folder of their mailbox, which is behind their first telephone."""
        return self.zone.phones.recordings / "voicemail" / "default" / person.number.removeprefix("+999")

    async def until_box_records(self, person: Person, seconds: float) -> None:
        """Their box has recorded for so long."""
        await until(
            lambda: any(
                file.stat().st_size > seconds * SECOND_OF_SOUND for file in self.box(person).glob("tmp/*.wav")
            ),
            f"the box of {person.name} records",
        )

    async def heard_last(self, expected: Mapping[Person, Sequence[Heard | Alert]]) -> None:
        """On the last call that each of these people took they heard this, and of no other alert anything."""
        problems: list[str] = []
        for person, wanted in expected.items():
            tape = (await self._tapes_of(person.number, only_last=True))[-1]
            told = [one.text if isinstance(one, Alert) else one for one in wanted]
            problems += await self._differs(person.name, tape, told)
        assert not problems, "; ".join(problems)

    async def heard_on(self, call: Handset, *expected: Heard | Alert, since: float = 0.0) -> None:
        """On this call, after so many seconds, they heard this, and nothing of another alert of the story."""
        await until(lambda: call.recording.exists() and is_closed(call.recording), "the phone is put down")
        told = [one.text if isinstance(one, Alert) else one for one in expected]
        problems = await self._differs("who called", Tape(call.recording, since), told)
        assert not problems, "; ".join(problems)

    async def seconds_heard(self, person: Person) -> float:
        """How long the last call was that they took."""
        return (await self._tapes_of(person.number))[-1].sound.seconds

    async def confirms(self, call: Handset, alert: Alert) -> None:
        """They hear all of it and press 1, and are thanked."""
        await call.hears(alert.text.whole, share=WHOLE)
        await call.presses("1")
        await call.hears(self.says("thank_you").sound, share=WHOLE)

    async def goes_over(self, call: Handset, alert: Alert) -> None:
        """They are told that something else comes, hear all of that, and confirm it."""
        await call.hears(self.says("changed").sound, share=WHOLE)
        await self.confirms(call, alert)

    async def corrected(self, correction: Alert, *people: Person) -> None:
        """Note how soon the first of these people, who have put the phone down, heard its first word."""
        moments: list[float] = []
        for person in people:
            calls = self.zone.wire.calls_to(person.number)
            answered = [one.answered_at for one in calls if one.answered_at is not None]
            for at, tape in zip(answered, await self._tapes_of(person.number), strict=True):
                begins = await asyncio.to_thread(tape.begins_at, correction.text)
                if begins is not None:
                    moments.append(at + begins - correction.sent_at)
        self.figures.correction_first.add(min(moments))

    def nobody_was_rung_by_two_at_once(self) -> None:
        ours = {number for network in self._networks for number in self.numbers_in(network)}
        twice = ours & set(self.zone.wire.two_at_once)
        assert not twice, f"rung while another call was up: {sorted(twice)}"

    async def _tapes_of(self, number: str, *, only_last: bool = False) -> list[Tape]:
        """Of the calls that this phone took, in order, once it has been put down for the last time.

        With `only_last` calls before may seem to go on: a machine that died has not put down its telephones.
        """
        led = self._led.get(number)
        folder = self.zone.phones.recordings
        files = led if led is not None else sorted(folder.glob(f"{number.removeprefix('+')}-*.wav"), key=_nth)
        waited = files[-1:] if only_last else files
        await until(lambda: all(one.exists() and is_closed(one) for one in waited), "phones are put down")
        return [Tape(one) for one in files]

    async def _differs(self, name: str, tape: Tape, expected: Sequence[Heard]) -> list[str]:
        said = {one.text if isinstance(one, Part) else one for one in expected}
        others = [one.text for one in self._alerts if one.text not in said]
        found = await asyncio.to_thread(tape.differs, expected, others)
        return [f"{name} heard {one} ({tape.file.name})" for one in found]


def _nth(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])
