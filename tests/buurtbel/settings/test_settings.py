"""What settings say: where they are read, which names there are, what each takes."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from buurtbel.errors import WrongSetting
from buurtbel.settings.env_file import EnvFile
from buurtbel.settings.page import TITLES, page
from buurtbel.settings.reading import (
    OTHER_NAMES,
    Setting,
    environment_of_settings,
    every_setting,
    read_settings,
)
from buurtbel.settings.settings import Settings

HOUSE = Path(__file__).parents[3]
NO_FILE = EnvFile()
SETTINGS = {setting.name: setting for setting in every_setting()}
NONSENSE = (
    *("nonsense", "-1", "-0.5", "nan", "inf", "-inf", "1e999", "9" * 40, "0x10", "1,5", "None", "[]", "{}"),
    *("a\nb", "a\tb", "\x1b[2J", " ", "☎", "a" * 2000, "127.0.0.1", ":5060", "127.0.0.1:0", "127.0.0.1:506"),
    *("127.0.0.1:99999", "here:5060", "1-2", "70000-80000", "18999-16000", "16000", "http://", "http://x:0"),
    *(
        "sip:",
        "sip:host:99999",
        "sip:host;evil\nexten=>",
        "postgresql:",
        "mysql://a@b/c",
        "../../etc",
        "\udce9",
    ),
)
PYDANTIC = re.compile(r"input|should|valid|error|field|pydantic|type=|literal|enum|parse", re.IGNORECASE)


def refusal(environment: dict[str, str], file: EnvFile = NO_FILE) -> str:
    with pytest.raises(WrongSetting) as refused:
        read_settings(environment, file)
    return str(refused.value)


# What each takes


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_a_value_that_cannot_be_is_refused_in_our_own_words_which_name_the_setting(setting: Setting) -> None:
    refused = 0
    for value in NONSENSE:
        try:
            read_settings({setting.name: value}, NO_FILE)
        except WrongSetting as wrong:
            refused += 1
            sentence = str(wrong)
            assert setting.name in sentence
            assert not PYDANTIC.search(sentence.replace(setting.name, "")), sentence
            assert re.fullmatch(r"[^\n]+\.", sentence)
            assert "\x1b" not in sentence
    assert refused, "there is something that it does not take"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.name)
def test_every_default_is_taken_when_it_is_set(setting: Setting) -> None:
    shipped = Settings()
    value = getattr(getattr(shipped, setting.section) if setting.section else shipped, setting.field)
    written = (
        value.get_secret_value() if isinstance(value, SecretStr) else "" if value is None else str(value)
    )
    again = read_settings({setting.name: written}, NO_FILE)
    assert again.model_dump() == shipped.model_dump()


@pytest.mark.parametrize(
    ("name", "value", "complaint"),
    [
        ("TRUNK_CHANNELS", "many", "write it as a whole number, from 1 up to 10000."),
        ("TRUNK_CHANNELS", "0", "from 1 up to 10000."),
        ("RETRY_BUSY", "inf", "a number of seconds, from 0 up to 86400."),
        ("RETRY_BUSY", "nan", "a number of seconds, from 0 up to 86400."),
        ("TRUNK_QUALIFY", "4000", "a whole number of seconds, from 0 up to 3600."),
        ("TRUNK_CALLS_PER_SECOND", "0", "a number, above 0 up to 1000."),
        ("SPEECH_ENGINE", "parrot", "espeak-ng or gtts."),
        ("TRUNK_NUMBER_FORMAT", "32", "+32, 0032 or 04."),
        ("TRUNK_SRTP", "perhaps", "true or false."),
        ("PBX_SIP_BIND", "0.0.0.0:506", "no right to lower ports"),
        ("PBX_ARI_BIND", "localhost:8088", "an IPv4 address of this machine"),
        ("PBX_RTP_PORTS", "16000", "the first and the last port"),
        ("TIME_ZONE", "Brussels", "such as Europe/Brussels."),
        ("TRUNK_URI", "trunk.example", "sip:trunk.example:5060"),
    ],
)
def test_the_sentence_says_what_is_wanted(name: str, value: str, complaint: str) -> None:
    sentence = refusal({f"BUURTBEL_{name}": value})
    assert sentence.startswith(f"The setting BUURTBEL_{name} is not right; write it as ")
    assert complaint in sentence


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"PBX_SIP_BIND": "127.0.0.1:16500"}, "which BUURTBEL_PBX_RTP_PORTS has for audio"),
        ({"PBX_RTP_PORTS": "15000-15100"}, "BUURTBEL_PBX_SIP_BIND uses port 15060"),
        ({"PBX_ARI_BIND": "127.0.0.1:15060"}, "both use port 15060"),
        ({"TRUNK_REGISTER_WITH": "true"}, "set BUURTBEL_TRUNK_USER"),
    ],
)
def test_what_does_not_go_together_is_told(values: dict[str, str], complaint: str) -> None:
    assert complaint in refusal({f"BUURTBEL_{name}": value for name, value in values.items()})


def test_a_secret_is_never_in_a_sentence() -> None:
    for name in ("TRUNK_PASSWORD", "PBX_ARI_PASSWORD", "DATABASE_URL"):
        assert "hunter2" not in refusal({f"BUURTBEL_{name}": "hunter2;["})


# Which names there are


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("BUURTBEL_TRUNK_CHANELS", "did you mean BUURTBEL_TRUNK_CHANNELS?"),
        ("BUURTBEL_TRUNK", "did you mean BUURTBEL_TRUNK_URI?"),
        ("BUURTBEL_RETRY_BUSSY", "did you mean BUURTBEL_RETRY_BUSY?"),
        ("BUURTBEL_ENVFILE", "did you mean BUURTBEL_ENV_FILE?"),
        ("buurtbel_node", "did you mean BUURTBEL_NODE?"),
        ("BUURTBEL_XYZZY", "take it away, or look it up in docs/settings.md."),
    ],
)
def test_a_name_that_nothing_reads_is_refused_with_the_one_that_was_meant(name: str, hint: str) -> None:
    assert refusal({name: "3"}) == f"There is no setting {name}; {hint}"
    in_file = refusal({}, EnvFile(Path("/etc/x.env"), {name: "3"}))
    assert in_file.startswith(f"There is no setting {name} in /etc/x.env; ")


def test_a_line_of_the_file_without_our_prefix_was_meant_for_us() -> None:
    told = refusal({}, EnvFile(Path("/etc/x.env"), {"TRUNK_CHANNELS": "3", "LANG": "C"}))
    assert told == ("There is no setting TRUNK_CHANNELS in /etc/x.env; did you mean BUURTBEL_TRUNK_CHANNELS?")
    assert read_settings({"TRUNK_CHANNELS": "3"}, EnvFile(Path("/x"), {"LANG": "C"})).trunk.channels == 30


def test_a_wrong_value_in_the_file_names_the_file() -> None:
    file = EnvFile(Path("/etc/x.env"), {"BUURTBEL_TRUNK_CHANNELS": "many"})
    assert "The setting BUURTBEL_TRUNK_CHANNELS in /etc/x.env is not right" in refusal({}, file)
    assert read_settings({"BUURTBEL_TRUNK_CHANNELS": "3"}, file).trunk.channels == 3


def test_every_name_that_the_project_itself_sets_is_one_of_the_product() -> None:
    named: set[str] = set()
    for file in HOUSE.rglob("*"):
        if file.suffix in {".py", ".yml", ".md", ".sh", ""} and file.is_file():
            parts = file.relative_to(HOUSE).parts
            if (
                parts[0].startswith(".")
                or parts[:2] == ("tests", "buurtbel")
                or parts[-1] in {"CHANGELOG.md", "decisions.md"}
            ):
                continue
            named |= set(re.findall(r"\bBUURTBEL_[A-Z_]*[A-Z]\b(?!_)", file.read_text(errors="replace")))
    sections = {name.rpartition("_")[0] for name in SETTINGS}
    assert named - set(SETTINGS) - sections <= OTHER_NAMES
    assert len(named) > 20


def test_what_holds_can_be_handed_on_as_environment(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("BUURTBEL_NODE=a\nBUURTBEL_TRUNK_CHANNELS=4\nBUURTBEL_SPEECH_ZONE='Politie X'\n")
    ours = {"BUURTBEL_ENV_FILE": str(file), "BUURTBEL_NODE": "b", "HOME": "/x", "BUURTBEL_PBX_ROOT": ""}
    handed = environment_of_settings(ours)
    assert handed == {
        "BUURTBEL_NODE": "b",
        "BUURTBEL_TRUNK_CHANNELS": "4",
        "BUURTBEL_SPEECH_ZONE": "Politie X",
        "BUURTBEL_ENV_FILE": "",
    }
    assert read_settings(handed) == read_settings(ours)


# The page


def test_the_page_is_the_codes_own_and_has_every_setting() -> None:
    assert (HOUSE / "docs" / "settings.md").read_text() == page(), "run `make settings-page`"
    for name, setting in SETTINGS.items():
        assert f"| `{name}` |" in page()
        assert setting.info.description
    assert set(TITLES) == {setting.section for setting in SETTINGS.values()}
