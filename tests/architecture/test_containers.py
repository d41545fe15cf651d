"""The compose file and the settings stay true to each other."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from buurtbel.demo.run import SHORTER
from buurtbel.serve.hold import LINE_PATIENCE
from buurtbel.settings.settings import Settings
from embedded.keeping.kept_asterisk import KeptAsterisk

HOUSE = Path(__file__).parents[2]
COMPOSE = (HOUSE / "docker-compose.yml").read_text()
SET = re.compile(r'^  (BUURTBEL_\w+): "?(.*?)"?$', re.MULTILINE)
APART = {"BUURTBEL_NODE", "BUURTBEL_TRUNK_URI", "BUURTBEL_TRUNK_SIMULATED"}
"""What the demo has of its own, beside addresses of the PBX and shorter waits."""


def known(model: type[BaseModel], prefix: str = "BUURTBEL_") -> Iterator[str]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from known(field.annotation, f"{prefix}{name.upper()}_")
        else:
            yield prefix + name.upper()


def block(name: str) -> dict[str, str]:
    """What one of the blocks of settings at the head of the compose file sets."""
    text = COMPOSE.split(f"x-{name}: ", 1)[1].split("\n\n", 1)[0]
    return dict(SET.findall(text))


def service_of(name: str) -> str:
    """A service's own lines in the compose file."""
    text = re.search(rf"^  {name}:.*\n((?:    .*\n|\n)+)", COMPOSE, re.MULTILINE)
    assert text is not None
    return text[1]


@pytest.mark.parametrize("file", ["docker-compose.yml", "scripts/container-secrets", "docs/containers.md"])
def test_every_setting_named_for_containers_is_one_of_the_product(file: str) -> None:
    named = set(re.findall(r"BUURTBEL_[A-Z_]*[A-Z]", (HOUSE / file).read_text()))
    assert named
    assert named <= set(known(Settings))


def test_the_containers_fix_only_what_follows_from_being_containers() -> None:
    fixed = block("settings")
    assert {name for name in fixed if not name.startswith("BUURTBEL_PBX_")} == {"BUURTBEL_NODE"}


def test_the_demos_containers_have_the_demos_shorter_waits_and_no_others() -> None:
    demo = block("demo-settings")
    own = {name: value for name, value in demo.items() if not name.startswith("BUURTBEL_PBX_")}
    assert {name: value for name, value in own.items() if name not in APART} == SHORTER


@pytest.mark.parametrize(
    ("service", "needs"),
    [
        ("app", LINE_PATIENCE),
        ("pbx", 2 * KeptAsterisk.patience),
        ("neighbourhood", 2 * KeptAsterisk.patience),
    ],
)
def test_a_container_is_not_killed_while_it_still_ends_what_runs_in_it(service: str, needs: float) -> None:
    given = re.search(r"stop_grace_period: (\d+)s\n", service_of(service))
    assert given is not None
    assert int(given[1]) > needs


def test_the_demo_can_never_reach_the_real_trunk_or_the_real_database() -> None:
    """It reads no .env and is on a network of its own."""
    for service in ("demo-postgres", "demo-pbx", "demo-app", "neighbourhood", "demo"):
        text = service_of(service)
        assert "profiles: [demo]" in text
        assert re.search(r"networks:(?: \[demo\]|\n      demo: )", text)
        assert "inside" not in text
        assert "*yours" not in text
        assert "<<: *pbx" not in text or "env_file: []" in text
        assert "<<: *app" not in text or "env_file: []" in text
