"""The product as it ships: its waits and limits, which demo and tests only shorten by settings."""

import pytest

from buurtbel.settings.reading import read_settings
from buurtbel.settings.settings import Settings

MINUTE = 60.0


@pytest.fixture
def shipped(no_database: None) -> Settings:
    return read_settings()


def test_waits_after_a_call_are_those_of_the_product(shipped: Settings) -> None:
    assert shipped.retry.model_dump() == {
        "busy": MINUTE,
        "no_answer": 2 * MINUTE,
        "rejected": 5 * MINUTE,
        "dead_number": 5 * MINUTE,
        "voicemail": 5 * MINUTE,
        "partial": 2 * MINUTE,
        "congestion": 15.0,
        "congestion_longest": 4 * MINUTE,
        "preempted": MINUTE,
        "tries_per_number": 3,
        "tries_per_person": 5,
        "lost_per_person": 3,
        "last_call": MINUTE,
    }


def test_a_phone_rings_long_enough_for_voicemail_and_hears_two_undisturbed_passes(shipped: Settings) -> None:
    told = shipped.alert.model_dump()
    assert told == {
        "ring": 40.0,
        "passes": 2,
        "pause": 1.0,
        "listen": True,
        "gives_way": True,
        "hard_limit": MINUTE,
    }


def test_a_pass_lasts_a_minute_at_most_and_an_urgent_alert_is_not_played_after_an_hour(
    shipped: Settings,
) -> None:
    assert shipped.broadcast.longest_pass == MINUTE
    assert shipped.broadcast.urgent_expiry == 60 * MINUTE
    assert shipped.broadcast.other_expiry == 8 * 60 * MINUTE
    assert shipped.broadcast.dead_after == 24 * 60 * MINUTE
    assert shipped.broadcast.dead_again == 30 * 24 * 60 * MINUTE


def test_the_trunk_is_the_simulated_neighbourhood_until_another_is_named(shipped: Settings) -> None:
    assert shipped.trunk.uri == "sip:127.0.0.1:15070"
    assert shipped.trunk.is_simulated
    assert (shipped.trunk.channels, shipped.trunk.calls_per_second) == (30, 10.0)
    assert shipped.pbx.sip_bind == "127.0.0.1:15060"


def test_another_trunk_is_real_until_it_is_marked_as_simulated(
    no_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_TRUNK_URI", "sip:127.0.0.1:15072")
    assert not read_settings().trunk.is_simulated
    monkeypatch.setenv("BUURTBEL_TRUNK_SIMULATED", "true")
    assert read_settings().trunk.is_simulated
