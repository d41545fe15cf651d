"""An officer calls our number: signs in, speaks an alert and sends it, hears how it goes, stops it."""

from ivr.call.call import Call
from ivr.call.digits import digits
from ivr.call.errors import NoInput
from ivr.call.menu import menu
from ivr.scripts.follow_alerts import follow_alerts
from ivr.scripts.officer_ports import AlertRefused, SignedInOfficer, SignIn
from ivr.scripts.send_alert import send_alert

TRIES = 3
"""In one call; how long the next call has to wait is not the script's business."""


async def police_line(call: Call, station: SignIn) -> None:
    """Whoever it is types number and PIN; then 1 sends an alert, and 2 follows those that are out."""
    says = station.says
    try:
        officer = await sign_in(call, station)
        if officer is None:
            await call.play(says["goodbye"])
            return
        says, call.novelty.is_trusted = officer.says, True
        while True:
            match await menu(call, says["police_menu"], "12", wrong=says["line_wrong_key"]):
                case "1":
                    if not await send_alert(call, officer):
                        return
                case _:
                    await follow_alerts(call, officer)
    except NoInput:
        await call.play(says["goodbye"])


async def sign_in(call: Call, station: SignIn) -> SignedInOfficer | None:
    """Who types a number and a PIN that belong together; nobody hears which of the two was wrong."""
    says = station.says
    for _ in range(TRIES):
        number = await digits(call, says["police_number"])
        pin = await digits(call, says["police_pin"])
        answer = await station.sign_in(number, pin)
        if not isinstance(answer, AlertRefused):
            return answer
        await call.play(says[answer.why])
        if answer.why == "police_locked":
            break
    return None
