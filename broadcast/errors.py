"""What the alert can refuse, in sentences for the officer."""

# ruff: noqa: N818 - named as what is wrong, not as errors of ours


class BroadcastError(Exception):
    """Base of everything that stops a broadcast before anything was written.

    - NotAllowed: the rules forbid it now (charter, hours).
    - NobodyToCall: the chosen networks have no member with a number.
    - MembersChanged: somebody joined while the alert was being spoken.
    - BadAlert: the alert itself cannot be spoken (text, language, length).
    - UnknownBroadcast: there is none with that number.
    """


class NotAllowed(BroadcastError):
    """The rules forbid sending this to these networks now."""


class NobodyToCall(BroadcastError):
    """No member of the chosen networks can be called."""


class MembersChanged(BroadcastError):
    """There is no audio for somebody who must hear it."""


class BadAlert(BroadcastError):
    """The text or its languages cannot become an alert."""


class UnknownBroadcast(BroadcastError):
    """No broadcast has this number."""
