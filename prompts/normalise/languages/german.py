"""How German is said."""

from prompts.normalise.languages.language import Language
from prompts.normalise.tokens import Clock, Date, Figure, Fraction, Measure, Numeral, Ordinal, OutOf

_ADJECTIVES = ("e", "er", "es", "en", "em")
_PARTS = {2: "halb", 3: "Drittel", 4: "Viertel"}


class German(Language):
    out_of_units = {"j": "Tage|Tag", "d": "Tage|Tag", "h": "Stunden|Stunde|f"}  # noqa: RUF012

    def number(self, token: Numeral) -> str:
        if not token.figure.is_one or not token.noun:
            return super().number(token)
        return self.signed(token.figure, self._article(token))

    def _article(self, token: Numeral) -> str:
        """`1` before a noun, by its gender and by the preposition before."""
        gender = self._gender(token.noun)
        if gender is None:
            return self.in_words(1)
        if token.before in {"mit", "von", "bei", "zu", "aus", "nach", "seit"}:
            return "einer" if gender == "f" else "einem"
        if token.before in self.lexicon.list_of("accusative_prepositions") and gender == "m":
            return "einen"
        return "eine" if gender == "f" else "ein"

    def one(self, feminine: bool) -> str:
        return "eine" if feminine else "ein"

    def clock(self, token: Clock) -> str:
        hour = "ein" if token.hour == 1 else self.cardinal(token.hour)
        if token.bare and not token.minute:
            return self.cardinal(token.hour)
        minute = f" {self.cardinal(token.minute)}" if token.minute else ""
        second = (
            f" und {self.counted(Figure(str(token.second)), 'Sekunden|Sekunde|f')}" if token.second else ""
        )
        return f"{hour} Uhr{minute}{second}"

    def measure(self, token: Measure) -> str:
        if token.unit == "Uhr" and token.figure.is_one:
            return "ein Uhr"
        return super().measure(token)

    def day(self, token: Date) -> str:
        """Police texts nearly always say when: am zwölften März."""
        ordinal = self.ordinal_words(token.day)
        return ordinal if token.before in {"der", "die"} else f"{ordinal}n"

    def decade(self, year: str) -> str:
        words = self.year(year) if len(year) == 4 else self.cardinal(year)
        return f"{words}er"

    def round_postcode(self, digits: str) -> str:
        return self.cardinal(digits) if digits.endswith("000") else f"{self.in_words(int(digits[:2]))}hundert"

    def out_of(self, token: OutOf) -> str:
        if (token.some, token.total) == ("24", "7"):
            return f"{self.cardinal(24)} {self.cardinal(7)}"
        return super().out_of(token)

    def regnal(self, number: int) -> str:
        return f"der {self.ordinal_words(number).capitalize()}"

    def fraction(self, token: Fraction) -> str:
        part = _PARTS.get(token.lower) or f"{self.ordinal_words(token.lower).capitalize()}l"
        upper = "ein" if token.upper == 1 else self.cardinal(token.upper)
        if (token.upper, token.lower, token.whole) == (1, 2, "") and (gender := self._gender_of_whole(token)):
            return {"m": "ein halber", "f": "eine halbe", "n": "ein halbes"}[gender]
        if token.lower == 2:
            return f"{self.cardinal(token.whole)}einhalb" if token.whole else "ein halb"
        return f"{f'{self.cardinal(token.whole)} ' if token.whole else ''}{upper} {part}"

    def _gender_of_whole(self, token: Fraction) -> str | None:
        """Of what half is told."""
        if not token.unit:
            return self._gender(token.noun)
        return "f" if self.lexicon.units[token.unit].endswith("|f") else "m"

    def ordinal(self, token: Ordinal) -> str:
        """With the ending that article, preposition and gender ask for."""
        base = self.ordinal_words(token.number)
        if token.ending not in {"", "."}:
            return base + token.ending.removeprefix("s").removeprefix("t").removeprefix("e")
        return base + self._ordinal_ending(*token.before, token.noun)

    def _ordinal_ending(self, earlier: str, article: str, nouns: str) -> str:
        gender, lists = self._gender(nouns) or "m", self.lexicon.list_of
        counted = bool(nouns) and nouns.split(maxsplit=1)[0] not in {"bis", "und", "oder", "u"}
        if article in {"der", "dieser", "jeder"}:
            return "n" if gender == "f" or earlier in lists("dative_prepositions") else ""
        if article in lists("weak_articles"):
            return ""
        if article in lists("oblique_articles") or not counted:
            return "n"
        if article in lists("dative_prepositions"):
            return "r" if gender == "f" else "n"
        return {"m": "r", "n": "s", "f": ""}[gender]

    def _gender(self, nouns: str) -> str | None:
        """m, f or n, by the noun behind adjectives: a list, or how it ends; None when there is no noun."""
        noun = next(
            (word for word in nouns.split() if not word.endswith(_ADJECTIVES) or word[0].isupper()), ""
        )
        if not noun[:1].isupper():
            return None
        lists = self.lexicon.list_of
        if noun in lists("masculine"):
            return "m"
        if noun in lists("neuter") or noun.endswith(tuple(lists("neuter_endings"))):
            return "n"
        if noun in lists("feminine") or noun.endswith(tuple(lists("feminine_endings"))):
            return "f"
        # The last part of a compound decides: Haustür, Streifenwagen.
        if any(noun.endswith(one.lower()) for one in lists("neuter") if len(one) > 3):
            return "n"
        return "f" if any(noun.endswith(one.lower()) for one in lists("feminine") if len(one) > 3) else "m"
