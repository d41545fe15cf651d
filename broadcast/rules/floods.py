"""How often something may be asked of us by phone, where a number can be forged and a line costs nothing.

In words for a police officer. What somebody reports is always kept and always listed. It rings the officers
on duty unless three reports from the same number, kept within ten minutes, still wait to be judged. Whoever
withholds their number could be anybody, and so could whoever shows a number that is no member's and that the
trunk does not vouch for: all of these together ring with three reports a minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at most in any stretch of that length."""

    most: int
    within: timedelta

    def allows(self, earlier: Iterable[datetime], *, now: datetime) -> bool:
        """Tell whether there may be one more now, after those at these moments; times are aware."""
        return sum(now - at < self.within for at in earlier) < self.most


ANYBODY = ""
"""The reporter of whom nothing tells them from others."""


def reporter_of(number: str | None, *, is_member: bool, is_vouched: bool) -> str:
    """Give whom limits count a report for: the number, or `ANYBODY`."""
    return number if number is not None and (is_member or is_vouched) else ANYBODY
