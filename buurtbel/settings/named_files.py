"""Files and folders that settings name: whether the accounts that need them may use them, in one sentence."""

from collections.abc import Sequence
from pathlib import Path

from buurtbel.settings.settings import Settings
from embedded.account import Account, may_use, name_of
from embedded.asterisk_root import Installation
from embedded.errors import FolderError


def check_for_line(settings: Settings, account: Account) -> None:
    """What the account of the line writes. Raises FolderError."""
    if settings.pbx.sounds is not None and _is_there(settings.pbx.sounds):
        _check(settings.sounds_folder, account, "rwx", "BUURTBEL_PBX_SOUNDS")


def check_for_pbx(settings: Settings, account: Account, groups: Sequence[int] = ()) -> None:
    """What the account of our Asterisk, in `groups`, reads and runs. Raises FolderError."""
    if settings.pbx.sounds is not None and _is_there(settings.pbx.sounds):
        _check(settings.sounds_folder, account, "rx", "BUURTBEL_PBX_SOUNDS", groups)
    if settings.pbx.root is not None:
        binary = Installation(settings.pbx.root.absolute()).binary
        _check(binary, account, "rx", "BUURTBEL_PBX_ROOT", groups)
    if settings.trunk.ca_file:
        _check(Path(settings.trunk.ca_file), account, "r", "BUURTBEL_TRUNK_CA_FILE", groups)


def _check(path: Path, account: Account, how: str, setting: str, groups: Sequence[int] = ()) -> None:
    if not _is_there(path):
        raise FolderError(f"{path} is not there, and {setting} asks for it: name what is, or leave it out.")
    if not may_use(path, account, how, groups):
        wanted = "write into" if "w" in how else "use"
        raise FolderError(
            f"The account {name_of(account)} may not {wanted} {path}, which {setting} asks for: "
            f"change its owner or mode, or name another."
        )


def _is_there(path: Path) -> bool:
    """Or hidden from us."""
    try:
        path.stat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True
