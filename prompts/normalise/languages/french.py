"""How French is said in Belgium: septante and nonante."""

import re

from prompts.normalise.languages.language import Language
from prompts.normalise.tokens import Clock, Date, Figure, Fraction, Numeral, Ordinal, Token

_PARTS = {2: "demi", 3: "tiers", 4: "quart"}
_NEUTRAL = frozenset({"autre", "jeune", "même"})
_VOWEL = re.compile(r"[aeiouéèêh]", re.IGNORECASE)


class French(Language):
    out_of_units = {"j": "jours|jour", "h": "heures|heure|f", "u": "heures|heure|f"}  # noqa: RUF012

    def in_words(self, value: int) -> str:
        """The library says quatre-vingt et un, and leaves an s where a number follows."""
        words = re.sub(r"quatre-vingt et un\b", "quatre-vingt-un", super().in_words(value))
        words = re.sub(r"\bun (million|milliard)s", r"un \1", words)
        words = re.sub(r"\bcents(?= (?!mill(?:ion|iard)))", "cent", words)
        return re.sub(r"quatre-vingt$", "quatre-vingts", words)

    def ordinal_words(self, value: int) -> str:
        return super().ordinal_words(value).replace("quatre-vingt et unième", "quatre-vingt-unième")

    def number(self, token: Numeral) -> str:
        feminine = token.figure.whole.endswith("1") and self._is_feminine(token.noun)
        return self.signed(token.figure, self.before_noun(token.figure.whole, feminine))

    def one(self, feminine: bool) -> str:
        return "une" if feminine else "un"

    def before_noun(self, whole: str, feminine: bool) -> str:
        words = self.cardinal(whole)
        return re.sub(r"\bun$", "une", words) if feminine else words

    def is_singular(self, figure: Figure) -> bool:
        return figure.whole in {"0", "1"}

    def scaled(self, figure: Figure, scale: str, currency: str) -> str:
        if scale == "mille":
            return f"{self.signed(figure, self.cardinal(figure.whole))} {scale} {currency}"
        of = "d'" if _VOWEL.match(currency) else "de "
        return f"{self.signed(figure, self.cardinal(figure.whole))} {scale} {of}{currency}"

    def clock(self, token: Clock) -> str:
        hours = self.before_noun(str(token.hour), feminine=True)
        if token.bare and not token.minute:
            return hours
        minute = f" {self.before_noun(str(token.minute), feminine=True)}" if token.minute else ""
        second = (
            f" et {self.counted(Figure(str(token.second)), 'secondes|seconde|f')}" if token.second else ""
        )
        return f"{hours} heure{'s' if token.hour > 1 else ''}{minute}{second}"

    def day(self, token: Date) -> str:
        return "premier" if token.day == 1 else self.cardinal(token.day)

    def span(self, first: Token, last: Token) -> str:
        """Du premier au trois, but de huit à dix heures."""
        to = "au" if isinstance(last, Date) else self.words["to"]
        return f"{self.say(first)} {to} {self.say(last)}"

    def year(self, year: str) -> str:
        return self.pair(year) if len(year) < 4 else self.cardinal(year)

    def ordinal(self, token: Ordinal) -> str:
        plural = "s" if token.ending.endswith("s") else ""
        feminine = token.ending.rstrip("s") in {"re", "ère", "nde"} or self._is_feminine(token.noun)
        if token.number == 1:
            return f"{'première' if feminine and token.ending != 'er' else 'premier'}{plural}"
        if token.ending.rstrip("s") in {"nd", "nde"}:
            return f"second{'e' if 'nde' in token.ending else ''}{plural}"
        if token.ending in {"aine", "aines"}:
            return self.cardinal(token.number).replace("dix", "diz").rstrip("e") + token.ending
        return self.ordinal_words(token.number) + plural

    def of_unit(self, token: Fraction) -> str:
        """Un demi litre, trois quarts d'heure."""
        unit = super().of_unit(token).removeprefix(" ")
        if not unit or token.whole or token.lower == 2:
            return f" {unit}" if unit else ""
        return f" d'{unit}" if _VOWEL.match(unit) else f" de {unit}"

    def regnal(self, number: int) -> str:
        return "premier" if number == 1 else self.cardinal(number)

    def fraction(self, token: Fraction) -> str:
        part = _PARTS.get(token.lower) or self.ordinal_words(token.lower)
        plural = "s" if token.upper > 1 and not part.endswith("s") else ""
        upper = self.before_noun(str(token.upper), token.lower == 2 and self._is_feminine(token.noun))
        if not token.whole:
            return f"{upper} {part}{plural}"
        upper = "" if part == "demi" else f"{upper} "
        return f"{self.cardinal(token.whole)} et {upper}{part}{plural}"

    def _is_feminine(self, nouns: str) -> bool:
        """By the noun that follows, perhaps behind an adjective: a list, or how it ends."""
        for at, written in enumerate(nouns.split()[:2]):
            noun = written.lower()
            singular = noun.removesuffix("s") if noun.endswith("s") and len(noun) > 3 else noun
            known = self._gender({noun, singular}, singular)
            if known is not None:
                return known
            adjectives = self.lexicon.list_of("feminine_adjectives")
            if at == 0 and not {noun, singular} & adjectives:
                # A make of cars, perhaps: its colour tells.
                colour = nouns.lower().split()[1:2]
                return bool(colour) and colour[0] in adjectives - _NEUTRAL
        return False

    def _gender(self, forms: set[str], singular: str) -> bool | None:
        lists = self.lexicon.list_of
        if forms & lists("masculine"):
            return False
        if forms & lists("feminine"):
            return True
        if singular in _NEUTRAL:
            return None
        if forms & lists("feminine_adjectives"):
            return True
        return True if singular.endswith(tuple(lists("feminine_endings"))) else None
