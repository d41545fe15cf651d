"""Errors of a call, and the reasons for which it ends."""


class LineError(Exception):
    """Base of all errors of a call.

    - Hangup: the party is gone; raised by the next verb, caught once, in the exchange.
    - Preempted: the line is needed for somebody else; to the script that is a hang-up.
    - NoInput: nothing of use was pressed, or only what makes us say the same again.
    - PlayFailed: a sound could not be played.
    - Withdrawn: the message was taken back; raised once, and the line is still there.
    - TextReplaced: another message is to be said in its place; raised each time that this is decided.
    """


class Hangup(LineError):  # noqa: N818 - a condition of the call, named as telephony names it
    """The other party, or the network, has ended the call."""


class Preempted(Hangup):
    """We need the line: this conversation is over, though the other party is still there. Raised once."""


class NoInput(LineError):  # noqa: N818 - as above
    """Nothing of use was pressed in all the time that was given."""


class PlayFailed(LineError):  # noqa: N818
    """The PBX could not play a sound; the person heard silence."""


class Withdrawn(LineError):  # noqa: N818
    """The message was taken back: nobody should hear it any more."""


class TextReplaced(LineError):  # noqa: N818
    """Another message is said from now on, and this one no more."""
