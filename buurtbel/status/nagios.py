"""What was found, as Nagios and whatever understands its plugins wants it: one line and an exit code."""

from collections.abc import Sequence

from buurtbel.status.doctor import Finding

OK, WARNING, CRITICAL = 0, 1, 2
NEEDED = ("database", "line", "PBX", "trunk", "disk", "test call")
"""Without these no phone rings now."""


def for_nagios(findings: Sequence[Finding]) -> tuple[str, int]:
    """The line and the code: critical for what keeps an alert from going out, a warning for anything else."""
    wrong = [one for one in findings if not one.ok]
    if not wrong:
        return f"BUURTBEL OK - all {len(findings)} checks are well", OK
    wrong.sort(key=lambda one: one.what not in NEEDED)
    is_critical = wrong[0].what in NEEDED
    told = " ".join(f"{one.what}: {one.says}" for one in wrong)
    # What follows a | would be taken for figures.
    line = " ".join(told.replace("|", "/").split())
    return (
        f"BUURTBEL {'CRITICAL' if is_critical else 'WARNING'} - {line}",
        CRITICAL if is_critical else WARNING,
    )
