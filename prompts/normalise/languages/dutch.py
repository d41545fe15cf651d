"""How Dutch is said in Flanders."""

from prompts.normalise.languages.language import Language
from prompts.normalise.tokens import Clock, Fraction

_PARTS = {2: "half", 3: "derde", 4: "kwart"}


class Dutch(Language):
    out_of_units = {"j": "dagen|dag", "h": "uur", "u": "uur"}  # noqa: RUF012

    def clock(self, token: Clock) -> str:
        if token.bare and not token.minute:
            return self.cardinal(token.hour)
        minute = f" {self.cardinal(token.minute)}" if token.minute else ""
        second = f" en {self.cardinal(token.second)} seconden" if token.second else ""
        return f"{self.cardinal(token.hour)} uur{minute}{second}"

    def year(self, year: str) -> str:
        if len(year) < 4:
            return self.pair(year)
        if 1100 <= int(year) < 2000 and not year.endswith("00"):
            return f"{self.in_words(int(year[:2]))} {self.in_words(int(year[2:]))}"
        return self.cardinal(year)

    def round_postcode(self, digits: str) -> str:
        """3500 as thirty-five hundred, 2000 as two thousand."""
        if digits.endswith("000"):
            return self.cardinal(digits)
        return f"{self.in_words(int(digits[:2]))}honderd"

    def regnal(self, number: int) -> str:
        return f"de {self.ordinal_words(number)}"

    def fraction(self, token: Fraction) -> str:
        whole = f"{self.cardinal(token.whole)} en " if token.whole else ""
        part = _PARTS.get(token.lower) or self.ordinal_words(token.lower)
        upper = "een" if token.upper == 1 else self.cardinal(token.upper)
        return f"{whole}{upper} {part}"
