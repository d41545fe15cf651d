"""An alert is replaced, or taken back, while somebody who called us hears it."""

from pathlib import Path

from ivr.call.values import Sound
from ivr.scripts.member_line import ReplayedAlert
from tests.in_no_time import in_no_time
from tests.ivr.callers import NEWEST, OLDER, SAYS, Caller, calls, heard

RIGHT = ReplayedAlert(3, Sound(Path("/sounds/alert-3"), 8.0))


@in_no_time
async def test_who_heard_an_alert_that_was_replaced_meanwhile_hears_the_new_one_and_confirms_that() -> None:
    caller = Caller(news={NEWEST.broadcast: "changed"})
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        caller.past = [RIGHT, OLDER]
        phone.presses("1")  # for what they have heard, which is not said any more
        await phone.hears(SAYS["changed"])
        await phone.hears(RIGHT.sound)
        assert caller.confirmed == []
        await phone.hears(SAYS["line_after_alert"])
        phone.presses("1")
        await phone.hears(SAYS["thank_you"])
        phone.hangs_up()
    assert caller.confirmed == [RIGHT.broadcast]


@in_no_time
async def test_what_was_taken_back_meanwhile_is_confirmed_by_nobody() -> None:
    caller = Caller(news={NEWEST.broadcast: "stopped"})
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_menu"])
        phone.presses("1")
        await phone.hears(NEWEST.sound)
        await phone.hears(SAYS["stopped"])
        await phone.hears(SAYS["line_menu"])
        phone.hangs_up()
    assert caller.confirmed == []
    assert "line_after_alert" not in heard(phone)


@in_no_time
async def test_who_hears_it_by_its_code_hears_the_new_one_too() -> None:
    class Told(Caller):
        """A code that opens another alert from the second time on."""

        times = 0

        async def alert_with(self, code: str) -> ReplayedAlert:
            self.times += 1
            return RIGHT if self.times > 1 else NEWEST

    caller = Told(is_member=False, news={NEWEST.broadcast: "changed"})
    async with calls(caller) as phone:
        await phone.hears(SAYS["line_unknown_menu"])
        phone.presses("1")
        await phone.hears(SAYS["line_code"])
        phone.presses("482913#")
        await phone.hears(NEWEST.sound)
        await phone.hears(SAYS["changed"])
        await phone.hears(RIGHT.sound)
        await phone.hears(SAYS["line_after_code"])
        phone.hangs_up()
