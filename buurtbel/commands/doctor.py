"""`buurtbel doctor`: is everything ready for the next alert?"""

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.commands.sentences import Failed, complain
from buurtbel.doctor import Finding, examine


def doctor(as_json: Json = False) -> None:
    """Look whether everything that an alert needs is there."""
    chosen = settings()

    async def work() -> list[Finding]:
        return [finding async for finding in examine(chosen)]

    findings = run(work())
    answer(
        {"ok": all(finding.ok for finding in findings), "findings": findings},
        as_json=as_json,
        text=lambda: table(
            "", "what", "says", rows=[("ok" if f.ok else "NO", f.what, f.says) for f in findings]
        ),
    )
    wrong = ", ".join(finding.what for finding in findings if not finding.ok)
    if wrong:
        complain(f"Not everything is ready for an alert: look at {wrong}.")
        raise Failed
