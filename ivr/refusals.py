"""The fixed sentence on the phone for each reason for which something is not done."""

from collections.abc import Mapping

from directory.refusals import Reason
from prompts.catalogue import Key

SAYS: Mapping[Reason, Key] = {
    Reason.NOT_IN_ROLE: "duty_not_yours",
    Reason.NOT_THEIR_NETWORK: "duty_not_yours",
    Reason.WRONG_SIGN_IN: "police_refused",
    Reason.LOCKED_OUT: "police_locked",
    Reason.CHARTER_NOT_APPROVED: "police_not_allowed",
    Reason.OUTSIDE_HOURS: "police_not_allowed",
    Reason.NO_MEMBERS: "police_nobody",
    Reason.NO_NUMBERS: "police_nobody",
    Reason.NO_NETWORKS: "police_nobody",
    Reason.UNKNOWN_BROADCAST: "police_no_alert",
    Reason.NO_BROADCAST: "police_no_alert",
    Reason.BROADCAST_OVER: "police_ended",
    Reason.UNKNOWN_REPORT: "duty_taken",
    Reason.REPORT_TAKEN: "duty_taken",
    Reason.REPORT_USED: "duty_taken",
    # What nobody can cause by keys, or can only try once more.
    Reason.MEMBERS_CHANGED: "police_failed",
    Reason.BAD_ALERT: "police_failed",
    Reason.NOT_SPOKEN: "police_failed",
    Reason.BAD_NAME: "police_failed",
    Reason.ALREADY_PAUSED: "police_paused",
    Reason.NOT_PAUSED: "police_resumed",
    Reason.BAD_PACE: "police_failed",
    Reason.UNKNOWN_STREET: "police_failed",
    Reason.NOBODY_NEW: "police_failed",
    Reason.NO_CODE: "police_failed",
    Reason.UNKNOWN_CALL: "police_failed",
    Reason.SEVERAL_CALLS: "police_failed",
    Reason.UNKNOWN_NODE: "police_failed",
    Reason.NODE_TAKEN: "police_failed",
    Reason.UNKNOWN_NETWORK: "police_failed",
    Reason.NETWORK_EXISTS: "police_failed",
    Reason.BAD_NETWORK: "police_failed",
    Reason.UNKNOWN_MEMBER: "police_failed",
    Reason.BAD_MEMBER: "police_failed",
    Reason.BAD_NUMBER: "police_failed",
    Reason.BAD_LIST: "police_failed",
    Reason.UNKNOWN_OFFICER: "police_failed",
    Reason.OFFICER_EXISTS: "police_failed",
    Reason.BAD_OFFICER: "police_failed",
    Reason.BAD_PIN: "police_failed",
    Reason.UNKNOWN_PRONUNCIATION: "police_failed",
    Reason.BAD_PRONUNCIATION: "police_failed",
}
