"""The rules of reading aloud, in the order in which they are applied: figures and signs become words."""

import re
from collections.abc import Callable, Iterator

from prompts.normalise.language import Language

Spoken = Callable[[re.Match[str]], str]
Rule = tuple[re.Pattern[str], Spoken]

_URL = re.compile(
    r"\b(?:https?://)?(www\.)?((?:[\w-]+\.)+(?:be|eu|com|org|net|info|vlaanderen|brussels))(?:/[\w./-]*)?\b"
)
_MAIL = re.compile(r"\b([\w.+-]+)@([\w.-]+\w)")
_GROUP = r"(?:[A-Z]{1,3}|\d{1,4})"
_PLATES = (
    # Belgian since 2010, in any writing.
    re.compile(r"(?<![\w-])\d[-. ]?(?:[A-Z]{3}|(?<=-)[a-z]{3})[-. ]?\d{3}(?![\w-])"),
    # Belgian until 2010, and the usual part of a plate that somebody saw.
    re.compile(r"(?<![\w-])(?:[A-Z]{3}-\d{3}|\d{3}-[A-Z]{3}|\d-[A-Z]{3})(?![\w-])"),
    # Dutch, French and German ones.
    re.compile(rf"(?<![\w-])(?=[\d-]*[A-Z])(?=[A-Z-]*\d){_GROUP}-{_GROUP}[- ]{_GROUP}(?![\w-])"),
)
_PHONE = re.compile(
    r"(?<![\w/.+])(?:(?:\+|00)(?P<country>32|31|33|49|352)[ ./-]?(?:\(0\))?|(?P<trunk>0))"
    r"(?P<rest>[1-9](?:[ ./-]{0,3}\d){7,8})(?![\w/]|\.\d)"
)
_DATES = (
    re.compile(r"(?<![\w/.-])(?P<year>20\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\w/-])"),
    re.compile(r"(?<![\w/.-])(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>\d{4}|\d\d)(?![\w/-])"),
    re.compile(r"(?<![\w/.-])(?P<day>\d{1,2})/(?P<month>\d{1,2})(?P<year>)(?![\w/-])"),
)
_HOUR_WORD = r"(?:uur|uhr|heures?|hrs?|hours|u|h)(?!\w)"
_TIME_RANGE = re.compile(
    r"(?i)(?<=[\duh])(?:\s?(?:uur|uhr))?\s?[-–]\s?(?=\d{1,2}(?::\d\d|\s?[uh](?:ur|hr|eures)?\d*\b))"
)
_TIMES = (
    re.compile(
        r"(?i)(?<![\w.,/])(?P<hour>[01]?\d|2[0-4])\s?[uh:]\s?(?P<minute>[0-5]\d)(?!\d)(?:\s?"
        + _HOUR_WORD
        + r")?"
    ),
    re.compile(r"(?i)(?<![\w.,/])(?P<hour>[01]?\d|2[0-4])\.(?P<minute>[0-5]\d)\s?" + _HOUR_WORD),
    re.compile(
        r"(?i)(?<![\w.,/])(?P<hour>[01]?\d|2[0-4])\s?"
        + _HOUR_WORD
        + r"(?P<minute>)(?:\s(?P<late>[0-5]\d)\b)?"
    ),
)
_ROAD = re.compile(
    r"(?<![\w-])(?:(?P<road>[ENR])[- ]?|(?P<other>[AB]))(?P<number>\d{1,3})(?P<branch>[a-z]?)(?![\w-])"
)
_RANGE = re.compile(r"(?<![\w-])(\d{1,5})\s?[-–]\s?(\d{1,5})(?![\w-]|[.,]\d)")
_HOUSE = re.compile(r"(?<![\w.,])(\d{1,4})\s?([A-Z]|[a-z])(?![\w'’])(?!\.\w)")
_DECIMAL = re.compile(r"(?<![\w.,])(\d+)[.,](\d{1,3})(?![\d]|[.,]\d)")
_FIGURES = re.compile(r"\d+")
_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{2,5}(?![\w-])")
_VOWELS = frozenset("AEIOUY")


def rules_for(language: Language) -> Iterator[Rule]:
    """Every rule with its pattern; what one has put into words, none of the next ones touches."""
    yield _MAIL, lambda found: _address(f"{found[1]} {language.at} {found[2]}", language)
    yield (
        _URL,
        lambda found: _address(
            (f"{language.spelled('www')} {language.dot} " if found[1] else "") + found[2], language
        ),
    )
    yield from _plates(language)
    yield _PHONE, lambda found: _phone(found, language)
    yield from _addresses(language)
    for pattern in _DATES:
        yield pattern, lambda found: _date(found, language)
    yield _named_date(language)
    yield _TIME_RANGE, lambda _: f" {language.to} "
    for pattern in _TIMES:
        yield pattern, lambda found: _time(found, language)
    yield _ROAD, lambda found: _road(found, language)
    yield from _measures(language)
    for abbreviation, words in language.abbreviations:
        yield _abbreviation(abbreviation), _always(words)
    yield from _numbers(language)
    yield _CAPITALS, lambda found: _capitals(found[0], language)


def _abbreviation(pattern: str) -> re.Pattern[str]:
    """As a whole word, unless the pattern itself looks at what stands before or after."""
    before = "" if pattern.startswith("(?<=") else r"(?<![\w.])"
    after = "" if "(?=" in pattern else r"(?![^\W\d])"
    return re.compile(rf"(?i){before}{pattern}{after}")


def _always(words: str) -> Spoken:
    return lambda _: words


def _address(text: str, language: Language) -> str:
    return text.replace(".", f" {language.dot} ")


def _plates(language: Language) -> Iterator[Rule]:
    for pattern in _PLATES:
        yield pattern, lambda found: _plate(found[0], language)
    cued = re.compile(
        rf"(?P<cue>\b(?:{language.plate_cues})\b[^.\w]{{0,3}}(?:\w{{2,10}} ){{0,2}}?)"
        r"(?P<plate>(?=[A-Z0-9 -]*\d)(?=[0-9 -]*[A-Z])[A-Z0-9]{1,7}(?:[- ][A-Z0-9]{1,4}){0,3})(?!\w)"
    )
    yield cued, lambda found: found["cue"] + _plate(found["plate"], language)


def _plate(plate: str, language: Language) -> str:
    groups = re.findall(r"[A-Za-z]+|\d+", plate)
    return ", ".join(
        language.digits(group) if group.isdigit() else language.spelled(group) for group in groups
    )


def _phone(found: re.Match[str], language: Language) -> str:
    """In pairs, as Belgians say and write them: 0470 12 34 56, 014 53 96 00, 02 123 45 67."""
    rest = re.sub(r"\D", "", found["rest"])
    country = f"{language.plus} {language.number(found['country'])}, " if found["country"] else ""
    trunk = "0" if found["trunk"] else ""
    cuts: tuple[int, ...]
    if len(rest) == 9:
        cuts = (3, 5, 7)
    elif rest.startswith(("800", "900")):
        cuts = (3, 5)
    elif rest[0] in "2349":
        cuts = (1, 4, 6)
    else:
        cuts = (2, 4, 6)
    parts = [rest[start:end] for start, end in zip((0, *cuts), (*cuts, len(rest)), strict=True)]
    parts[0] = trunk + parts[0]
    if len(parts[0]) == 4 and parts[0][1] == "4":
        parts[:1] = [parts[0][:2], parts[0][2:]]
    return country + ", ".join(language.pair(part) for part in parts)


def _addresses(language: Language) -> Iterator[Rule]:
    """House numbers with a letter box, before a slash can be taken for a date."""
    box = language.box.split("|")[0]
    said = f"{{}} {box} {{}}"
    street = re.compile(rf"(?i)((?:{language.streets})\s)(\d{{1,4}}[a-z]?)\s?/\s?(\d{{1,4}})(?![\w/])")
    yield street, lambda found: found[1] + said.format(found[2], found[3])
    yield (
        re.compile(rf"(?i)\b(\d{{1,4}}[a-z]?)\s?(?:{language.box})\s?(\d{{1,4}})\b"),
        lambda found: said.format(found[1], found[2]),
    )


def _date(found: re.Match[str], language: Language) -> str:
    day, month = int(found["day"]), int(found["month"])
    if not (1 <= day <= 31 and 1 <= month <= 12):
        return found[0]
    year = found["year"]
    spoken = language.date(day, language.months[month])
    return f"{spoken} {language.year(int(year) if len(year) == 4 else 2000 + int(year))}" if year else spoken


def _named_date(language: Language) -> Rule:
    names = {name.lower(): name for name in language.months.values()}
    pattern = re.compile(
        rf"(?i)(?<![\w.,/])(?P<day>[12]?\d|3[01])(?:\.|er|st|nd|rd|th)?\s(?P<month>{'|'.join(names)})(?:\s(?P<year>\d{{4}}))?(?!\w)"
    )

    def spoken(found: re.Match[str]) -> str:
        date = language.date(int(found["day"]), names[found["month"].lower()])
        return f"{date} {language.year(int(found['year']))}" if found["year"] else date

    return pattern, spoken


def _time(found: re.Match[str], language: Language) -> str:
    minute = found["minute"] or found.groupdict().get("late") or 0
    return language.clock(int(found["hour"]), int(minute))


def _road(found: re.Match[str], language: Language) -> str:
    letter, branch = found["road"] or found["other"], found["branch"]
    spoken = f"{language.spelled(letter)} {language.pair(found['number'])}"
    return f"{spoken} {language.spelled(branch)}" if branch else spoken


def _measures(language: Language) -> Iterator[Rule]:
    metres = re.compile(r"(?<![\w.,])(\d)(?:\s?m\s?(\d\d)\b|[.,](\d\d)\s?m(?:eter|ètre|etre)?s?\b)")
    yield metres, lambda found: f"{_metres(found[1], language)} {found[2] or found[3]}"
    yield re.compile(r"€\s?(\d[\d.,]*)(?<=\d)"), lambda found: f"{found[1]} euro"
    for unit, words in language.units:
        yield re.compile(rf"(?i)(?<=\d)\s?(?:{unit})(?![\w²])"), _always(f" {words}")
    yield re.compile(r"\+/-|±"), lambda _: f" {language.about} "
    yield re.compile(r"\s?&\s?"), lambda _: f" {language.conjunction} "


def _metres(count: str, language: Language) -> str:
    return f"{language.one if count == '1' else count} {language.metre}"


def _numbers(language: Language) -> Iterator[Rule]:
    thousands = re.compile(
        rf"(?<![\w.,])(\d{{1,3}})((?:{re.escape(language.thousands)}\d{{3}})+)(?![\d]|[.,]\d)"
    )
    yield thousands, lambda found: re.sub(r"\D", "", found[0])
    yield _RANGE, lambda found: f"{found[1]} {language.to} {found[2]}"
    ordinal = re.compile(rf"(?i)(?<![\w.,])(\d{{1,3}})(?:{language.ordinal_ending})(?!\w)")
    yield ordinal, lambda found: language.ordinal(found[1])
    yield _HOUSE, lambda found: f"{found[1]} {language.spelled(found[2])}"
    yield _DECIMAL, lambda found: f"{found[1]} {language.comma} {language.pair(found[2])}"
    yield _FIGURES, lambda found: _figures(found[0], language)


def _figures(figures: str, language: Language) -> str:
    if len(figures) > 6:
        return language.digits(figures)
    if figures[0] == "0":
        return language.pair(figures)
    if len(figures) == 4 and figures[0] == "1":
        return language.year(int(figures))
    return language.number(figures)


def _capitals(word: str, language: Language) -> str:
    if word in language.acronyms or not _VOWELS.intersection(word):
        return language.spelled(word)
    return word
