"""The fixed sentences, in four languages: data files beside this module, checked when loaded."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Literal, cast, get_args

from prompts.errors import CatalogueError
from prompts.languages import DEFAULT_LANGUAGE, LANGUAGES

Key = Literal[
    "identification",
    "identification_urgent",
    "closing_urgent",
    "offer_keys",
    "thank_you",
    "stopped",
    "changed",
    "goodbye",
    "line_urgent_help",
    "line_welcome",
    "line_menu",
    "line_unknown",
    "line_unknown_menu",
    "line_no_alert",
    "line_no_earlier_alert",
    "line_after_alert",
    "line_called_back",
    "line_code",
    "line_wrong_code",
    "line_after_code",
    "line_wrong_key",
    "line_away",
    "line_needed",
    "report_speak",
    "report_ends_soon",
    "report_empty",
    "report_menu",
    "report_thanks",
    "leave_sure",
    "leave_calls_back",
    "leave_too_often",
    "leave_asked",
    "leave_confirm",
    "leave_stays",
    "leave_done",
    "told_who_leaves",
    "told_person",
    "police_number",
    "police_pin",
    "police_refused",
    "police_locked",
    "police_menu",
    "police_no_network",
    "police_speak",
    "police_spoken_menu",
    "police_none_chosen",
    "police_urgent",
    "police_moment",
    "police_send_menu",
    "police_not_allowed",
    "police_nobody",
    "police_failed",
    "police_sent",
    "police_not_sent",
    "police_calls_back",
    "police_rung_too_often",
    "police_confirm",
    "police_figures_menu",
    "police_stop_sure",
    "police_paused",
    "police_resumed",
    "police_stopped",
    "police_ended",
    "police_no_alert",
    "told_networks",
    "told_offer",
    "told_more",
    "told_chosen",
    "told_not_chosen",
    "told_plan",
    "told_figures",
    "told_figures_called_back",
    "told_call_back",
    "duty_hello",
    "duty_wrong_pin",
    "duty_no_sound",
    "duty_menu",
    "duty_sure",
    "duty_claimed",
    "duty_taken",
    "duty_not_yours",
    "told_duty",
    "told_duty_unknown",
    "test_call",
    "neighbour_hello",
    "neighbour_greeting",
]

Sentences = Mapping[str, str]


def sentence(key: Key, language: str, **slots: str) -> str:
    """The sentence with its slots filled in; CatalogueError unless they are exactly the ones it has."""
    sentences = _catalogue().get(language)
    if sentences is None:
        msg = f"There are no sentences in {language!r}: choose one of {', '.join(LANGUAGES)}."
        raise CatalogueError(msg)
    if key not in sentences:
        msg = f"There is no sentence {key!r}: add it to every file of the catalogue."
        raise CatalogueError(msg)
    if set(slots) != slots_of(sentences[key]):
        msg = f"The sentence {key!r} has the slots {sorted(slots_of(sentences[key]))}: fill in exactly those."
        raise CatalogueError(msg)
    return _contracted(sentences[key].format_map(slots), language)


def _contracted(text: str, language: str) -> str:
    """French says du and des where a name that is filled in begins with le or les."""
    return text.replace(" de le ", " du ").replace(" de les ", " des ") if language == "fr" else text


def sentences_beginning(*with_: str) -> list[Key]:
    """The sentences whose names begin so."""
    return [key for key in get_args(Key) if key.startswith(with_)]


def slots_of(text: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def checked(catalogue: Mapping[str, Sentences]) -> Mapping[str, Sentences]:
    """The same catalogue; CatalogueError unless every language has every key, with the slots of the Dutch."""
    keys = set(get_args(Key))
    for language, sentences in catalogue.items():
        if odd := keys.symmetric_difference(sentences):
            msg = f"The catalogue in {language!r} lacks or has too many of: {', '.join(sorted(odd))}."
            raise CatalogueError(msg)
        for key, text in sentences.items():
            if slots_of(text) != slots_of(catalogue[DEFAULT_LANGUAGE][key]):
                msg = f"The sentence {key!r} in {language!r} needs the slots of the Dutch one."
                raise CatalogueError(msg)
    return catalogue


@cache
def _catalogue() -> Mapping[str, Sentences]:
    return checked({language: _read(language) for language in LANGUAGES})


def _read(language: str) -> Sentences:
    text = (files(__name__) / f"{language}.toml").read_text(encoding="utf-8")
    return cast("Sentences", tomllib.loads(text))
