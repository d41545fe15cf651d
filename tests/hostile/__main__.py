"""`make hostile`: odd far ends, strangers on the network and accounts on the machine try everything."""

import argparse
import importlib
import os
import pkgutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import groupby
from random import Random

from bench.say import say
from broadcast.responses.codes import chance_to_find
from directory.officers.lockout_policy import LockoutPolicy
from embedded.network.free_ports import LOOPBACK
from tests.far_ends.telling import FEWEST_FAR_ENDS
from tests.hostile import attacks
from tests.hostile.attack import AFTER, ATTACKS, DURING, LAST, Attack, Verdict, play
from tests.hostile.canary import WORDS, System
from tests.hostile.far_ends import ring_far_ends
from tests.hostile.forged_callbacks import forge_call_backs
from tests.hostile.held_lines import hold_lines
from tests.hostile.logs import Logs
from tests.hostile.media import Media
from tests.hostile.sending import FOREIGN, Sent, door_at, throw
from tests.hostile.site import Site, site
from tests.hostile.tally import Tally
from tests.support.people import phone
from tests.support.processes import ours

PACKETS, SOUNDS = 20_000, 20_000
LARGEST_LOGS_KB = 4096
FEWEST_ATTACKS = 30
TEXT = "Inbraak bezig. Blijf binnen."
KINDS = (10, 11, 11, 12, 12, 13, 14, 15, 15, 15, 16, 17, 18, 19, 20, 21, 22, 23)
CLOSED_WITHIN = 180.0


def main() -> int:
    asked = _asked()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if os.geteuid() != 0:
        sys.stderr.write(
            "hostile: this needs root, who can act for every account: run it as root or with sudo.\n"
        )
        return 1
    for module in pkgutil.iter_modules(attacks.__path__):
        importlib.import_module(f"{attacks.__name__}.{module.name}")
    tally = Tally()
    try:
        _ring_far_ends(tally)
        _hold_lines(tally)
        _forge_call_backs(tally)
        with site(asked.seed) as here:
            _play_all(here, tally)
    except (Exception, KeyboardInterrupt, SystemExit) as why:  # noqa: BLE001 - what was seen until then is told
        tally.problems.append(f"the run ended early: {why!r}")
    return _tell(tally)


def _ring_far_ends(tally: Tally) -> None:
    began = time.monotonic()
    tally.far_ends = ring_far_ends()
    seconds = time.monotonic() - began
    say(f"  far ends: {tally.far_ends.as_expected} of {tally.far_ends.rung} as expected, {seconds:.0f} s")


def _hold_lines(tally: Tally) -> None:
    tally.held_lines = hold_lines()
    say(f"  held lines: {tally.held_lines}")


def _forge_call_backs(tally: Tally) -> None:
    tally.forged = forge_call_backs()
    say(f"  call-backs: {tally.forged}")


def _play_all(here: Site, tally: Tally) -> None:
    system = System()
    _under_an_alert(here, tally)
    for some in _in_turns(one for one in ATTACKS if one.when == AFTER):
        began = time.monotonic()
        tally.add(play(some, here) if some[0].restarts else _one_by_one(some, here))
        who = f"{some[0].restarts} started again, turn {some[0].turn}" if some[0].restarts else "at once"
        say(f"  {who}: {len(some)} attacks, {time.monotonic() - began:.0f} s")
    _alert(here, tally, "after everything", KINDS[:6], first=200)
    tally.add(play([one for one in ATTACKS if one.when == LAST], here))
    _look(here, system, tally)


def _in_turns(some: Iterable[Attack]) -> list[list[Attack]]:
    """Those without a restart first, one by one; then those that share one."""

    def turn(one: Attack) -> tuple[str, int]:
        return one.restarts, one.turn

    ordered = sorted(some, key=turn)
    return [list(together) for _turn, together in groupby(ordered, key=turn)]


def _under_an_alert(here: Site, tally: Tally) -> None:
    """The flood and the tricks of the network, while some people are told something important."""
    tricks = [one for one in ATTACKS if one.when == DURING]
    with ThreadPoolExecutor(8) as others:
        tried = [
            others.submit(_one_by_one, list(some), here) for _, some in groupby(tricks, lambda one: one.group)
        ]
        flood, noise = others.submit(_flood, here), others.submit(_noise, here)
        _alert(here, tally, "under attack", KINDS, first=100)
        for group in tried:
            tally.add(group.result())
        tally.sent, sounds = flood.result(), noise.result()
    say(f"  SIP: {tally.sent.packets} packets, {tally.sent.lost} had no room, {tally.sent.answered} answered")
    say(f"  sound: {sounds} packets to the ports of calls")


def _one_by_one(some: list[Attack], here: Site) -> list[Verdict]:
    return [verdict for one in some for verdict in play([one], here)]


def _flood(here: Site) -> Sent:
    """More than is asked, for what the socket has no room for does not count."""
    sent = Sent()
    half = PACKETS // 2
    for name, sources in (("trunk", (LOOPBACK,)), ("foreign", FOREIGN)):
        packets = iter(here.packets(name))
        while sent.packets - sent.lost < (half if name == "trunk" else PACKETS):
            more = throw(packets, 500, here.sip, sources)
            sent = Sent(sent.packets + more.packets, sent.lost + more.lost, sent.answered + more.answered)
    return sent


def _noise(here: Site) -> int:
    """Sound to all ports of calls; a port that nobody reads keeps what it has room for."""
    random = Random(f"{here.seed} sound")
    packets = iter(Media(random))
    with ExitStack() as open_:
        doors = [open_.enter_context(door_at(source)) for source in FOREIGN]
        for number in range(SOUNDS):
            port = random.randrange(here.audio.first, here.audio.last + 1)
            with suppress(OSError):  # a packet filter may say no
                random.choice(doors).sendto(next(packets), (LOOPBACK, port))
            if number % 50 == 0:
                time.sleep(0.05)
    return SOUNDS


def _alert(here: Site, tally: Tally, name: str, kinds: Iterable[int], *, first: int) -> None:
    """Sent to some people, and held against what their phones do."""
    people = {
        f"Number {at} {name}": [phone(kind, at if kind == 23 else 7000 + at)]
        for at, kind in enumerate(kinds, first - 99)
    }
    here.members |= {number.removeprefix("+") for numbers in people.values() for number in numbers}
    slug = name.replace(" ", "-")
    here.server.enrol(slug, people)
    broadcast = here.server.send(slug, TEXT)
    here.server.until_closed(broadcast, seconds=CLOSED_WITHIN)
    verdicts = here.server.verdicts(broadcast, here.recordings)
    wrong = [f"{one.recipient.name}: {', '.join(one.problems)}" for one in verdicts if not one.as_scripted]
    tally.problems += [f"alert {name}: {words}" for words in wrong]
    say(f"  alert {name}: {len(verdicts) - len(wrong)} of {len(verdicts)} people as scripted")


def _look(here: Site, system: System, tally: Tally) -> None:
    """What is left of it on the machine."""
    changed = system.changed()
    tally.files_changed = len(changed)
    tally.problems += [f"changed: {words}" for words in changed]
    roots = [one for one in ours(here.folder) if 0 in one.uids]
    tally.root_processes = len(roots)
    tally.problems += [f"runs as root: {one}" for one in roots]
    if not here.is_ready():
        tally.problems.append(f"not everything runs: {here.what_is_missing()}")
    logs = Logs.of(here.folder, here.server.log)
    tally.log_kb = logs.kilobytes
    for what, found in {
        "holds a number": logs.with_numbers(here.numbers),
        "holds control characters": logs.with_controls(),
        "was written by a packet": logs.forged(),
        "tells what a file of somebody else's says": logs.with_words(WORDS),
    }.items():
        tally.problems += [f"{where} {what}" for where in found[:3]]
        tally.problems += [f"and {len(found) - 3} more lines like these"] if len(found) > 3 else []
        tally.numbers_in_logs += len(found) if what == "holds a number" else 0


def _tell(tally: Tally) -> int:
    groups = Counter(one.attack.group for one in tally.verdicts)
    repelled = Counter(one.attack.group for one in tally.verdicts if one.repelled)
    for group, count in groups.items():
        say(f"  {group}: {repelled[group]} of {count} attacks repelled")
    for one in tally.verdicts:
        if not one.repelled:
            shown = "; ".join(one.problems[:4]) + (
                f"; and {len(one.problems) - 4} more" if len(one.problems) > 4 else ""
            )
            say(f"NOT REPELLED {one.attack.name}, by {one.attack.by}: {one.attack.must_not} But: {shown}")
    found = chance_to_find(LockoutPolicy())
    say(f"  codes: all callers together find a given one within its seven days with {found:.3%}")
    for problem in tally.problems:
        say(f"WRONG {problem}")
    for problem in (*tally.held_lines.problems, *tally.forged.problems):
        say(f"WRONG {problem}")
    for problem in tally.far_ends.problems:
        say(f"NOT AS EXPECTED {problem}")
    say(str(tally))
    return 0 if tally.holds(PACKETS, FEWEST_ATTACKS, LARGEST_LOGS_KB, FEWEST_FAR_ENDS) else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hostile", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
