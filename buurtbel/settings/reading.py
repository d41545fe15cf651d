"""Reads the settings from the environment and one file, and says in our own words what is wrong with one."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from buurtbel.errors import WrongSetting
from buurtbel.settings.env_file import NAMED_BY, EnvFile, read_env_file
from buurtbel.settings.settings import Settings
from buurtbel.settings.wanted import wanted
from embedded.network.forms import FORMS, address, ports
from embedded.rights import ALSO

PREFIX = "BUURTBEL_"
OTHER_NAMES = frozenset({NAMED_BY, ALSO})
"""What is read from the environment besides settings."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its name in the environment, and where it is in `Settings`."""

    name: str
    section: str
    """Empty for one that is in no section."""
    field: str
    info: FieldInfo

    @property
    def path(self) -> str:
        return f"{self.section}.{self.field}" if self.section else self.field


def every_setting() -> Iterator[Setting]:
    """All there are, section by section, as the models have them."""
    for name, info in Settings.model_fields.items():
        if isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            for field, inner in info.annotation.model_fields.items():
                yield Setting(f"{PREFIX}{name}_{field}".upper(), name, field, inner)
        else:
            yield Setting(f"{PREFIX}{name}".upper(), "", name, info)


def read_settings(environment: Mapping[str, str] | None = None, file: EnvFile | None = None) -> Settings:
    """The settings, read anew. Raises WrongSetting, one sentence, before anything is made of them."""
    environment = os.environ if environment is None else environment
    told = _Told(environment, read_env_file(environment.get(NAMED_BY)) if file is None else file)
    known = {setting.name: setting for setting in every_setting()}
    told.check_names(set(known))
    by_section: dict[str, Any] = {}
    for name, setting in known.items():
        if value := told.value(name):
            section = by_section.setdefault(setting.section, {}) if setting.section else by_section
            section[setting.field] = value
    try:
        settings = Settings.model_validate(by_section)
    except ValidationError as error:
        raise told.wrong(_at_fault(error, known)) from error
    for setting in known.values():
        if told.value(setting.name) and not _fits(settings, setting):
            raise told.wrong(setting)
    _check_together(settings)
    return settings


def environment_of_settings(environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """All settings as environment variables, for a process that must not or cannot read our file.

    Has an empty BUURTBEL_ENV_FILE, so that it reads no other. Raises WrongSetting where one cannot be read.
    """
    environment = os.environ if environment is None else environment
    told = _Told(environment, read_env_file(environment.get(NAMED_BY)))
    names = [setting.name for setting in every_setting()]
    return {name: value for name in names if (value := told.value(name))} | {NAMED_BY: ""}


class _Told:
    """What environment and file say; the environment has the last word, and an empty value is none."""

    def __init__(self, environment: Mapping[str, str], file: EnvFile) -> None:
        self._environment = environment
        self._file = file

    def value(self, name: str) -> str:
        return self._environment.get(name, self._file.values.get(name, ""))

    def where(self, name: str) -> str:
        """How a sentence names it."""
        return name if name in self._environment else f"{name} in {self._file.path}"

    def check_names(self, known: set[str]) -> None:
        """Raise WrongSetting for a name that nothing reads: the setting that was meant would not hold."""
        names = [name for name in self._environment if name.upper().startswith(PREFIX)]
        names += [name for name in self._file.values if name.upper().startswith(PREFIX)]
        # Without the prefix it was meant for us all the same, when it lies in our file.
        names += [name for name in self._file.values if PREFIX + name.upper() in known]
        for name in names:
            if name in known or (name in OTHER_NAMES and name in self._environment):
                continue
            raise WrongSetting(f"There is no setting {self.where(name)}; {self._hint(name, known)}")

    def _hint(self, name: str, known: set[str]) -> str:
        candidates = known | OTHER_NAMES if name in self._environment else known
        bare = [one.removeprefix(PREFIX) for one in sorted(candidates)]
        close = get_close_matches(name.upper().removeprefix(PREFIX), bare, n=1)
        return (
            f"did you mean {PREFIX}{close[0]}?"
            if close
            else "take it away, or look it up in docs/settings.md."
        )

    def wrong(self, setting: Setting) -> WrongSetting:
        return WrongSetting(
            f"The setting {self.where(setting.name)} is not right; "
            f"write it as {wanted(setting.path, setting.info)}."
        )


def _at_fault(error: ValidationError, known: Mapping[str, Setting]) -> Setting:
    """Which setting pydantic complains of; what it says of it is not for people."""
    at = error.errors(include_url=False, include_input=False)[0]["loc"]
    by_path = {setting.path: setting for setting in known.values()}
    return by_path[".".join(str(part) for part in at[: 2 if at[0] not in by_path else 1])]


def _fits(settings: Settings, setting: Setting) -> bool:
    form = FORMS.get(setting.path)
    if form is None:
        return True
    value = getattr(getattr(settings, setting.section) if setting.section else settings, setting.field)
    return form.fits(value.get_secret_value() if isinstance(value, SecretStr) else str(value))


def _check_together(settings: Settings) -> None:
    """What is right by itself and wrong beside another."""
    if settings.trunk.register_with and not settings.trunk.user:
        raise WrongSetting(
            "BUURTBEL_TRUNK_REGISTER_WITH needs a user to register; "
            "set BUURTBEL_TRUNK_USER and BUURTBEL_TRUNK_PASSWORD as well."
        )
    sip, ari, audio = (
        address(settings.pbx.sip_bind),
        address(settings.pbx.ari_bind),
        ports(settings.pbx.rtp_ports),
    )
    if sip is None or ari is None or audio is None:
        return
    if sip[1] in audio:
        raise WrongSetting(
            f"BUURTBEL_PBX_SIP_BIND uses port {sip[1]}, which BUURTBEL_PBX_RTP_PORTS has for audio; "
            f"choose another for one of them."
        )
    if sip[1] == ari[1]:
        raise WrongSetting(
            f"BUURTBEL_PBX_SIP_BIND and BUURTBEL_PBX_ARI_BIND both use port {sip[1]}; "
            f"choose another for one of them."
        )
