"""`buurtbel node`: which nodes there are, and letting one of them finish."""

from tests.buurtbel.conftest import Town, Typed


def test_nodes_are_listed_with_what_they_do(town: Town, typed: Typed) -> None:
    town.serves("westerlo")
    town.serves("tongerlo", seconds=-60)
    listed = {
        one["name"]: (one["standing"], one["calls"]) for one in typed("node", "list", "--json").document
    }
    assert listed == {"westerlo": ("serving", 0), "tongerlo": ("away", 0)}
    shown = typed("node", "list").out
    assert "westerlo" in shown
    assert "away" in shown


def test_a_drained_node_stays_drained_until_it_is_told_to_resume(town: Town, typed: Typed) -> None:
    town.serves("westerlo")
    asked = typed("node", "drain", "westerlo", "--no-wait", "--json").document
    assert asked["standing"] == "draining", "it has not heard of it yet"
    town.ask("UPDATE node SET renewed_at = clock_timestamp()")
    assert "it can be stopped" in typed("node", "drain", "westerlo").out
    assert "Every node is drained" in typed("healthy").complaint
    assert "takes calls" in typed("node", "resume", "westerlo").out
    assert typed("healthy").code == 0


def test_a_node_that_is_away_is_drained_without_waiting(town: Town, typed: Typed) -> None:
    town.serves("westerlo", seconds=-60)
    assert "is not at work" in typed("node", "drain", "westerlo").out


def test_an_unknown_node_is_told_in_a_sentence(town: Town, typed: Typed) -> None:
    for word in ("drain", "resume"):
        assert "node list" in typed("node", word, "wesp").refusal


def test_what_hinders_this_machine_hinders_no_alert_while_another_node_serves(
    town: Town, typed: Typed
) -> None:
    town.add()
    town.serves("elsewhere")
    sent = typed("send", "--network", "de-bist", "--text", "nl=Blijf binnen.", "--urgent", "--json")
    assert sent.document["warnings"] == []
