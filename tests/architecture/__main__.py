"""`make house`: how the code stands as a house, counted from the code itself, and whether its gates hold.

The last line holds every figure. It ends with 1 when a gate lets something through or a figure is too high.
"""

import sys
from itertools import chain

from tests.architecture.gates import GATES, caught, complaints, copy
from tests.architecture.measures import (
    arrows,
    arrows_beside,
    circles,
    doubled_class_names,
    file_lengths,
    flat_files,
    function_lengths,
    importers_of,
    middle,
    packages,
    up_arrows,
)
from tests.architecture.test_contracts import MOST_IN_A_ROOM
from tests.directory.tamperings import tampered

TAMPERINGS = 200
"""Drawn ones of the journal, each to be found."""


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> int:
    product = packages()
    rooms, tests = flat_files(*product, "bench"), flat_files("tests")
    for room, count in sorted((rooms + tests).items()):
        say(f"  {count:3} {room}")
    up, round_, doubled = up_arrows(), circles(chain(arrows(), arrows_beside())), doubled_class_names()
    for importer, imported in up:
        say(f"  up: {importer} imports {imported}")
    for circle in round_:
        say(f"  circle: {', '.join(circle)}")
    for name, places in doubled.items():
        say(f"  twice: {name} in {', '.join(places)}")
    database = importers_of("sqlalchemy", "ivr")
    for path in database:
        say(f"  database in the line: {path}")
    held = 0
    with copy() as place:
        for complaint in complaints(place):
            say(complaint)
        for gate in GATES:
            is_caught = caught(gate, place)
            held += is_caught
            say(f"  {'caught' if is_caught else 'NOT CAUGHT'}: {gate.forbids}")
    found = sum(is_found for _, is_found in map(tampered, range(TAMPERINGS)))
    say(
        f"house: rooms={len(rooms)} flat_files_max={max(rooms.values())} "
        f"flat_tests_max={max(tests.values())} up_arrows={len(up)} circles={len(round_)} "
        f"sqlalchemy_in_ivr={len(database)} "
        f"doubled_class_names={len(doubled)} gates_planted={len(GATES)} gates_caught={held} "
        f"journal_tamperings={TAMPERINGS} journal_found={found} "
        f"file_median={middle(file_lengths(*product))} function_median={middle(function_lengths(*product))}"
    )
    wrong = bool(up or round_ or doubled or database)
    wrong |= held < len(GATES) or found < TAMPERINGS or max(rooms.values()) > MOST_IN_A_ROOM
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
