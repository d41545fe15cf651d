"""An officer speaks an alert by phone and sends it, told by the officer who calls."""

import asyncio

import pytest

from ivr.call.recording import LAST_PART
from prompts.catalogue import Key
from tests.fakes.phone import Phone
from tests.in_no_time import in_no_time
from tests.ivr.callers import SAYS, TONE, heard
from tests.ivr.officer_calls import (
    DE_BIST,
    MESSAGE,
    NUMBER,
    PIN,
    SUMMARY,
    House,
    Net,
    calls,
    chooses,
    is_asked,
    signs_in,
    sound,
    speaks,
)


@in_no_time
async def test_maes_speaks_an_alert_hears_what_it_will_do_sends_it_and_hears_how_it_goes() -> None:
    house = House()
    async with calls(house) as phone:
        await is_asked(phone)
        assert "send" not in house.did
        phone.presses("1")
        await phone.hears(SAYS["police_sent"])
        await phone.hears(sound("figures-7"))
        await phone.hears(SAYS["police_figures_menu"])
        phone.hangs_up()
    assert house.tried == [(NUMBER, PIN)]
    assert house.did == ["keep", "plan de-bist witven urgent", "send"]


@in_no_time
async def test_maes_follows_the_alert_that_maes_sent_though_a_colleague_sent_a_newer_one() -> None:
    house = House(of_colleagues=[8])
    async with calls(house) as phone:
        await is_asked(phone)
        phone.presses("1")
        await phone.hears(sound("figures-7"))
        phone.presses("99")
        await phone.hears(SAYS["police_stopped"])
        phone.hangs_up()
    assert house.did[-1] == "stop 7"


@in_no_time
async def test_once_1_was_pressed_a_hang_up_loses_nothing() -> None:
    house = House()
    async with calls(house) as phone:
        await is_asked(phone)
        phone.presses("1")
        phone.hangs_up()
    assert house.did[-1] == "send"


@pytest.mark.parametrize("last", ["police_speak", "police_spoken_menu", "police_urgent", "police_send_menu"])
def test_who_hangs_up_before_has_sent_nothing(last: Key) -> None:
    house = House()

    @in_no_time
    async def story() -> None:
        async with calls(house) as phone:
            going = asyncio.create_task(is_asked(phone))
            await until_heard(phone, last)
            going.cancel()
            phone.hangs_up()

    story()
    assert "send" not in house.did


async def until_heard(phone: Phone, key: Key) -> None:
    while SAYS[key].path.name not in heard(phone):
        await phone.listens(0.5)


@in_no_time
async def test_3_at_the_last_question_sends_nothing_and_leads_back() -> None:
    house = House()
    async with calls(house) as phone:
        await is_asked(phone)
        phone.presses("2")
        await phone.hears(MESSAGE)
        await phone.hears(SAYS["police_send_menu"])
        phone.presses("3")
        await phone.hears(SAYS["police_not_sent"])
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()
    assert house.did[-1] == "discard"


@in_no_time
async def test_an_alert_is_spoken_anew_until_it_is_as_meant() -> None:
    house = House()
    async with calls(house) as phone:
        await signs_in(phone)
        await speaks(phone)
        await phone.hears(MESSAGE)
        phone.presses("3")
        await speaks(phone, menu=False)
        await phone.hears(MESSAGE)
        await phone.hears(SAYS["police_spoken_menu"])
        phone.presses("2")
        await phone.hears(MESSAGE)
        phone.presses("1")
        await phone.hears(sound("offer-de-bist-witven"))
        phone.hangs_up()
    assert house.did == ["keep", "discard", "keep"]


@pytest.mark.parametrize("longest", [60.0, 25.0])
@in_no_time
async def test_who_speaks_on_and_on_is_warned_before_the_end_and_loses_nothing(longest: float) -> None:
    async with calls(House(longest=longest)) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_menu"])
        phone.presses("1")
        await phone.hears(TONE)
        began = phone.now() + TONE.seconds
        await phone.hears(SAYS["report_ends_soon"])
        assert round(phone.now() - began) == longest - LAST_PART
        await phone.hears(MESSAGE)
        assert round(phone.now() - began) == longest
        phone.hangs_up()


@in_no_time
async def test_who_says_nothing_twice_is_led_back_to_the_menu() -> None:
    async with calls(House(is_silent=True)) as phone:
        await signs_in(phone)
        await speaks(phone)
        await phone.hears(SAYS["report_empty"])
        await speaks(phone, menu=False)
        await phone.hears(SAYS["report_empty"])
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()


# For whom


@in_no_time
async def test_networks_are_switched_on_and_off_by_key() -> None:
    house = House()
    async with calls(house) as phone:
        await signs_in(phone)
        await speaks(phone)
        await phone.hears(MESSAGE)
        phone.presses("1")
        none_chosen, on, too = SAYS["police_none_chosen"], sound("de-bist-on"), sound("witven-on")
        for keys, hears in (("#", none_chosen), ("1", on), ("2", too)):
            await phone.hears(sound("offer-de-bist-witven"))
            phone.presses(keys)
            await phone.hears(hears)
        await phone.hears(sound("offer-de-bist-witven"))
        phone.presses("1")
        await phone.hears(sound("de-bist-off"))
        await phone.hears(sound("offer-de-bist-witven"))
        phone.presses("#")
        await phone.hears(SAYS["police_urgent"])
        phone.presses("2")
        await phone.hears(SUMMARY)
        phone.hangs_up()
    assert house.did[-1] == "plan witven"


@in_no_time
async def test_of_eleven_networks_9_offers_the_others() -> None:
    house = House(networks=[Net(f"n{n}") for n in range(11)])
    first, others = sound(f"offer-{'-'.join(f'n{n}' for n in range(8))}-more"), sound("offer-n8-n9-n10-more")
    async with calls(house) as phone:
        await signs_in(phone)
        await speaks(phone)
        await phone.hears(MESSAGE)
        phone.presses("1")
        await phone.hears(first)
        phone.presses("8")
        await phone.hears(first)
        phone.presses("9")
        await phone.hears(others)
        phone.presses("7")
        await phone.hears(SAYS["line_wrong_key"])
        await phone.hears(others)
        phone.presses("3")
        await phone.hears(others)
        phone.presses("#")
        await phone.hears(SAYS["police_urgent"])
        phone.presses("1")
        await phone.hears(SUMMARY)
        phone.hangs_up()
    assert house.did[-1] == "plan n7 n10 urgent"


@in_no_time
async def test_who_has_one_network_is_not_asked_and_who_has_none_is_told_so() -> None:
    async with calls(House(networks=[DE_BIST])) as phone:
        await signs_in(phone)
        await speaks(phone)
        await phone.hears(MESSAGE)
        phone.presses("1")
        await phone.hears(SAYS["police_urgent"])
        phone.hangs_up()
    async with calls(House(networks=[])) as phone:
        await signs_in(phone)
        await phone.hears(SAYS["police_menu"])
        phone.presses("1")
        await phone.hears(SAYS["police_no_network"])
        await phone.hears(SAYS["police_menu"])
        phone.hangs_up()


@pytest.mark.parametrize("why", ["police_not_allowed", "police_nobody", "police_failed"])
def test_what_may_not_go_out_is_told_and_the_choice_is_offered_again(why: Key) -> None:
    house = House(refusals=[why])

    @in_no_time
    async def story() -> None:
        async with calls(house) as phone:
            await signs_in(phone)
            await speaks(phone)
            await phone.hears(MESSAGE)
            phone.presses("1")
            await chooses(phone)
            await phone.hears(SAYS[why])
            await chooses(phone)
            await phone.hears(SUMMARY)
            phone.hangs_up()

    story()


@in_no_time
async def test_where_the_policy_is_to_call_back_the_officer_is_told_to_hang_up() -> None:
    house = House(sends="police_calls_back")
    async with calls(house) as phone:
        await is_asked(phone)
        phone.presses("1")
        await phone.hears(SAYS["police_calls_back"])
    assert heard(phone)[-1] == "police_calls_back"
