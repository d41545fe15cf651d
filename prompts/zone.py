"""The name of the police zone, as each language says it."""

import re
from collections.abc import Mapping

_DUTCH = re.compile(r"(?:de )?(?:lokale )?(?:politie(?:zone)?|pz) (?P<place>.+)", re.IGNORECASE)
_ELSEWHERE = {"fr": "la zone de police {place}", "de": "die Polizei {place}", "en": "the {place} police"}


def zone_names(dutch: str, **others: str) -> Mapping[str, str]:
    """The name by language, with the article that it has inside a sentence.

    What another language says is told, or made of a Dutch name such as "Politie Westerlo"; a name of another
    shape is the same everywhere.
    """
    known = _DUTCH.fullmatch(dutch.strip())
    made = {one: form.format(place=known["place"]) for one, form in _ELSEWHERE.items()} if known else {}
    told = {one: name for one, name in others.items() if name}
    return {"nl": dutch, **dict.fromkeys(_ELSEWHERE, dutch), **made, **told}
