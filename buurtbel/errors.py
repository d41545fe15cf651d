"""What can keep Buurtbel from working, each one sentence that says what to do."""


class BuurtbelError(Exception):
    """Base of this room's errors.

    - NewerDatabase: it was upgraded by a release that this one does not know.
    - NotRunning: there is no database, so no running Buurtbel.
    - WrongSetting: a setting does not exist, cannot be read, or cannot be what it is.
    - ConsoleNotServed: the screen cannot be served as it is set.
    - DemoFailed: the demo could not be run as scripted.
    """


class NotRunning(BuurtbelError):  # noqa: N818 - a condition
    """Nothing can be asked or sent until Buurtbel runs."""


class NewerDatabase(BuurtbelError):  # noqa: N818
    """This release cannot work on it."""


class DemoFailed(BuurtbelError):  # noqa: N818
    """The demo's stage could not be set."""


class WrongSetting(BuurtbelError):  # noqa: N818 - a condition
    """Nothing is begun with it."""


class ConsoleNotServed(BuurtbelError):  # noqa: N818 - a condition
    """Nothing else is hindered by it."""
