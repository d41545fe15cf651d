"""The folder one Asterisk lives in: its configuration, rendered from templates, and everything it writes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from embedded.account import Account
from embedded.asterisk_root import Installation
from embedded.errors import StartError
from embedded.folders import make_folder, make_folder_in

TEMPLATES = Path(__file__).parents[1] / "asterisk-config"

_LONGEST_SOCKET_PATH = 107
_WRITTEN_BY_ASTERISK = ("var", "spool", "run", "log")


class RunDirectory:
    """`etc` is ours and only readable to Asterisk: even a taken-over Asterisk cannot rewrite its rules."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.etc = self.path / "etc"
        self.data = self.path / "data"
        self.sounds = self.data / "sounds"
        self.var = self.path / "var"
        self.spool = self.path / "spool"
        self.run = self.path / "run"
        self.log = self.path / "log"
        self.config = self.etc / "asterisk.conf"
        self.control = self.run / "asterisk.ctl"
        self.messages = self.log / "messages"
        self.records = self.log / "cdr-custom"
        self.recordings = self.spool / "recording"

    def lay_out(self, ours: Account, theirs: Account) -> None:
        """Make the folders that are missing: `etc` and `data` for us to write, the others for Asterisk.

        Raises StartError when the path is too long, FolderError when something else is in their place.
        """
        if len(str(self.control)) > _LONGEST_SOCKET_PATH:
            raise StartError(f"The path {self.path} is too long for a control socket: choose a shorter one.")
        readable = Account(ours.uid, theirs.gid)
        writable = Account(theirs.uid, ours.gid)
        with make_folder(self.path, readable, 0o2750) as here:
            with (
                make_folder_in(here, self.etc, readable, 0o2750),
                make_folder_in(here, self.data, readable, 0o2750) as data,
                make_folder_in(data, self.sounds, readable, 0o2750),
            ):
                pass
            for name in _WRITTEN_BY_ASTERISK:
                with make_folder_in(here, self.path / name, writable, 0o2750):
                    pass

    def link_data(self, installation: Installation) -> None:
        """Point at the read-only data of the installation; its own links would lead outside its root."""
        for name in ("documentation", "rest-api"):
            _link(self.data / name, installation.data / name)
        for english in sorted((installation.data / "sounds").glob("en_US*/")):
            if english.is_dir():
                _link(self.sounds / "en", english)

    def render(self, template: str, values: Mapping[str, Any], installation: Installation) -> None:
        """Write every `*.j2` of the template folder into `etc`, readable to Asterisk by its group."""
        programs = {"modules": installation.modules, "sbin": installation.binary.parent}
        for source in sorted((TEMPLATES / template).glob("*.j2")):
            target = self.etc / source.stem
            # Not the one of an earlier release: it may belong to a group that Asterisk is not in.
            target.unlink(missing_ok=True)
            target.touch(mode=0o600)
            target.write_text(self._rendered(template, source.name, values, programs))
            target.chmod(0o640)

    def rewrite(self, template: str, name: str, values: Mapping[str, Any]) -> None:
        """Write one of these files anew, for an Asterisk that runs; one without paths of programs."""
        (self.etc / name).write_text(self._rendered(template, f"{name}.j2", values, {}))

    def _rendered(
        self, template: str, source: str, values: Mapping[str, Any], programs: Mapping[str, Path]
    ) -> str:
        environment = Environment(  # noqa: S701 - these are no HTML pages
            loader=FileSystemLoader(TEMPLATES / template),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        own = {name: getattr(self, name) for name in ("etc", "data", "var", "spool", "run", "log")}
        return environment.get_template(source).render(dirs={**own, **programs}, **values)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    link.unlink(missing_ok=True)
    link.symlink_to(target)
