"""The line that members call, told by the person who calls."""

from tests.in_no_time import in_no_time
from tests.ivr.callers import NEWEST, OLDER, SAYS, Caller, calls, heard


@in_no_time
async def test_the_first_words_are_whom_to_call_for_urgent_help_whatever_keys_are_mashed() -> None:
    async with calls(Caller()) as phone:
        await phone.hears(SAYS["line_urgent_help"])
        phone.presses("1209#*11")
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()
    assert heard(phone)[:3] == ["line_urgent_help", "line_welcome", "line_menu"]
    assert phone.heard[0].seconds == SAYS["line_urgent_help"].seconds


@in_no_time
async def test_an_hears_the_newest_alert_and_confirms_it_in_the_menu_after_it() -> None:
    caller = Caller()
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        await phone.hears(SAYS["line_after_alert"])
        phone.presses("1")
        await phone.hears(SAYS["thank_you"])
        phone.hangs_up()
    assert caller.confirmed == [NEWEST.broadcast]


@in_no_time
async def test_who_may_be_anybody_is_thanked_for_calling_back_and_told_of_one_more_call() -> None:
    caller = Caller(is_vouched=False)
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        phone.presses("1")
        await phone.hears(SAYS["line_called_back"])
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()
    assert caller.confirmed == [NEWEST.broadcast]
    assert "thank_you" not in heard(phone)


@in_no_time
async def test_a_confirmation_pressed_too_early_counts_once_the_whole_alert_was_heard() -> None:
    caller = Caller()
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        await phone.listens(2)
        phone.presses("1")
        await phone.listens(1)
        assert caller.confirmed == []
        await phone.hears(SAYS["thank_you"])
        phone.hangs_up()
    assert caller.confirmed == [NEWEST.broadcast]
    assert next(one.seconds for one in phone.heard if one.sound == NEWEST.sound) == NEWEST.sound.seconds


@in_no_time
async def test_who_presses_1_and_hangs_up_before_the_end_of_the_alert_has_confirmed_nothing() -> None:
    caller = Caller()
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        phone.presses("1")
        await phone.listens(4)
        phone.hangs_up()
    assert caller.confirmed == []


@in_no_time
async def test_bert_listens_again_then_to_an_earlier_one_and_is_told_that_there_is_none_before_it() -> None:
    caller = Caller()
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        phone.presses("2")
        await phone.hears(NEWEST.sound)
        phone.presses("3")
        await phone.hears(OLDER.sound)
        phone.presses("3")
        await phone.hears(SAYS["line_no_earlier_alert"])
        await phone.hears(OLDER.sound)
        await phone.hears(SAYS["line_after_alert"])
        phone.presses("1")
        await phone.hears(SAYS["thank_you"])
        phone.hangs_up()
    assert caller.confirmed == [OLDER.broadcast]


@in_no_time
async def test_where_there_was_no_alert_the_caller_is_told_so() -> None:
    async with calls(Caller(past=())) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(SAYS["line_no_alert"])
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()


@in_no_time
async def test_who_types_nothing_hears_the_menu_three_times_and_a_goodbye() -> None:
    async with calls(Caller()) as phone:
        pass
    assert heard(phone)[2:] == ["line_menu"] * 3 + ["goodbye"]


@in_no_time
async def test_a_wrong_key_is_answered_and_the_menu_comes_again() -> None:
    async with calls(Caller()) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("7")
        await phone.hears(SAYS["line_wrong_key"])
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()


@in_no_time
async def test_a_hash_leads_back_to_the_menu() -> None:
    async with calls(Caller()) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        phone.presses("#")
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()


@in_no_time
async def test_who_is_not_known_is_told_so_and_hears_no_alert() -> None:
    async with calls(Caller(is_member=False)) as phone:
        pass
    assert "line_unknown" in heard(phone)
    assert not [name for name in heard(phone) if name.startswith("alert")]
