"""What is wrong with a backup, each one sentence that says what to do.

BackupError
├── Unusable         the file is no backup that this release can bring back
├── Locked           the file is encrypted, and no key that opens it was given
├── NotEmpty         the database holds something already
└── AtWork           something still works on the database
"""

from buurtbel.errors import BuurtbelError


class BackupError(BuurtbelError):
    """It could not be made, looked through or brought back."""


class Unusable(BackupError):  # noqa: N818 - a condition
    """Nothing of it was written anywhere."""


class Locked(BackupError):  # noqa: N818 - a condition
    """Nothing of it could be read."""


class NotEmpty(BackupError):  # noqa: N818 - a condition
    """Nothing was changed there."""


class AtWork(BackupError):  # noqa: N818 - a condition
    """Nothing was changed there."""
