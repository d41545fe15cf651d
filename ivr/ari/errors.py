"""What can go wrong between us and Asterisk, as far as somebody acts on the difference."""

# ruff: noqa: N818 - they are named as conditions, as in ARI and telephony


class AriError(Exception):
    """Base of all errors of this package.

    AriError
    ├── AriUnreachable          no connection, no answer in time, or Asterisk not ready: try again
    ├── AriRefused              Asterisk understood and said no: a fault in settings or in our request
    ├── ChannelGone             the call is ending or is no longer ours: normal, end its script
    ├── AlreadyPlaced           a channel with this id lives already: the call was placed before
    ├── EndpointUnavailable     Asterisk has no way out for this call: the trunk is down, not the number
    └── ApplicationTaken        another program listens under our application name: stop dialling
    """


class AriUnreachable(AriError):
    """Nothing is known about what was asked: it may or may not have been done."""


class AriRefused(AriError):
    """Carries Asterisk's own words and the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class ChannelGone(AriError):
    """The channel has ended, is ending, or has left our application."""


class AlreadyPlaced(AriError):
    """The answer to a second originate under one id; the first call goes on undisturbed."""


class EndpointUnavailable(AriError):
    """No channel was made, nobody was rung and no event will come."""


class ApplicationTaken(AriError):
    """Asterisk sends our events to somebody else from now on."""
