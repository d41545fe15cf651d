"""`buurtbel console`: who signs in on the screen is invited, listed and removed at the keyboard too."""

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

INVITE = ("console", "invite", "De Smet", "--role", "officer")


def test_somebody_is_invited_listed_and_removed(town: Town, typed: Typed) -> None:
    town.add()
    first = typed(*INVITE, "--all-networks", "--json").document
    assert first["link"].startswith("http://127.0.0.1:15080/invitation/")
    assert typed("console", "users", "--json").document == [
        {"name": "De Smet", "role": "officer", "networks": None, "is_invited": True, "is_signed_in": False}
    ]
    assert "invited" in typed("console", "users").out
    again = typed("console", "invite-again", "de smet", "--json").document
    assert again["link"] != first["link"]
    assert town.ask("SELECT count(*) FROM invitation") == [(1,)]
    assert typed("console", "sign-out", "De Smet").out == "De Smet is signed out everywhere.\n"
    assert typed("console", "remove", "De Smet").code == 0
    assert typed("console", "users", "--json").document == []


def test_a_wijkagent_is_invited_for_networks_of_their_own(town: Town, typed: Typed) -> None:
    town.add()
    invite = ("console", "invite", "Wouters", "--role", "neighbourhood_officer")
    assert typed(*invite, "--network", DE_BIST).code == 0
    [user] = typed("console", "users", "--json").document
    assert user["networks"] == [DE_BIST]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (INVITE, "Name the networks that are theirs"),
        ((*INVITE, "--network", "de-bits"), "did you mean de-bist?"),
        ((*INVITE[:2], "=", *INVITE[3:], "--all-networks"), "."),
        (("console", "remove", "Niemand"), "Nobody has this name"),
        (("console", "sign-out", "Niemand"), "Nobody has this name"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(
    town: Town, typed: Typed, words: tuple[str, ...], complaint: str
) -> None:
    town.add()
    refused = typed(*words)
    assert refused.code != 0
    assert complaint in refused.err
    assert len(refused.err.strip().splitlines()) == 1
