"""The sentence on the command line for each reason for which something is not done."""

from collections.abc import Mapping, Sequence

from directory.refusals import Reason, Refusal

SENTENCES: Mapping[Reason, str] = {
    Reason.NOT_IN_ROLE: "This is not yours to do; ask who administers Buurtbel here.",
    Reason.NOT_THEIR_NETWORK: "You may do this, but not for all of these networks; leave out the others.",
    Reason.WRONG_SIGN_IN: "This officer number and this PIN do not belong together.",
    Reason.LOCKED_OUT: "There were too many wrong PINs; wait and try again.",
    Reason.BAD_NAME: "{detail}",
    Reason.CHARTER_NOT_APPROVED: (
        "The charter of {network} is not approved yet, so it cannot be called; "
        "enter the approval first with `buurtbel network approve`."
    ),
    Reason.OUTSIDE_HOURS: (
        "A message that is not urgent may ring {network} only between {hours_from:%H:%M} and "
        "{hours_until:%H:%M}; send it after {after:%d/%m %H:%M}."
    ),
    Reason.NO_MEMBERS: "These networks have no members yet; import a member list first.",
    Reason.NO_NUMBERS: (
        "No member of these networks has a number to call; add numbers first, or revive dead ones."
    ),
    Reason.NO_NETWORKS: "The reporter is in no network; name those to call with --network.",
    Reason.MEMBERS_CHANGED: "The member list was changed just now; send the alert again.",
    Reason.BAD_ALERT: "{detail}",
    Reason.NOT_SPOKEN: "{detail}",
    Reason.UNKNOWN_BROADCAST: "There is no broadcast {broadcast}; `buurtbel list` shows those there are.",
    Reason.NO_BROADCAST: "There is no broadcast yet; `buurtbel send` begins one.",
    Reason.BROADCAST_OVER: (
        "Broadcast {broadcast} is over or stopped already; see `buurtbel results {broadcast}`."
    ),
    Reason.ALREADY_PAUSED: (
        "Broadcast {broadcast} was paused by {name} already; `buurtbel resume {broadcast}` lets it go on."
    ),
    Reason.NOT_PAUSED: "Broadcast {broadcast} is not paused; `buurtbel watch {broadcast}` shows how it goes.",
    Reason.BAD_PACE: "{detail}",
    Reason.UNKNOWN_STREET: "Nobody of these networks lives in {street!r}; {hint}",
    Reason.NOBODY_NEW: "Broadcast {broadcast} calls all of them already, so that nobody was added.",
    Reason.NO_CODE: (
        "Broadcast {broadcast} has no code that works: it was withdrawn already, or never had one."
    ),
    Reason.REPLACED: (
        "Broadcast {by} is said in place of broadcast {broadcast} already; follow that one: "
        "`buurtbel follow-up {by}`."
    ),
    Reason.NOT_FOR_THEM: (
        "A correction of broadcast {broadcast} would leave out people who may have heard the wrong text; "
        "give --to heard or --to all."
    ),
    Reason.ANSWERS_ONE: (
        "Broadcast {broadcast} answers one reporter, and nobody else hears of it; "
        "use `buurtbel report-inbox answer` to tell them more."
    ),
    Reason.NOBODY_JOINS: (
        "Of those whom broadcast {broadcast} was for, nobody can be called who is meant here; "
        "give another --to, or see `buurtbel results {broadcast}`."
    ),
    Reason.UNKNOWN_DRAFT: "This alert was never written on the screen, or somebody else writes it.",
    Reason.DRAFT_BEGUN: "This alert has begun already; `buurtbel list` shows it; `buurtbel stop` ends it.",
    Reason.UNKNOWN_REPORT: "There is no report {report}; `buurtbel report-inbox list` names those there are.",
    Reason.REPORT_TAKEN: "Report {report} was taken up by {name} already; ask them, or take another one.",
    Reason.REPORT_USED: (
        "Report {report} led to broadcast {broadcast} already; see `buurtbel results {broadcast}`."
    ),
    Reason.NO_REPORTER: (
        "Nobody can be rung about report {report}: it came from no member's number, or from one that several "
        "members share."
    ),
    Reason.UNKNOWN_CALL: "There is no call {call!r}; `buurtbel results --calls` shows those of an alert.",
    Reason.SEVERAL_CALLS: "Several calls begin with {call}; type more of it.",
    Reason.UNKNOWN_NODE: "There is no node {node!r}; `buurtbel node list` shows which there are.",
    Reason.NODE_TAKEN: "{detail}",
    Reason.UNKNOWN_NETWORK: "There is no network {network!r}; {hint}",
    Reason.NETWORK_EXISTS: "There is a network {network} already; choose another short name.",
    Reason.BAD_NETWORK: "{detail}",
    Reason.UNKNOWN_MEMBER: (
        "Nobody has this name or number; `buurtbel member list` shows who is in a network."
    ),
    Reason.SEVERAL_PEOPLE: (
        "Several people have this name or number; give the id of one of them instead: {ids}."
    ),
    Reason.BEING_CALLED: (
        "This person is being called, or an alert goes out in their voice; try again when that is over."
    ),
    Reason.BAD_MEMBER: "{detail}",
    Reason.BAD_NUMBER: "{detail}",
    Reason.BAD_LIST: "{detail}",
    Reason.UNKNOWN_OFFICER: "There is no officer with this number; `buurtbel officer list` names them.",
    Reason.OFFICER_EXISTS: "There is an officer with this number already; choose another one.",
    Reason.BAD_OFFICER: "{detail}",
    Reason.BAD_PIN: "{detail}",
    Reason.UNKNOWN_USER: "Nobody has this name; `buurtbel console users` lists who signs in on the screen.",
    Reason.USER_EXISTS: "Somebody signs in with this name already; choose another one.",
    Reason.BAD_USER: "{detail}",
    Reason.BAD_PASSWORD: (
        "A password has at least {shortest} characters, not all the same few, and no name; choose another."
    ),
    Reason.WRONG_DIGITS: "The app shows other digits; type those that it shows now.",
    Reason.UNKNOWN_INVITATION: (
        "This invitation was used already or is too old; ask who administers Buurtbel here for another one."
    ),
    Reason.UNKNOWN_PRONUNCIATION: (
        "The list has no such name there; `buurtbel pronunciation list` shows what it has."
    ),
    Reason.BAD_PRONUNCIATION: "{detail}",
}
"""With the facts of the refusal in braces."""


def sentence_of(refusal: Refusal) -> str:
    """What the person at the keyboard is told."""
    return SENTENCES[refusal.reason].format(**refusal.facts, hint=_hint(refusal))


def _hint(refusal: Refusal) -> str:
    """Which one may have been meant."""
    like = refusal.facts.get("like")
    names = like if isinstance(like, Sequence) else ()
    if names:
        return f"did you mean {' or '.join(names)}?"
    if refusal.reason is Reason.UNKNOWN_STREET:
        return "write it as the member list has it."
    return "ask for the list of networks."
