"""The folder one Asterisk lives in: its configuration, rendered from templates, and everything it writes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from buurtbel.embedded.account import Account, check_reachable
from buurtbel.embedded.asterisk_root import Installation
from buurtbel.embedded.errors import StartError

TEMPLATES = Path(__file__).parents[2] / "asterisk-config"

_LONGEST_SOCKET_PATH = 107
_LARGEST_LOG_BYTES = 1 << 20
_WRITTEN_BY_ASTERISK = ("var", "spool", "run", "log")


class RunDirectory:
    """`etc` is ours and only readable to Asterisk: even a taken-over Asterisk cannot rewrite its rules."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.etc = self.path / "etc"
        self.data = self.path / "data"
        self.var = self.path / "var"
        self.spool = self.path / "spool"
        self.run = self.path / "run"
        self.log = self.path / "log"
        self.config = self.etc / "asterisk.conf"
        self.control = self.run / "asterisk.ctl"
        self.note = self.path / "program.json"
        self.output = self.log / "output"
        self.messages = self.log / "messages"
        self.records = self.log / "cdr-custom"
        self.recordings = self.spool / "recording"

    def prepare(self, account: Account) -> None:
        """Make the folders. StartError when the path is too long or closed to `account`."""
        if len(str(self.control)) > _LONGEST_SOCKET_PATH:
            raise StartError(f"The path {self.path} is too long for a control socket: choose a shorter one.")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            check_reachable(self.path, account)
            account.share(self.path, 0o750)
            for folder in (self.etc, self.data):
                folder.mkdir(exist_ok=True)
                account.share(folder, 0o750)
            for name in _WRITTEN_BY_ASTERISK:
                folder = self.path / name
                folder.mkdir(exist_ok=True)
                account.own(folder, 0o755)
            # The modules that write call records and recordings make no folder.
            for folder in (self.records, self.recordings):
                folder.mkdir(exist_ok=True)
                account.own(folder, 0o755)
        except OSError as error:
            raise StartError(
                f"The folder {self.path} cannot be used ({error.strerror}): choose another."
            ) from error
        self.control.unlink(missing_ok=True)

    def link_data(self, installation: Installation) -> None:
        """Point at the read-only data of the installation; its own links would lead outside its root."""
        sounds = self.data / "sounds"
        sounds.mkdir(exist_ok=True)
        for name in ("documentation", "rest-api"):
            _link(self.data / name, installation.data / name)
        for english in sorted((installation.data / "sounds").glob("en_US*/")):
            if english.is_dir():
                _link(sounds / "en", english)

    def render(
        self, template: str, values: Mapping[str, Any], installation: Installation, account: Account
    ) -> None:
        """Write every `*.j2` of the template folder into `etc`, readable to `account` only."""
        folder = TEMPLATES / template
        loader = FileSystemLoader(folder)
        environment = Environment(  # noqa: S701 - these are no HTML pages
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        dirs = {name: getattr(self, name) for name in ("etc", "data", "var", "spool", "run", "log")}
        dirs |= {"modules": installation.modules, "sbin": installation.binary.parent}
        for source in sorted(folder.glob("*.j2")):
            text = environment.get_template(source.name).render(dirs=dirs, **values)
            target = self.etc / source.stem
            target.touch(mode=0o600)
            target.write_text(text)
            account.share(target, 0o640)

    def keep_log_small(self) -> bool:
        """Set a large log aside as `messages.1`; True when Asterisk must open a new one."""
        if not self.messages.exists() or self.messages.stat().st_size < _LARGEST_LOG_BYTES:
            return False
        self.messages.replace(self.messages.with_suffix(".1"))
        return True


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)
