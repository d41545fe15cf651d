"""An officer hears how an alert goes, pauses it, resumes it, and stops it."""

from ivr.call.call import Call
from ivr.call.menu import ANY_KEY, menu
from ivr.call.signals import Heard, Key
from ivr.scripts.officer_ports import SignedInOfficer

CHOICES = "1359#"


async def follow_alerts(call: Call, officer: SignedInOfficer, *, first: int | None = None) -> None:
    """1 tells the latest figures, 3 goes to the alert before, 5 pauses or resumes it, 9 9 stops it, # ends.

    Begins with the newest, or with `first`: a colleague may have sent one in the same moment.
    """
    says, alerts = officer.says, await officer.alerts()
    if not alerts:
        await call.play(says["police_no_alert"])
        return
    at, choice = (alerts.index(first) if first in alerts else 0), "1"
    while choice != "#":
        if choice == "9":
            await stop_alert(call, officer, alerts[at])
        elif choice == "5":
            await call.play(says[await officer.pause_or_resume(alerts[at])])
        elif choice == "3" and at + 1 == len(alerts):
            await call.play(says["line_no_earlier_alert"])
        elif choice == "3":
            at += 1
        progress = await officer.progress(alerts[at])
        heard: Heard = await call.play(progress.figures, keys=CHOICES)
        if not isinstance(heard, Key) and progress.halt is not None:
            heard = await call.play(says[progress.halt], keys=CHOICES)
        if isinstance(heard, Key):
            choice = heard.digit
        else:
            choice = await menu(call, says["police_figures_menu"], CHOICES, wrong=says["line_wrong_key"])


async def stop_alert(call: Call, officer: SignedInOfficer, broadcast: int) -> None:
    """A second 9 stops it; any other key does not."""
    says = officer.says
    if await menu(call, says["police_stop_sure"], ANY_KEY, wrong=says["line_wrong_key"]) == "9":
        await call.play(says[await officer.stop(broadcast)])
