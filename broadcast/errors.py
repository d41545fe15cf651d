"""What the alert can refuse.

Refusal
└── BroadcastError
    ├── NotAllowed                       the rules forbid it now
    │   └── CharterNotApproved, OutsideHours
    ├── NobodyToCall                     whom the alert is for cannot be called
    │   └── NoMembers, NoNumbers, NoNetworks, NobodyJoins, NoReporter
    ├── MembersChanged                   somebody joined while the alert was being spoken
    ├── BadAlert                         what is typed or recorded cannot be an alert: text, language, length
    ├── NotSpoken                        the voice cannot speak it
    ├── UnknownBroadcast, NoBroadcast    there is none with that number; there is none at all
    ├── BroadcastOver                    it cannot be stopped, because it has ended
    ├── AlreadyPaused, NotPaused         it is paused already; it is not
    ├── BadPace                          no alert can go at that pace
    ├── UnknownStreet                    no member of these networks lives there
    ├── NobodyNew                        whoever is to be added to it is called for it already
    ├── NoCode                           it has no code that could be withdrawn
    ├── NotFollowed                      a follow-up of that one cannot be sent, or not to these people
    │   └── Replaced, AnswersOne, NotForThem
    ├── NotThatReport                    what is asked of a report of a member cannot be done with that one
    │   └── UnknownReport, ReportTaken, ReportUsed
    ├── UnknownDraft, DraftBegun         nobody wrote it on the screen; it is an alert already
    ├── UnknownCall, SeveralCalls        there is none with that id; more than one begins so
    ├── BeingCalled                      somebody is rung or spoken to who was to be erased
    └── UnknownNode, NodeTaken           no node has that name; another process has it
"""

# ruff: noqa: N818 - named as what is wrong, not as errors of ours

from directory.refusals import Reason, Refusal


class BroadcastError(Refusal):
    """Base of what is refused before anything was written."""


class NotAllowed(BroadcastError):
    """The rules forbid sending this to these networks now."""


class CharterNotApproved(NotAllowed):
    reason = Reason.CHARTER_NOT_APPROVED


class OutsideHours(NotAllowed):
    reason = Reason.OUTSIDE_HOURS


class NobodyToCall(BroadcastError):
    """No member of the chosen networks can be called."""


class NoMembers(NobodyToCall):
    reason = Reason.NO_MEMBERS


class NoNumbers(NobodyToCall):
    reason = Reason.NO_NUMBERS


class NoNetworks(NobodyToCall):
    """The reporter is in none, and none is named."""

    reason = Reason.NO_NETWORKS


class NobodyJoins(NobodyToCall):
    """Of those whom the first was for, nobody gets the follow-up."""

    reason = Reason.NOBODY_JOINS


class NoReporter(NobodyToCall):
    """Nobody knows who told it, or more than one person may have."""

    reason = Reason.NO_REPORTER


class MembersChanged(BroadcastError):
    """There is no audio for somebody who must hear it."""

    reason = Reason.MEMBERS_CHANGED


class BadAlert(BroadcastError):
    """The text or its languages cannot become an alert."""

    reason = Reason.BAD_ALERT


class NotSpoken(BroadcastError):
    """The voice fails, or cannot say that."""

    reason = Reason.NOT_SPOKEN


class UnknownBroadcast(BroadcastError):
    """No broadcast has this number."""

    reason = Reason.UNKNOWN_BROADCAST


class NoBroadcast(UnknownBroadcast):
    """There is none yet."""

    reason = Reason.NO_BROADCAST


class BroadcastOver(BroadcastError):
    """Nobody will be called for it any more."""

    reason = Reason.BROADCAST_OVER


class AlreadyPaused(BroadcastError):
    """By somebody else, or before."""

    reason = Reason.ALREADY_PAUSED


class NotPaused(BroadcastError):
    """It goes on as it is."""

    reason = Reason.NOT_PAUSED


class BadPace(BroadcastError):
    """No alert would end at it, or it is no pace."""

    reason = Reason.BAD_PACE


class UnknownStreet(BroadcastError):
    """Nobody of the networks that are added lives in it, as the list has it."""

    reason = Reason.UNKNOWN_STREET


class NobodyNew(BroadcastError):
    """Everybody who would be added is called already."""

    reason = Reason.NOBODY_NEW


class NotThatReport(BroadcastError):
    """There is no such report, or somebody else has it."""


class UnknownReport(NotThatReport):
    reason = Reason.UNKNOWN_REPORT


class ReportTaken(NotThatReport):
    """By somebody else."""

    reason = Reason.REPORT_TAKEN


class ReportUsed(NotThatReport):
    """An alert was made of it."""

    reason = Reason.REPORT_USED


class NoCode(BroadcastError):
    """Nobody can hear it by a code as it is."""

    reason = Reason.NO_CODE


class NotFollowed(BroadcastError):
    """It cannot be followed so."""


class Replaced(NotFollowed):
    """Another text is said in its place."""

    reason = Reason.REPLACED


class AnswersOne(NotFollowed):
    """It answers one reporter, of whom nobody else may learn."""

    reason = Reason.ANSWERS_ONE


class NotForThem(NotFollowed):
    """It would leave out somebody who may have heard a text that is wrong."""

    reason = Reason.NOT_FOR_THEM


class UnknownCall(BroadcastError):
    """No call has this id, or none that begins so."""

    reason = Reason.UNKNOWN_CALL


class SeveralCalls(BroadcastError):
    """More than one call has an id that begins so."""

    reason = Reason.SEVERAL_CALLS


class BeingCalled(BroadcastError):
    """A call to them is up or waits, or an alert goes out in their voice."""

    reason = Reason.BEING_CALLED


class UnknownNode(BroadcastError):
    """No node has this name."""

    reason = Reason.UNKNOWN_NODE


class NodeTaken(BroadcastError):
    """Two processes under one name would lead the same calls."""

    reason = Reason.NODE_TAKEN


class UnknownDraft(BroadcastError):
    """Nobody wrote it, or it is somebody else's."""

    reason = Reason.UNKNOWN_DRAFT


class DraftBegun(BroadcastError):
    """It became an alert, or does so in this moment: it is stopped, and not changed any more."""

    reason = Reason.DRAFT_BEGUN
