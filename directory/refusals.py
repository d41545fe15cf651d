"""Why something that somebody asks for is not done: one reason of a closed list, and what it is about.

Each way in (telephone, command line, screen) has one table of sentences for these reasons.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """`detail`: the refusal has a sentence of its own, about a text that somebody typed."""

    # Who asks
    NOT_IN_ROLE = "not_in_role"
    NOT_THEIR_NETWORK = "not_their_network"
    WRONG_SIGN_IN = "wrong_sign_in"
    LOCKED_OUT = "locked_out"
    BAD_NAME = "bad_name"
    """`detail`"""

    # An alert
    CHARTER_NOT_APPROVED = "charter_not_approved"
    """`network`"""
    OUTSIDE_HOURS = "outside_hours"
    """`network`, `hours_from`, `hours_until`, `after`: when it may be sent"""
    NO_MEMBERS = "no_members"
    NO_NUMBERS = "no_numbers"
    NO_NETWORKS = "no_networks"
    MEMBERS_CHANGED = "members_changed"
    BAD_ALERT = "bad_alert"
    """`detail`"""
    NOT_SPOKEN = "not_spoken"
    """`detail`"""
    UNKNOWN_BROADCAST = "unknown_broadcast"
    """`broadcast`"""
    NO_BROADCAST = "no_broadcast"
    BROADCAST_OVER = "broadcast_over"
    """`broadcast`"""

    ALREADY_PAUSED = "already_paused"
    """`broadcast`, `name`: of who paused it"""
    NOT_PAUSED = "not_paused"
    """`broadcast`"""
    BAD_PACE = "bad_pace"
    """`detail`"""
    UNKNOWN_STREET = "unknown_street"
    """`street`, `like`: those that look like it"""
    NOBODY_NEW = "nobody_new"
    """`broadcast`"""
    NO_CODE = "no_code"
    """`broadcast`"""
    REPLACED = "replaced"
    """`broadcast`, `by`: the one that is said in its place"""
    NOT_FOR_THEM = "not_for_them"
    """`broadcast`: a correction of it would leave out who may have heard the wrong text"""
    ANSWERS_ONE = "answers_one"
    """`broadcast`: it answers one reporter, and nothing follows it"""
    NOBODY_JOINS = "nobody_joins"
    """`broadcast`: nobody is called whom a follow-up of it would be for"""

    UNKNOWN_DRAFT = "unknown_draft"
    """Nobody wrote it on the screen, or somebody else did."""
    DRAFT_BEGUN = "draft_begun"
    """`broadcast`: what it became, None while that begins"""

    # What a member reported
    UNKNOWN_REPORT = "unknown_report"
    """`report`"""
    REPORT_TAKEN = "report_taken"
    """`report`, `name`: of who took it up"""
    REPORT_USED = "report_used"
    """`report`, `broadcast`: what it led to"""
    NO_REPORTER = "no_reporter"
    """`report`: nobody knows whom to ring"""

    # Calls
    UNKNOWN_CALL = "unknown_call"
    """`call`: what was typed for its id"""
    SEVERAL_CALLS = "several_calls"
    """`call`, with which several begin"""

    # Machines
    UNKNOWN_NODE = "unknown_node"
    """`node`"""
    NODE_TAKEN = "node_taken"
    """`detail`"""

    # Who is who
    UNKNOWN_NETWORK = "unknown_network"
    """`network`, `like`: those that look like it"""
    NETWORK_EXISTS = "network_exists"
    """`network`"""
    BAD_NETWORK = "bad_network"
    """`detail`"""
    UNKNOWN_MEMBER = "unknown_member"
    SEVERAL_PEOPLE = "several_people"
    """`ids`: of those who have this name or number"""
    BEING_CALLED = "being_called"
    BAD_MEMBER = "bad_member"
    """`detail`"""
    BAD_NUMBER = "bad_number"
    """`detail`"""
    BAD_LIST = "bad_list"
    """`detail`"""
    UNKNOWN_OFFICER = "unknown_officer"
    OFFICER_EXISTS = "officer_exists"
    BAD_OFFICER = "bad_officer"
    """`detail`"""
    BAD_PIN = "bad_pin"
    """`detail`"""
    UNKNOWN_USER = "unknown_user"
    USER_EXISTS = "user_exists"
    BAD_USER = "bad_user"
    """`detail`"""
    BAD_PASSWORD = "bad_password"  # noqa: S105 - a reason
    """`shortest`: how many characters one has at least"""
    WRONG_DIGITS = "wrong_digits"
    UNKNOWN_INVITATION = "unknown_invitation"
    UNKNOWN_PRONUNCIATION = "unknown_pronunciation"
    BAD_PRONUNCIATION = "bad_pronunciation"
    """`detail`"""


class Refusal(Exception):  # noqa: N818 - nothing went wrong: it is not to be done
    """It is not done, and nothing of it is written. There is one class for each reason.

    Its text is its `detail`, else the reason alone: it may be logged, the facts may not.
    """

    reason: ClassVar[Reason]

    def __init__(self, detail: str = "", /, **facts: object) -> None:
        super().__init__(detail or str(self.reason))
        self.facts: Mapping[str, object] = facts | {"detail": detail}
