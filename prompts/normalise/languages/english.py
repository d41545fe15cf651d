"""How English is said in Britain."""

from prompts.normalise.languages.language import Language
from prompts.normalise.tokens import Clock, Date, Fraction, Height, Ordinal, OutOf, Road

_PARTS = {2: "half", 3: "third", 4: "quarter"}
_OH = "oh"


class English(Language):
    def in_words(self, value: int) -> str:
        return super().in_words(value).replace(",", "")

    def clock(self, token: Clock) -> str:
        if token.half == "h":
            return self._on_24_hours(token)
        half = {"a": " a m", "p": " p m"}.get(token.half, "")
        if not half and not token.bare and (token.leading or token.hour > 12):
            half = " a m" if token.hour % 24 < 12 else " p m"
        hours = self.cardinal((token.hour - 1) % 12 + 1)
        second = f" and {self.cardinal(token.second)} seconds" if token.second else ""
        if not token.minute:
            return hours + second + half
        minute = f"{_OH} {self.cardinal(token.minute)}" if token.minute < 10 else self.cardinal(token.minute)
        return f"{hours} {minute}{second}{half}"

    def _on_24_hours(self, token: Clock) -> str:
        hour = f"{_OH} {self.cardinal(token.hour)}" if token.hour < 10 else self.cardinal(token.hour)
        if not token.minute:
            return f"{hour} hundred hours"
        minute = f"{_OH} {self.cardinal(token.minute)}" if token.minute < 10 else self.cardinal(token.minute)
        return f"{hour} {minute} hours"

    def date(self, token: Date) -> str:
        day, month = self.ordinal_words(token.day), self.lexicon.month_name(token.month)
        year = f" {self.year(token.year)}" if token.year else ""
        if token.month_first:
            return f"{month} the {day}{year}"
        the = "" if token.before == "the" else "the "
        return f"{the}{day} of {month}{year}" if token.month else f"{the}{day}"

    def decade(self, year: str) -> str:
        words = self.year(year)
        return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"

    def decimals(self, figures: str) -> str:
        return self.digits(figures)

    def phone_group(self, group: str) -> str:
        return self.digits(group)

    def short_number(self, digits: str) -> str:
        if said := self.lexicon.short_numbers.get(digits):
            return said
        if len(digits) != 4:
            return self.digits(digits)
        last = f"{_OH} {self.in_words(int(digits[3]))}" if digits[2] == "0" else self.pair(digits[2:])
        return f"{self.pair(digits[:2])} {last}"

    def road(self, token: Road) -> str:
        if token.letter in "AMB" and len(token.number) > 2:
            digits = " ".join(_OH if one == "0" else self.in_words(int(one)) for one in token.number)
            return f"{self.spelled(token.letter)} {digits}{f' {token.branch}' if token.branch else ''}"
        return super().road(token)

    def height(self, token: Height) -> str:
        if token.feet:
            return f"{self.cardinal(token.whole)} foot{f' {self.cardinal(token.part)}' if token.part else ''}"
        return super().height(token)

    def round_postcode(self, digits: str) -> str:
        return (
            self.cardinal(digits) if digits.endswith("000") else f"{self.in_words(int(digits[:2]))} hundred"
        )

    def out_of(self, token: OutOf) -> str:
        if token.total in {"7", "24", "365"}:
            return f"{self.cardinal(token.some)} {self.cardinal(token.total)}"
        return super().out_of(token)

    def ordinal(self, token: Ordinal) -> str:
        return self.ordinal_words(token.number)

    def regnal(self, number: int) -> str:
        return f"the {self.ordinal_words(number)}"

    def fraction(self, token: Fraction) -> str:
        part = _PARTS.get(token.lower) or self.ordinal_words(token.lower)
        whole = f"{self.cardinal(token.whole)} and " if token.whole else ""
        upper = "a" if token.upper == 1 and token.whole else self.cardinal(token.upper)
        plural = "" if token.upper == 1 else "s"
        return f"{whole}{upper} {part}{plural}"
