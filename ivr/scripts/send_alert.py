"""An officer speaks an alert, chooses whom it is for, hears what it will do, and sends it."""

from ivr.call.call import Call
from ivr.call.menu import ANY_KEY, menu
from ivr.scripts.choose_networks import choose_networks
from ivr.scripts.follow_alerts import follow_alerts
from ivr.scripts.officer_ports import AlertPlan, AlertRefused, Message, SignedInOfficer
from ivr.scripts.speak_alert import speak_alert


async def send_alert(call: Call, officer: SignedInOfficer) -> bool:
    """Until 1 is pressed nothing is sent, and from then on nothing is lost, whoever hangs up.

    Whether the call goes on: an officer whom we call back must be able to pick up.
    """
    says = officer.says
    if not officer.networks:
        await call.play(says["police_no_network"])
        return True
    spoken = await speak_alert(call, officer)
    if spoken is None:
        return True
    message, sound = spoken
    plan = await plan_alert(call, officer, message)
    await call.play(plan.summary, keys=ANY_KEY)
    while (choice := await menu(call, says["police_send_menu"], "123", wrong=says["line_wrong_key"])) == "2":
        await call.play(sound, keys=ANY_KEY)
    if choice == "3":
        await message.discard()
        await call.play(says["police_not_sent"])
        return True
    done = await plan.send()
    await call.play(says[done.says])
    if done.broadcast is not None:
        await follow_alerts(call, officer, first=done.broadcast)
    return done.says != "police_calls_back"


async def plan_alert(call: Call, officer: SignedInOfficer, message: Message) -> AlertPlan:
    """Ask for whom and how urgent, until it is an alert that may be sent."""
    says = officer.says
    while True:
        networks = await choose_networks(call, officer)
        urgent = await menu(call, says["police_urgent"], "12", wrong=says["line_wrong_key"]) == "1"
        await call.play(says["police_moment"])
        plan = await officer.plan(message, networks, urgent=urgent)
        if not isinstance(plan, AlertRefused):
            return plan
        await call.play(says[plan.why])
