"""What can keep drawn neighbours from being rung, each one sentence that says what to do."""


class NeighboursError(Exception):
    """Base of this package's errors.

    - VoicesMissing: human recordings or a speech engine are not on this machine.
    """


class VoicesMissing(NeighboursError):  # noqa: N818 - a condition
    """Some drawn neighbours speak with a voice that is not there."""
