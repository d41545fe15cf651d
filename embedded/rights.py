"""Root's rights, given up for good."""

import ctypes
import fcntl
import os
import pwd
import re
import signal
import termios
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from embedded.account import Account, check_interpreter_reachable
from embedded.errors import FolderError
from embedded.folders import owner_of

ALSO = "BUURTBEL_PASS_ON"
"""Names, with commas between them, what else of root's environment goes on."""
_GOES_ON = re.compile(r"PATH|LANG|LC_[A-Z]+|TZ|TERM|BUURTBEL_\w+")
_PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 24, 38
_CAPABILITIES = 64
"""More than there are; the kernel refuses those that it does not know."""


def become_owner_of(folder: Path) -> None:
    """Give up root for good and go on as the account that owns `folder`.

    Without root, without such a folder or where it is root's own, nothing changes. Raises FolderError and
    StartError.
    """
    if os.geteuid() == 0 and (owner := owner_of(folder)):
        try:
            become(pwd.getpwuid(owner))
        except KeyError:
            raise FolderError(
                f"The folder {folder} belongs to no account that this machine knows (uid {owner}): "
                f"name another with BUURTBEL_DATA_DIR."
            ) from None


def become(entry: pwd.struct_passwd) -> None:
    """Give up root for good and go on as this account, with no way to gain any right, nor root's environment.

    Raises StartError when the account cannot run this code.
    """
    check_interpreter_reachable(Account(entry.pw_uid, entry.pw_gid))
    kept = what_goes_on(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    leave_terminal()
    _bind_for_good()
    os.initgroups(entry.pw_name, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def what_goes_on(environment: Mapping[str, str]) -> dict[str, str]:
    """What an account gets of root's environment: our settings, and where, when and how it works.

    The rest is root's: its secrets, and what makes an interpreter or a linker run something more.
    """
    named = {name.strip() for name in environment.get(ALSO, "").split(",")}
    return {name: value for name, value in environment.items() if name in named or _GOES_ON.fullmatch(name)}


def leave_terminal() -> None:
    """Give up root's terminal: whoever controls one can type into it, and root's shell obeys (ioctl_tty(2)).

    What is written there still comes through, and so does Ctrl-C.
    """
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # which the leader of a session is sent for it
    with suppress(OSError):  # there may be none
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
        try:
            fcntl.ioctl(terminal, termios.TIOCNOTTY)
        finally:
            os.close(terminal)
    signal.signal(signal.SIGHUP, before)


def _bind_for_good() -> None:
    """Empty the bounding set and set no_new_privs, as setpriv does for what we start (prctl(2))."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for capability in range(_CAPABILITIES):
        prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
