"""Tells who calls from the headers of the trunk.

They are From (RFC 3261), P-Asserted-Identity (RFC 3325), Privacy (RFC 3323) and verstat (3GPP TS 24.229).

Anybody can write a From. It is vouched for where the trunk's carrier screens its callers. A number that a
trusted trunk asserts or has validated is vouched for too; a validation that did not pass vouches for nobody.
A caller who asks by any of these headers to be withheld is withheld.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from directory.possible_numbers import NONE, PossibleNumbers, country_of_code, possible_numbers
from ivr.ari.events import ReportedChannel
from ivr.pbx.trunk import Trunk

LONGEST_HEADER = 400
"""Characters of a header that the dialplan hands over.

A header as long as that may be cut and says nothing.
"""
FROM, PRIVACY = "CALLER_FROM", "CALLER_PRIVACY"
ASSERTED = ("CALLER_ASSERTED_1", "CALLER_ASSERTED_2", "CALLER_ASSERTED_3")
"""Channel variables that the dialplan fills, percent-encoded twice."""
MOST_ASSERTED = 2
"""How many identities may be asserted of one caller: a SIP and a tel URI (RFC 3325, section 9.1)."""

_SHOWN_TO_ALL = frozenset({"", "none", "session", "history", "critical"})
"""Privacy values that do not hide who calls."""
_WITHHELD = frozenset({"anonymous", "restricted", "private", "withheld"})
_ADDRESS = re.compile(
    r'\s*(?P<display>"(?:[^"\\]|\\.)*"|[^"<>,;:]*)\s*<(?P<uri>[^<>"]*)>\s*(?P<parameters>;[^<>]*)?'
    r"|\s*(?P<bare>[^<>\",;\s]+)\s*(?P<behind>;[^<>]*)?"
)
_SIP = re.compile(r"sips?:(?P<user>[^@]*)@(?P<host>[^;?:/]+).*", re.IGNORECASE)
_TEL = re.compile(r"tel:(?P<user>.*)", re.IGNORECASE)
_CONTEXT = re.compile(r";phone-context=\+([0-9]{1,3})(?:;|$)", re.IGNORECASE)
_VERSTAT = re.compile(r";\s*verstat\s*(?:=\s*\"?([^;?>@:\s\"]*))?", re.IGNORECASE)
_PASSED = frozenset({"tn-validation-passed", "tn-validation-passed-a"})
"""The verstat values of a number that is the caller's own. B and C vouch for a customer or a gateway only."""
_ONE_OF_SEVERAL = re.compile(r'(?:"(?:[^"\\]|\\.)*"|<[^<>]*>|[^",<>])+')


@dataclass(frozen=True, slots=True)
class CallerId:
    """A caller as the trunk shows them. Without possible numbers they are nobody."""

    possible_numbers: PossibleNumbers = NONE
    is_vouched: bool = False
    """Whether the trunk stands in for the number, so that it is not only what the caller says."""

    @property
    def tells_apart(self) -> PossibleNumbers | None:
        """A key that is the same on all their calls and on no other caller's; None when there is none."""
        return self.possible_numbers if self.possible_numbers != NONE else None

    @classmethod
    def of_called(cls, number: str) -> "CallerId":
        """The person who picked up this number, which we called: it is theirs."""
        return cls(PossibleNumbers((number,)), is_vouched=True)


def caller_of(channel: ReportedChannel, trunk: Trunk) -> CallerId:
    """The caller on this channel. A PBX that hands over no headers tells the number alone."""
    told = channel.channelvars
    if FROM not in told:
        return _known(possible_numbers(channel.caller.number, trunk.country), is_vouched=trunk.vouches)
    return identified({name: _decoded(text) for name, text in told.items()}, trunk)


def _decoded(text: str) -> str:
    """Decode a variable: the dialplan encodes colons first and then the whole, which may hold any bytes."""
    return unquote(unquote(text, errors="replace"))


def identified(headers: Mapping[str, str], trunk: Trunk) -> CallerId:
    """The caller by these headers, named by the variables above; a header that is not there is empty."""
    sender = _address(headers.get(FROM, ""))
    if sender is None or _wants_privacy(headers.get(PRIVACY, "")):
        return CallerId()
    names = ASSERTED if trunk.trusts_identity else ()
    values = [one for name in names for one in _several(headers.get(name, ""))]
    asserted = [one for value in values if (one := _address(value))]
    said = (sender, *asserted)
    if any(one.is_withheld for one in said):
        return CallerId()
    has_failed = any(not one.has_passed for one in said if one.verdicts)
    # More than may be asserted of one caller, or not the same everywhere, is asserted of nobody.
    numbers = {one.possible_numbers(trunk.country) for one in asserted} - {NONE}
    if len(values) > MOST_ASSERTED or len(numbers) > 1:
        return CallerId(sender.possible_numbers(trunk.country))
    if numbers:
        return CallerId(numbers.pop(), is_vouched=not has_failed)
    is_vouched = trunk.vouches or (trunk.trusts_identity and sender.has_passed)
    return _known(sender.possible_numbers(trunk.country), is_vouched=is_vouched and not has_failed)


def _known(found: PossibleNumbers, *, is_vouched: bool) -> CallerId:
    """The caller with these numbers; nobody vouches for a header that cannot be read."""
    return CallerId(found, is_vouched=is_vouched and found != NONE)


@dataclass(frozen=True, slots=True)
class _Address:
    display: str
    user: str
    host: str
    verdicts: tuple[str, ...]
    """The verstat parameters: the results of validating the number."""

    @property
    def has_passed(self) -> bool:
        return bool(self.verdicts) and _PASSED.issuperset(self.verdicts)

    @property
    def is_withheld(self) -> bool:
        return (
            self.display.strip('" ').lower() in _WITHHELD
            or self.user.lower() in _WITHHELD
            or self.host.lower().rstrip(".").endswith("anonymous.invalid")
        )

    def possible_numbers(self, country: str) -> PossibleNumbers:
        number, _, parameters = self.user.partition(";")
        context = _CONTEXT.search(f";{parameters}")
        if context and not number.startswith("+"):
            country = country_of_code(context[1])
            if not country:
                return NONE
        return possible_numbers(number, country)


def _address(header: str) -> _Address | None:
    """The address of a header that has one; None when it cannot be read, or may have been cut."""
    found = _ADDRESS.fullmatch(header) if len(header) < LONGEST_HEADER else None
    if found is None:
        return None
    uri = found["bare"] if found["uri"] is None else found["uri"]
    display, behind = found["display"] or "", found["parameters"] or found["behind"] or ""
    verdicts = tuple(one.lower() for one in _VERSTAT.findall(uri.partition("?")[0] + behind))
    if sip := _SIP.fullmatch(uri):
        user = sip["user"].partition(":")[0]
        return _Address(display, unquote(user, errors="replace"), sip["host"], verdicts)
    if tel := _TEL.fullmatch(uri):
        return _Address(display, tel["user"], "", verdicts)
    scheme, _, host = uri.partition(":")
    return _Address(display, "", host, verdicts) if scheme.isalpha() and host else None


def _wants_privacy(header: str) -> bool:
    if len(header) >= LONGEST_HEADER:
        return True
    return not {one.strip().lower() for one in re.split(r"[;,]", header)} <= _SHOWN_TO_ALL


def _several(header: str) -> Iterator[str]:
    """The values of a header, between commas; a header that may have been cut has none."""
    if len(header) < LONGEST_HEADER:
        yield from (one for one in _ONE_OF_SEVERAL.findall(header) if one.strip())
