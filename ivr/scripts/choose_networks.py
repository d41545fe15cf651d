"""An officer chooses by key whom an alert is for, among the networks that they may send to."""

from ivr.call.call import Call
from ivr.call.menu import ANY_KEY, menu
from ivr.scripts.officer_ports import OfferedNetwork, SignedInOfficer

PAGE = 8
"""Networks that one question offers: keys 1 to 8, with 9 for others."""


async def choose_networks(call: Call, officer: SignedInOfficer) -> list[OfferedNetwork]:
    """Those of the officer, by key: on or off; 0 takes all, # ends. Who has one network is not asked."""
    says, all_of_them = officer.says, list(officer.networks)
    if len(all_of_them) == 1:
        return all_of_them
    chosen: list[OfferedNetwork] = []
    first = 0
    while True:
        shown, more = all_of_them[first : first + PAGE], len(all_of_them) > PAGE
        keys = "".join(str(key) for key in range(1, len(shown) + 1)) + "0#" + ("9" if more else "")
        question = await officer.offer(shown, more=more)
        match await menu(call, question, keys, wrong=says["line_wrong_key"]):
            case "0":
                return all_of_them
            case "#" if chosen:
                return [one for one in all_of_them if one in chosen]
            case "#":
                await call.play(says["police_none_chosen"])
            case "9":
                first = first + PAGE if first + PAGE < len(all_of_them) else 0
            case key:
                one = shown[int(key) - 1]
                chosen = [*chosen, one] if one not in chosen else [other for other in chosen if other != one]
                await call.play(await officer.told_chosen(one, chosen=one in chosen), keys=ANY_KEY)
