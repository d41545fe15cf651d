"""Makes the lines of a log out of the events that our Asterisk prints; its keeper reads them through this.

Asterisk prints text of others as it came, line ends included. So each event begins with a date and a mark of
this start (`dateformat` in logger.conf). A line without them continues the event before it.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

from embedded.logs import plain_line

AT_MOST = 20
"""How many lines from one place in Asterisk's source are kept in `WITHIN` seconds; others are counted."""
WITHIN = 60.0
LONGEST_EVENT = 1 << 14
"""Bytes of one event that are kept until the rest of it comes."""

_DATEFORMAT = re.compile(r"^dateformat = %F %T ([0-9a-f]+)$", re.MULTILINE)
_PLACE = re.compile(r"\[[^]]*\] (?P<level>[A-Z]+)\[\d+\](?:\[[^]]*\])?: (?P<place>\S+ \S+)")
_TOLD_BY_LEVEL_ALONE = ("WARNING", "ERROR")
REGISTRATION = "res_pjsip_outbound_registration.c"
"""The one file of Asterisk's source that tells what came of registering."""
_NEWS = re.compile(r": (?:Endpoint \S+ is now \w+|Asterisk Ready\.)\Z")
"""Notices that belong into a log: the trunk went away, or came back."""


def mark_in(logger_conf: Path) -> str:
    """The mark that begins each event of the Asterisk that was started on this file; "" without one."""
    found = _DATEFORMAT.search(logger_conf.read_text())
    return found[1] if found else ""


class PbxOutput:
    """Makes lines for the log out of what Asterisk printed. A place that prints too much is counted instead.

    `feed` takes the bytes that were read, in pieces of any size. `rest` ends the event that is held back:
    call it when nothing came for a moment, and at the end.
    """

    def __init__(self, mark: str, *, clock: Callable[[], float] = monotonic) -> None:
        self._begins = (
            re.compile(rb"^\[[^\]\n]{1,40} " + mark.encode() + rb"\] ") if mark else re.compile(rb"^")
        )
        self._mark = f" {mark}]" if mark else "]"
        self._clock = clock
        self._line = b""
        self._event = b""
        self._since = clock()
        self._said: dict[str, int] = {}
        self._last: dict[str, str] = {}

    def last(self, source: str) -> str:
        """The newest line that came from this file of Asterisk's source, also when it was left out."""
        return self._last.get(source, "")

    def feed(self, data: bytes) -> list[str]:
        *whole, self._line = (self._line + data).split(b"\n")
        self._line = self._line[:LONGEST_EVENT]
        told = [line for one in whole for line in self._take(one)]
        return told + self._what_was_left_out()

    def rest(self) -> list[str]:
        """The lines of the event that is held back, as if no more of it came."""
        line, self._line = self._line, b""
        told = [*(self._take(line) if line else []), *self._tell()]
        return told + self._what_was_left_out()

    def _take(self, line: bytes) -> Iterator[str]:
        if self._begins.match(line):
            yield from self._tell()
            self._event = line[:LONGEST_EVENT]
        elif self._event:
            self._event = (self._event + b"\n" + line)[:LONGEST_EVENT]
        elif line.strip():
            # Printed past its log, or what is left of an event that was taken for whole.
            yield from self._unless_too_often("other", "| " + line.decode(errors="backslashreplace"))

    def _tell(self) -> Iterator[str]:
        event, self._event = self._event.decode(errors="backslashreplace").strip(), b""
        event = event.replace(self._mark, "]", 1)
        place = _PLACE.match(event)
        if place is None:
            yield from self._unless_too_often("other", event)
        elif place["level"] in _TOLD_BY_LEVEL_ALONE or _NEWS.search(event):
            if (source := place["place"].partition(":")[0]) == REGISTRATION:
                self._last[source] = plain_line(event)
            yield from self._unless_too_often(place["place"], event)

    def _unless_too_often(self, place: str, text: str) -> Iterator[str]:
        if not text:
            return
        self._said[place] = self._said.get(place, 0) + 1
        if self._said[place] <= AT_MOST:
            yield plain_line(text)

    def _what_was_left_out(self) -> list[str]:
        """Once a minute, how many lines were left out, by the place that they came from."""
        if self._clock() - self._since < WITHIN:
            return []
        said, self._said, self._since = self._said, {}, self._clock()
        return [
            plain_line(f"{count - AT_MOST} more like this were left out, from {place}")
            for place, count in said.items()
            if count > AT_MOST
        ]
