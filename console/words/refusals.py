"""The sentence on the screen for each reason for which something is not done."""

from collections.abc import Mapping

from console.words.marks import N_
from console.words.words import Words
from directory.refusals import Reason, Refusal

_ELSEWHERE = N_("This cannot be done here. Ask who administers Buurtbel. ({reason})")
"""Of what no page asks for."""
SENTENCES: Mapping[Reason, str] = dict.fromkeys(Reason, _ELSEWHERE) | {
    Reason.NOT_IN_ROLE: N_("This is not yours to do. Ask who administers Buurtbel here."),
    Reason.NOT_THEIR_NETWORK: N_("This concerns a network that is not yours."),
    Reason.WRONG_SIGN_IN: N_("Name, password and digits do not belong together. Try again."),
    Reason.LOCKED_OUT: N_("There were too many wrong attempts. Wait some minutes and try again."),
    Reason.CHARTER_NOT_APPROVED: N_(
        "The charter of {network} is not approved yet, so nobody of it can be called."
    ),
    Reason.OUTSIDE_HOURS: N_(
        "A message that is not urgent may ring {network} only between {hours_from:%H:%M} and "
        "{hours_until:%H:%M}. Make it urgent, or send it after {after:%H:%M}."
    ),
    Reason.NO_MEMBERS: N_("These networks have no members yet."),
    Reason.NO_NUMBERS: N_("No member of these networks has a number that can be called."),
    Reason.NO_NETWORKS: N_("Nobody knows in which network the reporter lives. Choose the networks to call."),
    Reason.MEMBERS_CHANGED: N_("The member list was changed just now. Look at the alert again."),
    Reason.BAD_ALERT: N_("The alert cannot be sent like this: {detail}"),
    Reason.NOT_SPOKEN: N_("The text cannot be spoken: {detail}"),
    Reason.UNKNOWN_BROADCAST: N_("There is no alert {broadcast}."),
    Reason.BROADCAST_OVER: N_("Alert {broadcast} is over already."),
    Reason.ALREADY_PAUSED: N_("Alert {broadcast} was paused by {name} already."),
    Reason.NOT_PAUSED: N_("Alert {broadcast} is not paused."),
    Reason.REPLACED: N_("Alert {by} is said in place of alert {broadcast} already. Follow that one."),
    Reason.ANSWERS_ONE: N_("Alert {broadcast} answers one reporter, and nothing follows it."),
    Reason.NOBODY_JOINS: N_("Nobody whom alert {broadcast} was for can be called for this."),
    Reason.UNKNOWN_DRAFT: N_("This alert was never written, or somebody else writes it."),
    Reason.DRAFT_BEGUN: N_("This alert has begun already. It can be stopped, and not changed any more."),
    Reason.UNKNOWN_REPORT: N_("There is no report {report}."),
    Reason.REPORT_TAKEN: N_("Report {report} was taken up by {name} already."),
    Reason.REPORT_USED: N_("Report {report} led to alert {broadcast} already."),
    Reason.UNKNOWN_NETWORK: N_("There is no network {network!r}."),
    Reason.UNKNOWN_USER: N_("There is no such user."),
    Reason.USER_EXISTS: N_("Somebody signs in with this name already. Choose another one."),
    Reason.BAD_USER: N_("The user cannot be invited like this: {detail}"),
    Reason.BAD_PASSWORD: N_(
        "A password has at least {shortest} characters, not all the same few, and not your name. "
        "Choose another one."
    ),
    Reason.WRONG_DIGITS: N_("The app shows other digits. Type those that it shows now."),
    Reason.UNKNOWN_INVITATION: N_(
        "This invitation was used already or is too old. Ask who administers Buurtbel for another one."
    ),
}
"""With the facts of the refusal in braces."""


def refusal_says(words: Words, refusal: Refusal) -> str:
    """What the person at the screen is told."""
    return words.say(SENTENCES[refusal.reason], **(dict(refusal.facts) | {"reason": refusal.reason}))
