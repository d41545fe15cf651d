"""`buurtbel send` while another alert runs: which one it is, and when this one gets through."""

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

TEXT = "Inbraak bezig. Blijf binnen."
URGENT = ("--network", DE_BIST, "--text", f"nl={TEXT}", "--urgent")


def test_send_says_which_alert_is_running_for_these_people_and_when_this_one_gets_through(
    town: Town, typed: Typed
) -> None:
    town.add()
    town.serves()
    typed("send", *URGENT, "--by", "inspecteur Maes")
    told = typed("send", *URGENT)
    assert (
        "Broadcast 1 (urgent, by inspecteur Maes) is running for these networks too, with 2 people to go. "
        "A telephone gets one call at a time: that one goes first, and the other follows."
    ) in told.out
    town.ask("UPDATE broadcast SET urgent = false WHERE id = 1")
    sent = typed("send", *URGENT, "--json").document
    outlook = sent["outlook"]
    assert [(one["broadcast"], one["to_go"], one["goes_first"]) for one in outlook["beside"]] == [
        (1, 2, False),
        (2, 2, True),
    ]
    assert (outlook["before"], outlook["nodes"]) == (2, 1)
    assert sent["minutes"] is None, "with no PBX nobody knows"
    town.add("elders")
    elsewhere = ("--network", "elders", "--text", f"nl={TEXT}", "--urgent")
    outlook = typed("send", *elsewhere, "--json").document["outlook"]
    assert (outlook["beside"], outlook["before"]) == ([], 4), "only the lines are shared"


def test_send_says_in_how_many_minutes_it_gets_through_beside_another_when_phones_ring(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_hinders(*_: object) -> None:
        return None

    monkeypatch.setattr("buurtbel.commands.sending.hindrance", nothing_hinders)
    town.add()
    town.serves()
    assert "This one will have" not in typed("send", *URGENT).out, "nothing is beside it"
    assert "This one will have called everybody once in about 2 minutes." in typed("send", *URGENT).out
    town.ask("INSERT INTO member (name, language) SELECT n::text, 'nl' FROM generate_series(1, 4000) AS n")
    town.ask(
        "INSERT INTO recipient (broadcast_id, member_id, network_id, language)"
        " SELECT 1, member.id, 1, 'nl' FROM member WHERE name ~ '^[0-9]+$'"
    )
    assert typed("send", *URGENT, "--json").document["minutes"] > 30
