"""What people do here, as a closed list: each is allowed by role, and kept in the journal."""

from enum import StrEnum


class Act(StrEnum):
    """`follow` and `read` alone change nothing."""

    FOLLOW = "alert.follow"
    SEND = "alert.send"
    STOP = "alert.stop"
    WITHDRAW_CODE = "alert.withdraw_code"
    FOLLOW_UP = "alert.follow_up"
    """An all-clear, a correction, or more."""
    PAUSE = "alert.pause"
    RESUME = "alert.resume"
    SET_PACE = "alert.set_pace"
    ADD_PEOPLE = "alert.add_people"
    """More people are called for an alert that is under way: a network, or streets of one."""

    READ_REPORTS = "report.read"
    """Seeing and hearing what members reported, on the screen."""

    CLOSE_RESTORED = "alert.close_restored"
    """It ran when a backup was made, and is not gone on with now that the backup is restored."""

    CLAIM = "report.claim"
    JUDGE = "report.judge"
    SEND_REPORT = "report.send"
    """An alert is made of what a member reported."""
    ANSWER_REPORT = "report.answer"
    """Its reporter is told something, and nobody else."""

    ADD_NETWORK = "network.add"
    APPROVE_NETWORK = "network.approve"

    JOIN = "member.join"
    LEAVE = "member.leave"
    IMPORT = "member.import"
    REVIVE = "member.revive"

    SIGN_IN = "officer.sign_in"
    """Somebody typed an officer's PIN, and it was right."""
    ADD_OFFICER = "officer.add"
    SET_OFFICER_NETWORKS = "officer.networks"
    SET_OFFICER_PIN = "officer.pin"
    REMOVE_OFFICER = "officer.remove"
    SET_DUTY = "officer.duty"

    INVITE_USER = "user.invite"
    ACCEPT_INVITATION = "user.accept"
    """A user chose a password, and showed that their app knows the secret."""
    REMOVE_USER = "user.remove"
    END_SESSIONS = "user.sign_out"
    """Somebody else is signed out, everywhere."""
    OPEN_SESSION = "session.open"
    """A user signed in on the screen."""
    CLOSE_SESSION = "session.close"

    SET_PRONUNCIATION = "pronunciation.set"
    REMOVE_PRONUNCIATION = "pronunciation.remove"

    DRAIN_NODE = "node.drain"
    RESUME_NODE = "node.resume"
    ORDER_TEST_CALL = "test_call.order"
    WITHDRAW_TEST_CALL = "test_call.withdraw"

    RESTORE = "backup.restore"
    """The database was replaced by what a backup holds, with the entries before this one."""
    EXPORT_PERSON = "member.export"
    """Somebody was given all that is kept of a person."""
    ERASE_PERSON = "member.erase"
    RETAIN = "retention.run"
    """What was kept for long enough was erased; it says how much."""

    OPEN_JOURNAL = "journal.open"
    """The first entry: from here on acts are kept."""
