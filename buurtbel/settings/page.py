"""Writes the page of all settings, docs/settings.md, from the models: `make settings-page`."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, SecretStr

from buurtbel.settings.reading import Setting, every_setting
from buurtbel.settings.settings import Settings
from buurtbel.settings.wanted import wanted

HEAD = """\
# Settings

*Written by `make settings-page` from the code; change it there.*

Every setting is an environment variable, or a line `NAME=value` in a file. That file is the one that
`BUURTBEL_ENV_FILE` names, else `/etc/buurtbel/buurtbel.env`, else `buurtbel.env` in the working folder; the
last one only where file and folder belong to who runs the command, and cannot be changed by everybody.
Root reads no file that others can change, unless `BUURTBEL_ENV_FILE` names it; an empty `BUURTBEL_ENV_FILE`
means no file. What the environment says goes before what the file says, and an empty value means the default.

In the file a line that begins with `#` is a comment, and so is what follows a space and a `#`; a value may
stand in quotes. A name that does not exist, or a value that cannot be, is refused with one sentence before
anything is begun.

What root starts goes on under an account of its own, with these settings and, of root's environment, with
`PATH`, `LANG`, `LC_*`, `TZ` and `TERM` alone. `BUURTBEL_PASS_ON`, in the environment of root only, names what
else is needed, with commas between: `HTTPS_PROXY,SSL_CERT_FILE`, for instance.
"""
TITLES = {
    "": "This machine",
    "database": "Database",
    "pbx": "Our Asterisk",
    "trunk": "The trunk",
    "speech": "Speech",
    "alert": "An alert call",
    "retry": "When a call is tried again",
    "broadcast": "A broadcast",
    "nodes": "Several machines",
    "officers": "Officers by phone",
    "lockout": "Wrong PINs and codes",
    "duty": "The officer on duty",
    "leaving": "Leaving by phone",
    "console": "The screen",
    "session": "Signed in on the screen",
    "retention": "How long what is known of people is kept",
    "backup": "Backups",
}


def page() -> str:
    """The whole page."""
    sections: dict[str, list[Setting]] = {}
    for setting in every_setting():
        sections.setdefault(setting.section, []).append(setting)
    return "\n".join([HEAD, *(line for name, those in sections.items() for line in _section(name, those))])


def _section(name: str, settings: list[Setting]) -> Iterator[str]:
    yield f"## {TITLES.get(name, name.capitalize())}\n"
    yield "| name | default | takes | what it is |"
    yield "|---|---|---|---|"
    for one in settings:
        takes = wanted(one.path, one.info)
        cells = [f"`{one.name}`", _default(one), takes, str(one.info.description)]
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _default(setting: Setting) -> str:
    if setting.info.default_factory is not None:
        return "the host's name"
    default = Settings.model_fields[setting.section].default if setting.section else None
    value = getattr(default, setting.field) if isinstance(default, BaseModel) else setting.info.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value in (None, ""):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:.15g}`" if isinstance(value, float) else f"`{value}`"


if __name__ == "__main__":
    (Path(__file__).parents[2] / "docs" / "settings.md").write_text(page())
