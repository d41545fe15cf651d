"""What the directory refuses.

Refusal
├── NotInRole, NotTheirNetwork   who asks may not do this, or not there
├── SignInRefused, LockedOut     nobody has proved who they are
├── BadName                      what is given as the name of who does something is none
└── DirectoryError
    ├── UnknownNetwork, NetworkExists, NetworkRefused
    ├── UnknownMember, SeveralPeople, MemberRefused
    ├── NumberRefused            a text is no number that may be kept or dialled
    ├── ListRefused              a file is no member list at all; a wrong row is a line in the report instead
    ├── UnknownOfficer, OfficerExists, OfficerRefused, PinRefused
    ├── UnknownUser, UserExists, UserRefused, PasswordRefused, WrongDigits, UnknownInvitation
    └── UnknownPronunciation, PronunciationRefused
"""

# ruff: noqa: N818 - named as what is wrong, not as errors of ours

from directory.refusals import Reason, Refusal


class NotInRole(Refusal):
    """Nobody with this role does that."""

    reason = Reason.NOT_IN_ROLE


class NotTheirNetwork(Refusal):
    """They do that, but not for all of these networks."""

    reason = Reason.NOT_THEIR_NETWORK


class BadName(Refusal):
    """Nobody is called so."""

    reason = Reason.BAD_NAME


class DirectoryError(Refusal):
    """What cannot be kept, or is not there."""


class SignInRefused(DirectoryError):
    """It does not say which of the two is wrong."""

    reason = Reason.WRONG_SIGN_IN


class LockedOut(DirectoryError):
    """Too many of these: the next guess has to wait."""

    reason = Reason.LOCKED_OUT


class UnknownNetwork(DirectoryError):
    reason = Reason.UNKNOWN_NETWORK


class NetworkRefused(DirectoryError):
    """It cannot be kept as given: short name, name, hours that are none."""

    reason = Reason.BAD_NETWORK


class NetworkExists(NetworkRefused):
    """Another one has the short name."""

    reason = Reason.NETWORK_EXISTS


class UnknownMember(DirectoryError):
    """Nobody who has not left has this name or number."""

    reason = Reason.UNKNOWN_MEMBER


class SeveralPeople(DirectoryError):
    """Which of them is meant is for whoever asks to say."""

    reason = Reason.SEVERAL_PEOPLE


class MemberRefused(DirectoryError):
    """They cannot be kept as given: name, language, address, how many numbers."""

    reason = Reason.BAD_MEMBER


class NumberRefused(DirectoryError):
    """Safe to log: no sentence of it shows any digit of the number."""

    reason = Reason.BAD_NUMBER


class ListRefused(DirectoryError):
    reason = Reason.BAD_LIST


class PronunciationRefused(DirectoryError):
    """A reading cannot be kept as given: no plain words, too long, language."""

    reason = Reason.BAD_PRONUNCIATION


class UnknownPronunciation(DirectoryError):
    reason = Reason.UNKNOWN_PRONUNCIATION


class OfficerRefused(DirectoryError):
    """They cannot be kept as given: number, name, language."""

    reason = Reason.BAD_OFFICER


class OfficerExists(OfficerRefused):
    """Another one has the number."""

    reason = Reason.OFFICER_EXISTS


class PinRefused(DirectoryError):
    """Too short, or guessed too easily."""

    reason = Reason.BAD_PIN


class UnknownOfficer(DirectoryError):
    reason = Reason.UNKNOWN_OFFICER


class UnknownUser(DirectoryError):
    reason = Reason.UNKNOWN_USER


class UserRefused(DirectoryError):
    """They cannot be kept as given: name, role, networks."""

    reason = Reason.BAD_USER


class UserExists(UserRefused):
    """Another one has the name."""

    reason = Reason.USER_EXISTS


class PasswordRefused(DirectoryError):
    """Too short, or guessed too easily."""

    reason = Reason.BAD_PASSWORD


class WrongDigits(DirectoryError):
    """The app of the user shows others."""

    reason = Reason.WRONG_DIGITS


class UnknownInvitation(DirectoryError):
    """It was used, withdrawn, or is too old."""

    reason = Reason.UNKNOWN_INVITATION
