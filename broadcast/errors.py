"""What the alert can refuse, in sentences for the officer, and how an absent database shows."""

# ruff: noqa: N818 - named as what is wrong, not as errors of ours

from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

DATABASE_AWAY = (DBAPIError, NoConnectionFree, ConnectorException)
"""What the database's absence looks like, through SQLAlchemy and through the job engine."""


class BroadcastError(Exception):
    """Base of what is refused before anything was written.

    - NotAllowed: the rules forbid it now (charter, hours).
    - NobodyToCall: the chosen networks have no member with a number.
    - MembersChanged: somebody joined while the alert was being spoken.
    - BadAlert: the alert itself cannot be spoken (text, language, length).
    - UnknownBroadcast: there is none with that number.
    - BroadcastOver: it cannot be stopped, because it has ended.
    - UnknownNode: no node has that name.
    - NodeTaken: another process bears this node's name.
    - NotThatReport: what is asked of a report of a member cannot be done with that one.
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


class BroadcastOver(BroadcastError):
    """Nobody will be called for it any more."""


class UnknownNode(BroadcastError):
    """No node has this name."""


class NodeTaken(BroadcastError):
    """Two processes under one name would lead the same calls."""


class NotThatReport(BroadcastError):
    """There is no such report, or somebody else has it."""
