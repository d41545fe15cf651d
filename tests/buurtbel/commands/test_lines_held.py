"""How many lines callers hold is told by every command that somebody who sends an alert may type."""

import pytest

from tests.buurtbel.commands.test_results import URGENT, first_line_of_watch
from tests.buurtbel.conftest import Town, Typed


@pytest.fixture
def busy(town: Town) -> Town:
    town.add()
    town.serves("westerlo")
    town.ask("UPDATE node SET callers = 12, lines = 30")
    return town


def test_send_and_watch_tell_it(busy: Town, typed: Typed) -> None:
    assert typed("send", *URGENT).out.endswith("Now callers hold 12 of 30 lines.\n")
    sent = typed("send", *URGENT, "--json").document
    assert (sent["callers"], sent["lines"]) == (12, 30)
    number = str(sent["broadcast"])
    assert first_line_of_watch(busy, number).endswith("| callers hold 12 of 30 lines")


def test_the_doctor_and_the_list_of_nodes_tell_it_and_full_lines_are_not_well(
    busy: Town, typed: Typed
) -> None:
    def said() -> tuple[bool, str]:
        findings = {one["what"]: one for one in typed("doctor", "--json").one_document["findings"]}
        return findings["callers"]["ok"], findings["callers"]["says"]

    assert said() == (True, "hold 12 of 30 lines")
    assert "12 of 30" in typed("node", "list").out
    busy.ask("UPDATE node SET callers = 30")
    is_well, says = said()
    assert not is_well
    assert says.startswith("Callers hold all 30 lines, so that nobody else gets through.")


def test_a_node_that_is_away_holds_nothing(busy: Town, typed: Typed) -> None:
    busy.ask("UPDATE node SET leased_until = now() - interval '1 s'")
    sent = typed("send", *URGENT, "--json").document
    assert (sent["callers"], sent["lines"]) == (0, 0)
