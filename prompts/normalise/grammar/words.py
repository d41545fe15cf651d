"""Words, and what stands for words: abbreviations, capitals, Roman numerals, letters with figures."""

import re

from prompts.normalise.grammar.acronyms import is_spelled
from prompts.normalise.lexicon import Abbreviation
from prompts.normalise.place import Position
from prompts.normalise.tokens import Figure, Mixed, Numeral, Ordinal, ReadAs, Regnal, Spelled, Token, Word

LETTERS = re.compile(r"[^\W\d_][^\W\d_\u0300-\u036f]*")
_MIXED = re.compile(r"(?=[^\W_]*\d)(?=\d*[^\W\d_])[^\W_]+")
_RUNS = re.compile(r"[^\W\d_]+|\d+")
_DOTTED = re.compile(r"(?:[A-Za-zÀ-ÿ]\.){2,}(?!\w\w)")
_INITIAL = re.compile(r"([A-ZÀ-Þ])\.(?:(?=,)| ?(?=[A-ZÀ-Þ][a-zà-ÿ]))")
_ROMAN = re.compile(r"(?=[IVX])(X{0,3}(?:IX|IV|V?I{0,3}))(?!\w)(\.?)")
_ROMAN_ORDINAL = re.compile(
    r"(X{1,3}(?:IX|IV|V?I{1,3}|V)|XX{1,2}|VI{1,3}|I[VX]|II{1,2})(?:e|ème|ième|de|ste)(?!\w)"
)
_FIRST = re.compile(r"I(?:er|re|ère)(?!\w)")
_VALUES = {"I": 1, "V": 5, "X": 10}
_CAPITAL = re.compile(r"[\s.-]{0,3}(?=[A-ZÀ-ÞÉ])")
_TITLE = re.compile(r" ?(?:dr|ir|ing|mr|prof|dipl)\b")
_FIGURE = re.compile(r"[\s:]{0,2}\d")
_STREET_NAME = re.compile(r"\s*(?:d['’]|l['’]|du |de |des |(?=[A-ZÀ-Þ]))")
_ENDED = re.compile(r"(?:\.|(?= ?\d))")
_WHOLE = frozenset({"Lincoln", "Köln"})
"""Names that end like a shortened street."""


def listed(place: Position) -> tuple[Token, int] | None:
    """A name that is on the pronunciation list."""
    found = place.match(place.pronunciation.listed)
    return (ReadAs(place.pronunciation.said(found[0])), found.end()) if found else None


def word(place: Position) -> tuple[Token, int] | None:
    """Anything that begins with a letter and is nothing else."""
    found = place.match(LETTERS)
    if found is None:
        return None
    run = found[0]
    return (
        _abbreviation(place, run)
        or (_mixed(place) if place.text[found.end() : found.end() + 1].isdigit() else None)
        or (_numeral(place) if run[0] in "IVX" else None)
        or (_dotted(place) if len(run) == 1 else None)
        or (_capitals(place, run, found.end()) if run.isupper() else None)
        or _ending(place, run, found.end())
        or (Word(run), found.end())
    )


def mixed(place: Position) -> tuple[Token, int] | None:
    """4G, 12bis: figures with letters behind them."""
    return _mixed(place)


def _mixed(place: Position) -> tuple[Token, int] | None:
    found = place.match(_MIXED)
    return (Mixed(tuple(_RUNS.findall(found[0]))), found.end()) if found else None


def _abbreviation(place: Position, run: str) -> tuple[Token, int] | None:
    for form in place.lexicon.forms.get(run.lower(), ()):
        found = place.match(form.rest)
        if found is None or not _counts(place, form, found.end()):
            continue
        if _ends_name(place):
            continue  # C-Max, T-Max 560
        if form.kind == "abbreviations" and found[0] == f"{run}." and place.ends_text(found.end()):
            continue  # a word at the end of a sentence: each of these is short for what precedes another
        if form.kind not in {"titles", "before_number"} and run in place.pronunciation.street_words:
            return None
        end = found.end()
        if found[0].endswith(".") and (
            place.ends_text(end) or (form.kind in {"closing", "after_name"} and place.ends_sentence(end))
        ):
            end -= 1
        return ReadAs(form.words), end
    return None


def _ends_name(place: Position) -> bool:
    """Whether what begins here with a capital is joined to another before it."""
    capitals = place.text[place.at - 2 : place.at - 1] + place.text[place.at : place.at + 1]
    return place.text[place.at - 1 : place.at] == "-" and capitals.isupper() and len(capitals) == 2


def _counts(place: Position, form: Abbreviation, end: int) -> bool:
    """Whether what stands around it lets the abbreviation be one."""
    text = place.text
    match form.kind:
        case "titles":
            named = _CAPITAL.match(text, end) or _TITLE.match(text, end)
            return named is not None and text[end : end + 1] != "."
        case "before_number":
            return _FIGURE.match(text, end) is not None
        case "before_street":
            return _STREET_NAME.match(text, end) is not None
        case "after_ordinal":
            return bool(place.tokens) and isinstance(place.tokens[-1], Ordinal)
        case "after_name":
            return _is_behind_name(place, end)
    return True


def _is_behind_name(place: Position, end: int) -> bool:
    """Church St. is a street, St. Mary's a saint, and St James St both."""
    following = re.match(r"\s+([^\W\d_][\w'’]*)", place.text[end:])
    name, lists = place.name_before, place.lexicon.list_of
    if following and following[1].removesuffix("'s") in lists("saints"):
        return False
    if not name:
        opening = re.search(r"(?:^|[.!?:] +)([A-Z][a-z']+) $", place.text[: place.at])
        if opening is None or opening[1].lower() in lists("before_saints"):
            return False
    if following is None or following[1][0].islower():
        return True
    return place.text[end - 1] == "." and not following[1].endswith(("'s", "s'"))


def _ending(place: Position, run: str, end: int) -> tuple[Token, int] | None:
    """Kerkstr., Lindenln. 5: a word whose end is shortened."""
    if not _ENDED.match(place.text, end):
        return None
    dotted = place.text[end : end + 1] == "."
    goes_on = _FIGURE.match(place.text, end + dotted) or (dotted and not place.ends_sentence(end + 1))
    if run in _WHOLE:
        return None
    endings = {**place.lexicon.endings, **(place.lexicon.endings_before_number if goes_on else {})}
    for short, whole in endings.items():
        if run.lower().endswith(short) and len(run) > len(short) + 1:
            # What follows an abbreviated number is what it numbers.
            stays = dotted and not goes_on and (short != "nr" or place.ends_text(end + 1))
            return Word(run[: -len(short)] + whole), end + (dotted and not stays)
    return None


def _numeral(place: Position) -> tuple[Token, int] | None:
    """Albert I, Leopold II, fase III, XIXe."""
    if ordinal := place.match(_ROMAN_ORDINAL):
        return Ordinal(_roman(ordinal[1]), "e", place.two_before), ordinal.end()
    found = place.match(_ROMAN)
    if place.before in place.lexicon.cue("regnal") and place.name_or_opening():
        if first := place.match(_FIRST):
            return Regnal(1), first.end()
        if found and found[1] and (end := _regnal_end(place, found)):
            return Regnal(_roman(found[1])), end
    of_street = found is not None and found[1] in place.pronunciation.street_words
    numbered = place.announced_by("numbered") or len(found[1]) > 1 if found else False
    if found and found[1] and not of_street and numbered and place.before and not place.before.isdigit():
        return Numeral(Figure(str(_roman(found[1])))), found.end(1)
    return None


def _regnal_end(place: Position, found: re.Match[str]) -> int:
    """Where the number of a king ends; 0 when it is the initial of a name, or the pronoun."""
    if found[2] and not place.ends_sentence(found.end()):
        return found.end() if place.lexicon.code == "de" else 0
    is_pronoun = place.lexicon.code == "en" and found[1] == "I" and not _is_royal(place)
    return 0 if is_pronoun else found.end(1)


def _is_royal(place: Position) -> bool:
    return place.two_before[0] in place.lexicon.cue("royal")


def _roman(letters: str) -> int:
    values = [_VALUES[letter] for letter in letters]
    return sum(-one if one < max(values[at:]) else one for at, one in enumerate(values))


def _dotted(place: Position) -> tuple[Token, int] | None:
    """B.M.W., z.o.z.: letters, each with its dot."""
    found = place.match(_DOTTED)
    if found is None:
        return None
    stays = place.ends_text(found.end()) or (
        place.ends_sentence(found.end()) and not _INITIAL.match(place.text, found.end() - 2)
    )
    return Spelled(found[0].replace(".", "")), found.end() - stays


def _capitals(place: Position, run: str, end: int) -> tuple[Token, int] | None:
    if run in place.pronunciation.street_words:
        return Word(run), end
    if len(run) == 1:
        initial = place.match(_INITIAL)
        return (Word(run), initial.end(1) + 1) if initial else None
    return (Spelled(run), end) if is_spelled(place, run) else None
