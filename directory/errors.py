"""What can be wrong with a question to the directory, each a sentence for the person who asked.

DirectoryError
├── UnknownNetwork    no network has this slug; the sentence lists those that look like it
├── NetworkRefused    a network cannot be kept as given (slug taken or malformed, hours that are none)
├── MemberRefused     a member cannot be kept as given (name, language, address, how many numbers)
├── OfficerRefused    an officer cannot be kept as given (number, name, language)
├── PinRefused        a PIN is too short or guessed too easily
├── UnknownOfficer    no officer has this number
├── SignInRefused     officer number and PIN do not belong together; it does not say which is wrong
├── LockedOut         too many of these: the next guess has to wait
├── NumberRefused     a text is no number that may be kept or dialled; the sentence never shows the number
└── ListRefused       a file is no member list at all; a wrong row is a line in the report instead
"""


class DirectoryError(Exception):
    """Its text is one sentence that says what to do."""


class UnknownNetwork(DirectoryError):  # noqa: N818
    pass


class NetworkRefused(DirectoryError):  # noqa: N818
    pass


class MemberRefused(DirectoryError):  # noqa: N818
    pass


class NumberRefused(DirectoryError):  # noqa: N818
    """Safe to log: no sentence of it shows any digit of the number."""


class ListRefused(DirectoryError):  # noqa: N818
    pass


class OfficerRefused(DirectoryError):  # noqa: N818
    pass


class PinRefused(DirectoryError):  # noqa: N818
    pass


class UnknownOfficer(DirectoryError):  # noqa: N818
    pass


class SignInRefused(DirectoryError):  # noqa: N818
    pass


class LockedOut(DirectoryError):  # noqa: N818
    pass
