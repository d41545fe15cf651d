"""How places are said, and the numbers and addresses at which somebody is reached."""

import re

from prompts.normalise.languages.numbers import Numbers
from prompts.normalise.tokens import House, PhoneNumber, Postcode, Road, ShortNumber

_ADDRESS_PARTS = re.compile(r"[^\W\d_]+|\d+|\S")


class Places(Numbers):
    """Belgian habits; a language may have others."""

    def whereabouts(self, token: PhoneNumber | ShortNumber | Road | House | Postcode) -> str:
        match token:
            case PhoneNumber():
                return self.phone(token)
            case ShortNumber(digits):
                return self.short_number(digits)
            case Road():
                return self.road(token)
            case House():
                return self.house(token)
            case Postcode():
                return self.postcode(token)

    def phone(self, token: PhoneNumber) -> str:
        plus = f"{self.words['plus']} " if token.plus else ""
        said = [self.phone_group(group) for group in token.groups]
        return plus + ", ".join(said)

    def phone_group(self, group: str) -> str:
        """In pairs, and three figures as one number, as people in Belgium say them."""
        match len(group), group[0] == "0":
            case (1 | 2, _):
                return self.pair(group)
            case (3, False):
                return self.in_words(int(group))
            case (3, True):
                return self.digits(group) if group[1] == "0" else f"{self.zero} {self.pair(group[1:])}"
            case (4, True) if group[1:3] in {"70", "80", "90"}:
                return self.cardinal(group)
            case (5, False):
                return f"{self.pair(group[:2])}, {self.phone_group(group[2:])}"
        return ", ".join(map(self.pair, twos(group)))

    def short_number(self, digits: str) -> str:
        if said := self.lexicon.short_numbers.get(digits):
            return said
        return " ".join(map(self.pair, twos(digits))) if len(digits) == 4 else self.cardinal(digits)

    def plate_group(self, group: str) -> str:
        if group[0] == "?":
            return " ".join([self.words["unknown"]] * len(group))
        return self.digits(group) if group.isdecimal() else self.spelled(group)

    def road(self, token: Road) -> str:
        said = f"{self.spelled(token.letter)} {self.cardinal(token.number)}"
        return f"{said} {self.spelled(token.branch)}" if token.branch else said

    def house(self, token: House) -> str:
        letter = f" {self.spelled(token.letter)}" if token.letter else ""
        box = f" {self.words['box']} {self.box(token.box)}" if token.box else ""
        return f"{self.cardinal(token.number)}{letter}{box}"

    def box(self, box: str) -> str:
        parts = re.findall(r"[A-Za-z]|\d+|\.", box)
        return " ".join(
            self.words["dot"]
            if part == "."
            else self.cardinal(part)
            if part.isdecimal()
            else self.spelled(part)
            for part in parts
        )

    def postcode(self, token: Postcode) -> str:
        said = self.postcode_digits(token.digits)
        if token.letters.startswith("<"):
            return f"{self.spelled(token.letters[1:])} {said}"
        return f"{said} {self.spelled(token.letters)}" if token.letters else said

    def postcode_digits(self, digits: str) -> str:
        """Two and two; a round one as a number."""
        if len(digits) != 4:
            return self.digits(digits)
        if digits.endswith("00"):
            return self.round_postcode(digits)
        return f"{self.pair(digits[:2])} {self.pair(digits[2:])}"

    def round_postcode(self, digits: str) -> str:
        return self.cardinal(digits)

    def address(self, text: str) -> str:
        signs = {".": "dot", "@": "at", "/": "slash", "-": "dash", "_": "underscore", "+": "plus"}
        said: list[str] = []
        for part in _ADDRESS_PARTS.findall(text):
            if part == "www":
                said.append(self.spelled(part))
            elif part[0].isalnum():
                said.append(self.part(part))
            elif part in signs:
                said.append(self.words[signs[part]])
        return " ".join(said)


def twos(figures: str) -> list[str]:
    return [figures[at : at + 2] for at in range(0, len(figures), 2)]
