"""Journals drawn by seed, and everything that somebody may do to one."""

import json
import random
from collections.abc import Callable, Sequence

from directory.journal.canonical import BEGINNING, canonical, hash_of
from directory.journal.chain import Head, judge_file, written

ENTRIES = 40
Lines = list[str]
Fields = dict[str, object]


def chained(fields: Sequence[Fields]) -> list[Fields]:
    """These entries with position, previous and hash made anew: what a careful forger would do."""
    made: list[Fields] = []
    for position, one in enumerate(fields, 1):
        previous = made[-1]["hash"] if made else BEGINNING
        entry = one | {"position": position, "previous": previous}
        made.append(entry | {"hash": hash_of(entry)})
    return made


def some(chance: random.Random) -> list[Fields]:
    return chained(
        [
            {
                "at": f"2026-11-30T14:{at // 60:02}:{at % 60:02}.000000Z",
                "actor": "officer",
                "actor_id": chance.randint(1, 9),
                "role": "officer",
                "act": chance.choice(["alert.send", "alert.stop", "report.claim"]),
                "ids": {"broadcast": [chance.randint(1, 99)], "network": [1, 2]},
            }
            for at in range(ENTRIES)
        ]
    )


def file_of(entries: Sequence[Fields]) -> Lines:
    return list(written(entries, Head(len(entries), str(entries[-1]["hash"]))))


def parsed(lines: Lines) -> list[Fields]:
    return [json.loads(line) for line in lines[1:]]


# How somebody tampers: each gets the lines, and gives back other ones


def changes_a_sign(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(len(lines))
    where = chance.randrange(len(lines[at]))
    other = chance.choice([sign for sign in '0123456789abcxyz"{}[],: ' if sign != lines[at][where]])
    lines[at] = lines[at][:where] + other + lines[at][where + 1 :]
    return lines


def says_that_somebody_else_did_it(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(1, len(lines))
    entry = json.loads(lines[at])
    lines[at] = canonical(entry | {"actor_id": 10})
    return lines


def changes_one_and_its_hash(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(1, len(lines))
    entry = json.loads(lines[at]) | {"act": "alert.follow"}
    lines[at] = canonical(entry | {"hash": hash_of(entry)})
    return lines


def removes_one(lines: Lines, chance: random.Random) -> Lines:
    del lines[chance.randrange(1, len(lines))]
    return lines


def removes_one_and_counts_anew(lines: Lines, chance: random.Random) -> Lines:
    del lines[chance.randrange(1, len(lines) - 1)]
    return [canonical(json.loads(lines[0]) | {"entries": len(lines) - 1}), *lines[1:]]


def inserts_a_copy(lines: Lines, chance: random.Random) -> Lines:
    lines.insert(chance.randrange(1, len(lines) + 1), lines[chance.randrange(1, len(lines))])
    return lines


def inserts_one_of_their_own(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(2, len(lines))
    entry = json.loads(lines[at])
    entry["previous"] = json.loads(lines[at - 1])["hash"]
    entry["actor_id"] = 10
    lines.insert(at, canonical(entry | {"hash": hash_of(entry)}))
    return lines


def puts_one_before_another(lines: Lines, chance: random.Random) -> Lines:
    first, second = chance.sample(range(1, len(lines)), 2)
    lines[first], lines[second] = lines[second], lines[first]
    return lines


def cuts_the_tail(lines: Lines, chance: random.Random) -> Lines:
    return lines[: chance.randrange(1, len(lines))]


def adds_one_at_the_end(lines: Lines, chance: random.Random) -> Lines:
    more = chained([*parsed(lines), parsed(lines)[chance.randrange(3)]])
    return [*lines, canonical(more[-1])]


def adds_white_space(lines: Lines, chance: random.Random) -> Lines:
    at = chance.randrange(len(lines))
    lines[at] = lines[at].replace(":", ": ", 1)
    return lines


TAMPERS: Sequence[Callable[[Lines, random.Random], Lines]] = (
    changes_a_sign,
    says_that_somebody_else_did_it,
    changes_one_and_its_hash,
    removes_one,
    removes_one_and_counts_anew,
    inserts_a_copy,
    inserts_one_of_their_own,
    puts_one_before_another,
    cuts_the_tail,
    adds_one_at_the_end,
    adds_white_space,
)


# Those who write the whole chain anew, and its head too: found by a hash that was noted elsewhere


def writes_all_anew(lines: Lines, chance: random.Random) -> Lines:
    entries = parsed(lines)
    del entries[chance.randrange(len(entries) - 1)]
    return file_of(chained(entries))


def cuts_the_tail_and_the_head(lines: Lines, chance: random.Random) -> Lines:
    return file_of(parsed(lines)[: chance.randrange(1, ENTRIES)])


CAREFUL_TAMPERS = (writes_all_anew, cuts_the_tail_and_the_head)


def tampered(seed: int) -> tuple[str, bool]:
    """How a journal was tampered with, and whether that is found."""
    chance = random.Random(seed)
    entries = some(chance)
    before, head = file_of(entries), str(entries[-1]["hash"])
    tamper = chance.choice([*TAMPERS, *CAREFUL_TAMPERS])
    after = tamper(list(before), chance)
    assert after != before, f"{tamper.__name__} changed nothing"
    noted = head if tamper in CAREFUL_TAMPERS else None
    return tamper.__name__, judge_file(after, noted=noted).fault is not None
