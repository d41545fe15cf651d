"""The house behind the police line: what an officer speaks becomes an alert, once, or leaves nothing."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from broadcast.alert.desk import Desk, Sent
from broadcast.alert.prepared import Prepared
from broadcast.states import Outcome
from ivr.scripts.officer_ports import AlertRefused
from prompts.zone import zone_names
from tests.ivr.officers import AN, BERT, OfficersHouse
from tests.support.people import hold_for_dead


async def test_what_was_spoken_rings_the_members_and_leaves_nothing_else(house: OfficersHouse) -> None:
    station, maes = await house.comes()
    plan = await house.plans(maes)
    assert any("Aantal leden dat gebeld wordt: twee" in text for text in house.told())
    assert (await plan.send()).says == "police_sent"
    await house.leaves(station)
    assert (await house.office.open_calls()).keys() == {AN, BERT}
    assert await house.office.count("broadcast WHERE started_by = 'Maes' AND urgent") == 1
    assert house.pbx.kept == {}
    assert not list(house.office.sounds_folder.glob("told-*"))


async def test_who_hangs_up_before_has_left_nothing(house: OfficersHouse) -> None:
    station, maes = await house.comes()
    await house.plans(maes)
    await house.leaves(station)
    assert not any([await house.office.count(table) for table in ("broadcast", "audio", "attempt")])
    assert house.pbx.kept == {}
    assert not list(house.office.sounds_folder.glob("told-*"))


async def test_a_line_that_is_told_to_stop_in_the_moment_of_sending_sends_it(house: OfficersHouse) -> None:
    _, maes = await house.comes()
    plan = await house.plans(maes)
    sending = asyncio.create_task(plan.send())
    await asyncio.sleep(0)
    sending.cancel()
    await house.resources.detached.finished()
    assert await house.office.count("broadcast") == 1


async def test_two_officers_who_send_at_once_both_do(house: OfficersHouse) -> None:
    (_, maes), (_, claes) = await house.comes(), await house.comes("4712")
    plans = [await house.plans(one) for one in (maes, claes)]
    done = await asyncio.gather(*(plan.send() for plan in plans))
    assert [one.says for one in done] == ["police_sent"] * 2
    assert len({one.broadcast for one in done}) == 2, "each follows the one they sent"
    assert await house.office.count("broadcast") == 2


async def test_a_database_that_goes_away_after_the_commit_makes_no_second_alert(house: OfficersHouse) -> None:
    class GoesAway(Desk):
        times = 0

        async def begin(self, prepared: Prepared, *, now: datetime | None = None) -> Sent:
            sent = await super().begin(prepared, now=now)
            self.times += 1
            if self.times == 1:
                raise OperationalError("COMMIT", {}, Exception("connection lost"))
            return sent

    office = house.office
    desk = GoesAway(
        office.engine, office.ledger, office.voice, office.policy, zones=zone_names("Zuiderkempen")
    )
    object.__setattr__(house.resources, "desk", desk)
    _, maes = await house.comes()
    assert (await (await house.plans(maes)).send()).says == "police_sent"
    assert (desk.times, await office.count("broadcast")) == (1, 1)


async def test_a_member_who_joins_between_the_question_and_the_1_is_called_too(house: OfficersHouse) -> None:
    _, maes = await house.comes()
    plan = await house.plans(maes)
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE member SET language = 'fr' WHERE name = 'Bert'")
    assert (await plan.send()).says == "police_sent"
    assert (await house.office.open_calls()).keys() == {AN, BERT}


async def test_what_was_forbidden_between_the_question_and_the_1_is_not_sent(house: OfficersHouse) -> None:
    _, maes = await house.comes()
    plan = await house.plans(maes)
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE member SET language = 'fr' WHERE name = 'Bert'")
        await connection.exec_driver_sql("UPDATE network SET charter_approved_on = NULL")
    assert (await plan.send()).says == "police_not_allowed"
    assert await house.office.count("broadcast") == 0


async def test_what_may_not_be_sent_is_refused_in_a_sentence(house: OfficersHouse) -> None:
    _, maes = await house.comes()
    message = await house.speaks(maes)
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE network SET charter_approved_on = NULL")
    assert await maes.plan(message, maes.networks, urgent=True) == AlertRefused("police_not_allowed")
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE network SET charter_approved_on = '2014-09-15'")
        await hold_for_dead(connection, AN, BERT, at=datetime.now(UTC))
    assert await maes.plan(message, maes.networks, urgent=True) == AlertRefused("police_nobody")


async def test_figures_are_told_and_an_alert_is_stopped(house: OfficersHouse) -> None:
    _, maes = await house.comes()
    await (await house.plans(maes)).send()
    await house.office.calls(AN, Outcome.CONFIRMED)
    [broadcast] = await maes.alerts()
    assert (await maes.progress(broadcast)).halt is None
    assert "één bevestigd, nul gehoord, nul op antwoordapparaat, één nog te gaan" in house.told()[-1]
    await house.office.ledger.note_callback(broadcast, BERT)
    await house.office.calls(BERT, Outcome.NO_ANSWER)
    await maes.progress(broadcast)
    assert "nul gehoord, één teruggebeld, nul op antwoordapparaat, nul nog te gaan" in house.told()[-1]
    assert await maes.pause_or_resume(broadcast) == "police_paused"
    assert (await maes.progress(broadcast)).halt == "police_paused"
    assert await maes.pause_or_resume(broadcast) == "police_resumed"
    assert (await maes.progress(broadcast)).halt is None
    assert await maes.stop(broadcast) == "police_stopped"
    assert (await maes.progress(broadcast)).halt == "police_stopped"
    assert await maes.stop(broadcast) == "police_ended"
    assert await maes.pause_or_resume(broadcast) == "police_ended"


async def test_what_a_crash_left_at_the_pbx_is_removed_and_nothing_else(house: OfficersHouse) -> None:
    _, maes = await house.comes()
    message = await house.speaks(maes)
    house.pbx.kept |= {"alert-of-before": b"", "report-of-somebody": b""}
    assert await house.resources.spoken.mend() == 1
    assert house.pbx.kept.keys() == {message.recording, "report-of-somebody"}


async def test_what_a_crash_left_in_the_database_is_removed_when_it_is_a_day_old(
    house: OfficersHouse,
) -> None:
    _, maes = await house.comes()
    await house.speaks(maes)
    assert await house.office.count("audio") == 1
    async with house.office.engine.begin() as connection:
        await connection.execute(text("UPDATE audio SET kept_at = kept_at - interval '25 hours'"))
    await house.resources.sounds.sweep()
    assert await house.office.count("audio") == 0
