"""Every reason why something is not done has a sentence at the keyboard, and by phone in each language."""

import string
from datetime import UTC, datetime, time
from inspect import isabstract

import pytest

import broadcast.errors
import directory.errors
from buurtbel.terminal.refusals import SENTENCES, sentence_of
from directory.refusals import Reason, Refusal
from ivr.refusals import SAYS
from prompts.catalogue import sentence
from prompts.languages import LANGUAGES

AT = datetime(2026, 3, 14, 14, tzinfo=UTC)
FACTS: dict[str, object] = {
    "network": "BIN De Bist",
    "hours_from": time(8),
    "hours_until": time(21),
    "after": AT,
    "broadcast": 7,
    "by": 9,
    "report": 3,
    "call": "3f1e",
    "name": "Claes",
    "street": "Dorpsstraat",
    "shortest": 12,
    "node": "westerlo",
    "ids": "3, 14",
    "like": ["de-bist", "de-bist-2"],
}


def classes_of(base: type[Refusal]) -> list[type[Refusal]]:
    return [base, *(one for below in base.__subclasses__() for one in classes_of(below))]


OURS = [
    one
    for one in classes_of(Refusal)
    if one.__module__ in {broadcast.errors.__name__, directory.errors.__name__} and "reason" in vars(one)
]


def test_every_reason_is_that_of_one_refusal() -> None:
    assert not any(isabstract(one) for one in OURS)
    assert sorted(one.reason for one in OURS) == sorted(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_at_the_keyboard(reason: Reason) -> None:
    [refused] = [one for one in OURS if one.reason is reason]
    sentence = sentence_of(refused("What was typed is wrong.", **FACTS))
    assert sentence[0].isupper()
    assert sentence.endswith((".", "?"))
    assert "{" not in sentence
    named = {name for _, name, _, _ in string.Formatter().parse(SENTENCES[reason]) if name}
    assert named <= FACTS.keys() | {"detail", "hint"}


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_a_sentence_by_phone_in_every_language(reason: Reason, language: str) -> None:
    assert sentence(SAYS[reason], language)


def test_no_table_has_a_sentence_for_what_is_no_reason() -> None:
    assert SENTENCES.keys() == SAYS.keys() == set(Reason)


def test_a_network_that_looks_like_the_one_that_was_typed_is_named() -> None:
    unknown = directory.errors.UnknownNetwork
    assert sentence_of(unknown(network="de-bst", like=["de-bist"])).endswith("did you mean de-bist?")
    assert sentence_of(unknown(network="zzz", like=[])).endswith("ask for the list of networks.")


def test_what_may_be_logged_of_a_refusal_holds_no_name() -> None:
    assert str(broadcast.errors.ReportTaken(report=3, name="Claes")) == "report_taken"
