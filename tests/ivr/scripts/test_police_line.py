"""The police line: who is let in, and how alerts are followed and stopped, told by the officer who calls."""

import pytest

from prompts.catalogue import Key
from tests.in_no_time import in_no_time
from tests.ivr.callers import SAYS, heard
from tests.ivr.officer_calls import (
    NUMBER,
    PIN,
    House,
    calls,
    signs_in,
    sound,
)


@in_no_time
async def test_an_officer_whose_own_telephone_is_not_known_signs_in_all_the_same() -> None:
    async with calls(House(), is_member=False) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()


@in_no_time
async def test_nobody_is_told_which_of_the_two_was_wrong_and_three_tries_end_the_call() -> None:
    house = House()
    async with calls(house) as phone:
        for number, pin in (("9999", PIN), (NUMBER, "111111"), ("1", "2")):
            await signs_in(phone, number, pin)
            await phone.hears(SAYS["police_refused"])
        await phone.hears(SAYS["goodbye"])
    assert "police_menu" not in heard(phone)
    assert len(house.tried) == 3


@in_no_time
async def test_who_has_to_wait_is_told_so_and_let_go() -> None:
    async with calls(House(locked=True)) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_locked"])
        await phone.hears(SAYS["goodbye"])


@in_no_time
async def test_a_star_begins_a_number_anew_and_a_pause_ends_it() -> None:
    house = House()
    async with calls(house) as phone:
        await phone.hears(SAYS["police_number"])
        phone.presses("99*4711")
        await phone.hears(SAYS["police_pin"])
        phone.presses(PIN)
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()
    assert house.tried == [(NUMBER, PIN)]


@pytest.mark.parametrize("asked", ["police_number", "police_pin", "police_menu"])
def test_who_types_nothing_is_asked_three_times_and_hears_a_goodbye(asked: Key) -> None:
    @in_no_time
    async def story() -> None:
        async with calls(House()) as phone:
            await phone.hears(SAYS["police_number"])
            if asked != "police_number":
                phone.presses(f"{NUMBER}#")
            if asked == "police_menu":
                await phone.hears(SAYS["police_pin"])
                phone.presses(f"{PIN}#")
        assert heard(phone)[-4:] == [asked] * 3 + ["goodbye"]

    story()


# How it goes


@in_no_time
async def test_figures_are_told_again_and_of_earlier_alerts_and_two_nines_stop_one() -> None:
    house = House(running=[5, 4])
    async with calls(house) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_menu"])
        phone.presses("2")
        await phone.hears(sound("figures-5"))
        phone.presses("1")
        await phone.hears(sound("figures-5"))
        await phone.hears(SAYS["police_figures_menu"])
        phone.presses("3")
        await phone.hears(sound("figures-4"))
        phone.presses("3")
        await phone.hears(SAYS["line_no_earlier_alert"])
        await phone.hears(sound("figures-4"))
        phone.presses("9")
        await phone.hears(SAYS["police_stop_sure"])
        phone.presses("1")
        await phone.hears(sound("figures-4"))
        assert house.did == []
        phone.presses("9")
        await phone.hears(SAYS["police_stop_sure"])
        phone.presses("9")
        await phone.hears(SAYS["police_stopped"])
        await phone.hears(sound("figures-4"))
        await phone.hears(SAYS["police_figures_menu"])
        phone.presses("#")
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()
    assert house.did == ["stop 4"]


@in_no_time
async def test_5_pauses_an_alert_and_lets_it_go_on() -> None:
    house = House(running=[5])
    async with calls(house) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_menu"])
        phone.presses("2")
        await phone.hears(sound("figures-5"))
        phone.presses("5")
        await phone.hears(SAYS["police_paused"])
        await phone.hears(sound("figures-5"))
        await phone.hears(SAYS["police_paused"])
        phone.presses("5")
        await phone.hears(SAYS["police_resumed"])
        await phone.hears(sound("figures-5"))
        await phone.hears(SAYS["police_figures_menu"])
        phone.hangs_up()
    assert house.did == ["pause 5", "resume 5"]


@in_no_time
async def test_where_nothing_was_sent_lately_the_officer_is_told_so() -> None:
    async with calls(House()) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_menu"])
        phone.presses("2")
        await phone.hears(SAYS["police_no_alert"])
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()
