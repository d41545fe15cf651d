"""Holds what happened against the script: outcomes call by call, and what each phone recorded."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.policy import RetryPolicy
from broadcast.results.results import RecipientResults
from broadcast.tables import Pass, Recipient, StoredAudio
from buurtbel.demo.script import WHOLE, part_of, play_out
from prompts.audio import Audio, decode, read
from prompts.comparator import compare

VOICEMAIL = "+99923"
"""How the numbers of the simulated mailboxes begin."""
_HEARD_WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One person against their script."""

    recipient: RecipientResults
    problems: Sequence[str]
    heard: str = ""

    @property
    def as_scripted(self) -> bool:
        return not self.problems


def judge(
    recipients: Sequence[RecipientResults], sent: Mapping[int, Audio], recordings: Path, policy: RetryPolicy
) -> list[Verdict]:
    """A verdict for each person; `sent` is the pass that each recipient must have heard."""
    return list(judged(recipients, sent, recordings, policy))


def judged(
    recipients: Sequence[RecipientResults], sent: Mapping[int, Audio], recordings: Path, policy: RetryPolicy
) -> Iterator[Verdict]:
    """The same, one by one: listening to what they recorded takes time."""
    ears = _Ears(recordings)
    behind = Counter(number for recipient in recipients for number in recipient.numbers)
    for recipient in recipients:
        problems = _problems(recipient, policy, shares=any(behind[n] > 1 for n in recipient.numbers))
        heard, ears_problems = _listen(recipient, sent[recipient.recipient], ears)
        yield Verdict(recipient, problems + ears_problems, heard)


def whole_recording(verdicts: Iterable[Verdict], recordings: Path) -> tuple[str, Path] | None:
    """Somebody whose phone recorded the whole message, and the file; None when nobody's did."""
    for verdict in verdicts:
        if verdict.as_scripted and verdict.heard == _HEARD_WHOLE:
            [number] = {call.number for call in verdict.recipient.calls if call.answered_at}
            for file in sorted(recordings.glob(_recorded(number))):
                return verdict.recipient.name, file
    return None


async def passes_sent(connection: AsyncConnection, broadcast: int) -> dict[int, Audio]:
    """The very audio that was sent, by recipient."""
    audio = await connection.execute(select(StoredAudio.sha256, StoredAudio.flac))
    stored = dict(audio.all())
    decoded: dict[str, Audio] = {}
    rows = await connection.execute(
        select(Recipient.id, Pass.audio)
        .join(
            Pass,
            (Pass.broadcast_id == Recipient.broadcast_id)
            & (Pass.network_id == Recipient.network_id)
            & (Pass.language == Recipient.language),
        )
        .where(Recipient.broadcast_id == broadcast)
    )
    return {
        recipient: decoded.setdefault(name, decode(stored[name])) if name not in decoded else decoded[name]
        for recipient, name in rows
    }


def _problems(recipient: RecipientResults, policy: RetryPolicy, *, shares: bool) -> list[str]:
    """What differs from the script. Who shares a number may owe a result to the other one's call."""
    scripted = play_out(recipient.numbers, policy)
    calls = sorted(recipient.calls, key=lambda call: call.dialled_at.timestamp() if call.dialled_at else 0.0)
    happened = [(call.number, call.outcome) for call in calls]
    wanted = list(scripted.calls)
    if shares:
        happened.sort()
        wanted = sorted(call for call in wanted if call in happened)
    problems = []
    if recipient.result != scripted.result:
        problems.append(f"result {recipient.result} instead of {scripted.result}")
    if happened != wanted:
        told, meant = (", ".join(str(outcome) for _, outcome in some) for some in (happened, wanted))
        problems.append(f"calls {told or 'none'} instead of {meant}")
    return problems


def _listen(recipient: RecipientResults, sent: Audio, ears: "_Ears") -> tuple[str, list[str]]:
    """What the phones of this person heard, and what of it is not as it should be."""
    answered = dict.fromkeys(call.number for call in recipient.calls if call.answered_at)
    heard = [ears.listen(number, sent) for number in answered]
    return ", ".join(ear.says for ear in heard), [f"heard {ear.says}" for ear in heard if not ear.ok]


def _recorded(number: str) -> str:
    """Where this phone's recordings lie: for a voicemail what it kept, for a person all that was heard."""
    if number.startswith(VOICEMAIL):
        return f"voicemail/default/{number.removeprefix('+999')}/INBOX/msg*.wav"
    return f"{number.removeprefix('+')}-*.wav"


@dataclass(frozen=True, slots=True)
class _Ear:
    ok: bool
    says: str


class _Ears:
    """Listens to what a phone recorded; each phone once for each message."""

    def __init__(self, recordings: Path) -> None:
        self._recordings = recordings
        self._listened: dict[tuple[str, int], _Ear] = {}

    def listen(self, number: str, sent: Audio) -> _Ear:
        key = (number, id(sent))
        if key not in self._listened:
            self._listened[key] = self._listen(number, sent)
        return self._listened[key]

    def _listen(self, number: str, sent: Audio) -> _Ear:
        """Every answered call must have heard what the script says, from the first word."""
        hears = part_of(number).hears
        files = sorted(self._recordings.glob(_recorded(number)))
        if hears is None:
            return _Ear(not files, "nothing" if not files else "something it should not")
        if not files:
            return _Ear(False, "nothing: there is no recording")
        expected = sent if hears == WHOLE else Audio(sent.samples[: round(hears * sent.rate)], sent.rate)
        for file in files:
            hearing = compare(expected, read(file))
            if not hearing.whole:
                return _Ear(False, f"{hearing.found} of {hearing.active} pieces")
        return _Ear(True, _HEARD_WHOLE if hears == WHOLE else f"first {hears:.0f} s")
