"""What is told of the trunk: whether it lets us register, and where its name leads."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from buurtbel.serve.follow_trunk import registration
from buurtbel.serve.trunk_state import (
    NOTE,
    STALE_AFTER,
    Name,
    Registration,
    TrunkState,
    read_state,
    trunk_hindrance,
    trunk_told,
    write_state,
)
from buurtbel.settings.settings import Pbx, Settings
from ivr.pbx.trunk import Trunk

NOW = datetime(2026, 11, 30, 2, 4, 5, tzinfo=UTC)
"""Four minutes past three in Brussels."""
BEFORE = NOW - timedelta(minutes=30)
LINE = " trunk/sip:trunk.test:5060                     trunk               {state:<17} (exp. {s})\n"
TOLD = (
    "[{at:%F %T}] WARNING[7]: res_pjsip_outbound_registration.c:571 handle_registration_response: "
    "{what} received from 'sip:x' on registration attempt to 'sip:y', retrying in '10'"
)


def refused(status: int | None, since: datetime = BEFORE) -> Registration:
    return Registration(False, True, status, since, None)


REGISTERED = Registration(True, False, None, BEFORE, NOW + timedelta(minutes=5))
RAN_OUT = Registration(True, False, None, BEFORE, NOW - timedelta(seconds=1))


def shown(state: str, exp: str = "10s") -> str:
    return (
        "\n <Registration/ServerURI...> <Auth> <Status>\n====\n"
        + LINE.format(state=state, s=exp)
        + "\nObjects found: 1\n"
    )


def told(what: str, at: datetime = NOW) -> str:
    return TOLD.format(at=at, what=what)


@pytest.mark.parametrize(
    ("state", "line", "before", "found"),
    [
        ("Registered", "", None, Registration(True, False, None, NOW, NOW + timedelta(seconds=10))),
        (
            "Registered",
            told("Temporal response '401'", BEFORE),
            REGISTERED,
            Registration(True, False, None, BEFORE, NOW + timedelta(seconds=10)),
        ),
        ("Unregistered", "", None, Registration(False, False, None, NOW, None)),
        ("Rejected", told("Temporal response '401'"), None, refused(401, NOW)),
        ("Rejected", told("Temporal response '401'"), REGISTERED, refused(401, NOW)),
        ("Rejected", told("Temporal response '401'"), refused(401), refused(401)),
        ("Rejected", told("403 Forbidden fatal response"), refused(401), refused(403, NOW)),
        ("Rejected", told("'404' fatal response"), None, refused(404, NOW)),
        ("Unregistered", told("No response"), None, refused(None, NOW)),
        ("Unregistered", told("No response"), refused(None), refused(None)),
        # Its last word is of before it let us in.
        (
            "Unregistered",
            told("Temporal response '401'", BEFORE - timedelta(hours=1)),
            REGISTERED,
            Registration(False, False, None, NOW, None),
        ),
        ("Rejected", "| [2026-11-30 02:00:00] WARNING[7]: x y: '401' forged", None, refused(None, NOW)),
    ],
)
def test_what_asterisk_shows_and_tells_is_one_state(
    state: str, line: str, before: Registration | None, found: Registration
) -> None:
    assert registration(shown(state), line, before=before, now=NOW) == found


@pytest.mark.parametrize("console", ["", "No objects found.\n", "Unable to connect to remote asterisk"])
def test_a_console_that_shows_nothing_changes_nothing(console: str) -> None:
    assert registration(console, told("'404'"), before=REGISTERED, now=NOW) is None


def test_what_somebody_says_in_the_name_of_asterisk_does_no_harm() -> None:
    no_moment = "[9999-99-99 99:99:99] WARNING[7]: a.c:1 b: Temporal response '401' received"
    for before in (None, REGISTERED, refused(401)):
        for state, exp in (("Rejected", "10s"), ("Registered", "9" * 40 + "s"), ("X", "\x00")):
            registration(shown(state, exp), no_moment, before=before, now=NOW)
            registration(shown(state, exp) * 1000, "[" * 100_000, before=before, now=NOW)


def test_a_registration_that_ran_out_is_none() -> None:
    found = registration(shown("Registered", "5s ago"), "", before=REGISTERED, now=NOW)
    assert found is not None
    assert not found.is_registered


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        data_dir=tmp_path, trunk=Trunk(uri="sip:trunk.test:5060", user="zk01", register_with=True)
    )


@pytest.mark.parametrize(
    ("found", "ok", "says", "hinders"),
    [
        (REGISTERED, True, "registered until 03:09:05", False),
        (RAN_OUT, False, "ran out at 03:04:04", False),
        (
            refused(401),
            False,
            "has refused to register us with 401 since 02:34: user name or password is wrong",
            True,
        ),
        (refused(407), False, "BUURTBEL_TRUNK_PASSWORD", True),
        (refused(403), False, "does not know this account, or not from here", True),
        (refused(503), False, "with 503 since 02:34; ask your carrier", True),
        (refused(None), False, "has not answered our registration since 02:34", True),
        (refused(401, BEFORE - timedelta(days=1)), False, "since 29/11 02:34", True),
        (Registration(False, False, None, NOW, None), False, "has not registered with the trunk yet", False),
    ],
)
def test_a_registration_is_told_with_its_time_and_whose_fault_it_is(
    settings: Settings, found: Registration, ok: bool, says: str, hinders: bool
) -> None:
    write_state(settings.data_dir, TrunkState(NOW, found))
    [one] = trunk_told(settings, now=NOW)
    assert (one.what, one.ok, one.hinders) == ("registration", ok, hinders)
    assert says in one.says


@pytest.mark.parametrize(
    ("found", "ok", "says", "hinders"),
    [
        (Name("trunk.test", ["192.0.2.7"], BEFORE, []), True, "trunk.test leads to 192.0.2.7", False),
        (Name("trunk.test", [], BEFORE, []), False, "trunk.test has led nowhere since 02:34", True),
        (
            Name("trunk.test", ["192.0.2.7", "192.0.2.9"], BEFORE, ["192.0.2.9"]),
            False,
            "leads to 192.0.2.9 since 02:34, which the packet filter keeps out",
            False,
        ),
    ],
)
def test_where_a_name_leads_is_told(
    settings: Settings, found: Name, ok: bool, says: str, hinders: bool
) -> None:
    write_state(settings.data_dir, TrunkState(NOW, None, found))
    [one] = trunk_told(settings, now=NOW)
    assert (one.what, one.ok, one.hinders) == ("trunk name", ok, hinders)
    assert says in one.says


def test_what_hinders_is_said_to_who_sends(settings: Settings) -> None:
    now = datetime.now(UTC)
    write_state(settings.data_dir, TrunkState(now, refused(401, now), Name("trunk.test", [], now, [])))
    assert "401" in (trunk_hindrance(settings) or "")
    lasting = Registration(True, False, None, now, now + timedelta(minutes=5))
    write_state(settings.data_dir, TrunkState(now, lasting))
    assert trunk_hindrance(settings) is None


def test_what_nobody_looks_at_is_not_known(settings: Settings) -> None:
    [none] = trunk_told(settings, now=NOW)
    write_state(settings.data_dir, TrunkState(NOW - STALE_AFTER - timedelta(seconds=1), REGISTERED))
    [stale] = trunk_told(settings, now=NOW)
    assert none == stale
    assert not stale.ok
    assert "start `buurtbel serve`" in stale.says


def test_of_an_asterisk_elsewhere_and_of_a_trunk_without_either_nothing_is_told(settings: Settings) -> None:
    elsewhere = settings.model_copy(update={"pbx": Pbx(ari_url="http://pbx.test:8088")})
    assert list(trunk_told(elsewhere, now=NOW)) == []
    assert list(trunk_told(settings.model_copy(update={"trunk": Trunk()}), now=NOW)) == []


def test_a_note_that_cannot_be_read_is_none(settings: Settings) -> None:
    (settings.data_dir / NOTE).write_text("{")
    assert read_state(settings.data_dir) is None
    write_state(settings.data_dir, TrunkState(NOW, REGISTERED))
    assert read_state(settings.data_dir) == TrunkState(NOW, REGISTERED)
