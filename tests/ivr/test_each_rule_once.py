"""What several parts go by is said in one place: change it there, and every one of them follows."""

import ast
import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from sqlalchemy import text

from broadcast.draft import Draft, SpokenMessage, check_draft
from broadcast.engine.takeover import Takeover
from broadcast.errors import BadAlert
from broadcast.policy import BroadcastPolicy
from broadcast.states import Outcome
from buurtbel.pbx import Secrets, pbx_values
from buurtbel.settings.settings import Settings
from directory.details import checked_language
from embedded.run_directory import TEMPLATES
from ivr.alert_keys import CONFIRM, CONFIRMS, OFFERED
from ivr.detection.far_end import FarEnd
from ivr.outbound.alert_policy import FEWEST_PASSES, AlertPolicy
from ivr.outbound.placement import longest_call
from prompts import catalogue
from prompts.espeak import MANNERS
from prompts.languages import LANGUAGES
from prompts.normalise import normalise
from tests.architecture.measures import nodes_of, packages
from tests.ivr.officers import AN, OfficersHouse
from tests.support.office import Office, lapse
from tests.support.people import ADMIN, DE_BIST
from tests.support.reports import SPOKEN

HOUSE = Path(__file__).parents[2]
MIGRATIONS = HOUSE / "buurtbel" / "database" / "migrations"
DEAD = "tongerlo"
PASS_SECONDS = 20.0


def dialplan(settings: Settings) -> str:
    """What our Asterisk is given."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES / "pbx"), trim_blocks=True, lstrip_blocks=True
    )
    values = pbx_values(settings, Secrets("q" * 40), [])
    return environment.get_template("extensions.conf.j2").render(**values)


# How many passes a call has time for


@pytest.mark.parametrize(("wanted", "most"), [(1, FEWEST_PASSES), (2, 3), (5, 6)])
async def test_the_passes_of_a_call_are_those_of_its_limit_of_the_dialplan_and_of_a_takeover(
    house: OfficersHouse, wanted: int, most: int
) -> None:
    policy = AlertPolicy(passes=wanted)
    assert policy.most_passes == most
    assert policy.limit(PASS_SECONDS) == policy.hard_limit + most * PASS_SECONDS
    settings = Settings(alert=policy)
    assert f"$[${{PASSES}} < {most}]" in dialplan(settings)
    assert await over_after(house.office, policy) == longest_call(policy.ring, policy.limit(PASS_SECONDS))


async def over_after(office: Office, policy: AlertPolicy) -> float:
    """Seconds, to a second, after which a takeover holds a call of a dead node for over."""
    await office.sends()
    await office.takes(AN, node=DEAD)
    await lapse(office, DEAD)
    async with office.engine.begin() as connection:
        await connection.execute(text(f"UPDATE audio SET seconds = {PASS_SECONDS}"))
    takeover = Takeover(
        office.engine,
        office.ledger,
        office.nodes,
        longest_call=longest_call(policy.ring, policy.hard_limit),
        passes=policy.most_passes,
    )
    over = longest_call(policy.ring, policy.limit(PASS_SECONDS))
    for ago in (over - 5.0, over):
        async with office.engine.begin() as connection:
            moment = f"clock_timestamp() - interval '{ago} seconds'"
            await connection.execute(text(f"UPDATE attempt SET dialled_at = {moment}"))
        await takeover.sweep()
        if await takeover.sweep():
            return ago
    return float("inf")


# How long a message may be spoken


@pytest.mark.parametrize("longest", [SPOKEN.seconds + 1.0, SPOKEN.seconds + 20.0])
async def test_an_officer_may_speak_as_long_as_may_be_sent(house: OfficersHouse, longest: float) -> None:
    house.office.policy = BroadcastPolicy(longest_recording=longest)
    object.__setattr__(house.resources, "desk", house.office.desk)
    _, maes = await house.comes()
    assert maes.longest == longest
    assert (await (await house.plans(maes)).send()).says == "police_sent"


async def test_what_is_longer_is_refused_by_the_same_limit(house: OfficersHouse) -> None:
    house.office.policy = BroadcastPolicy(longest_recording=2.0)
    object.__setattr__(house.resources, "desk", house.office.desk)
    _, maes = await house.comes()
    said = await house.speaks(maes)
    draft = Draft([DE_BIST], {}, urgent=True, recording=SpokenMessage(said.audio, "nl"))
    with pytest.raises(BadAlert, match="of 2 at most"):
        await house.resources.desk.prepare(ADMIN, draft)


# Keys that confirm


@pytest.mark.parametrize("key", OFFERED)
def test_a_key_confirms_for_us_if_and_only_if_it_does_for_the_dialplan(key: str) -> None:
    far_end = FarEnd()
    far_end.recorder.key(key, 1.0)
    assert (far_end.outcome() is Outcome.CONFIRMED) == (key in CONFIRMS)
    [asked] = re.findall(r"n\(key\),GotoIf\(\$\[(.*)\]\?speak\)", dialplan(Settings()))
    begins_again = " & ".join(f'"${{KEY}}" != "{one}"' for one in CONFIRMS)
    assert asked == begins_again


def test_the_key_that_is_spoken_of_is_the_one_that_confirms() -> None:
    for language in LANGUAGES:
        assert CONFIRM in catalogue.sentence("offer_keys", language)


# Languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_spoken_written_and_kept_everywhere(language: str) -> None:
    assert checked_language(language) == language
    check_draft(Draft([DE_BIST], {language: "Alert."}, urgent=True))
    assert catalogue.sentence("goodbye", language)
    assert normalise("12", language)
    assert language in MANNERS


def test_only_one_module_lists_the_languages() -> None:
    modules = [path for package in packages() for path in (HOUSE / package).rglob("*.py")]
    lists = [path for path in modules if MIGRATIONS not in path.parents and _lists_them(path)]
    assert [str(path.relative_to(HOUSE)) for path in lists] == ["prompts/languages.py"]


def _lists_them(path: Path) -> bool:
    """As a tuple, a list or a set, or in SQL; what is said in each of them is another thing."""
    for node in nodes_of(path):
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            values = {one.value for one in node.elts if isinstance(one, ast.Constant)}
            if values >= set(LANGUAGES):
                return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "IN (" in node.value:
            return all(f"'{one}'" in node.value for one in LANGUAGES)
    return False
