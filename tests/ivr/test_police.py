"""The house behind the police line: what an officer speaks becomes an alert, once, or leaves nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import soundfile
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from broadcast.desk import Desk, Prepared
from broadcast.jobs import make_app
from broadcast.states import Outcome
from directory.lockout import LockoutPolicy
from directory.officers import add_officer
from ivr.call import Call, Sound
from ivr.officer_policy import OfficerPolicy
from ivr.police import Police
from ivr.reports import Reports
from ivr.scripts.police import Refused
from ivr.signed_in import SignedIn, SpokenPlan
from ivr.station import Station
from ivr.trunk import Trunk
from prompts.catalogue import LANGUAGES, Key
from tests.broadcast.conftest import NODE, Office
from tests.broadcast.test_recorded_alert import SPOKEN
from tests.fakes.phone import Phone
from tests.ivr.callers import SAYS, TONE
from tests.people import DE_BIST, network_of, phone

AN, BERT, MAES = phone(10, 1), phone(10, 2), phone(10, 9)
PIN = "846203"


@dataclass
class Pbx:
    """What officers said, by the name of the recording."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def audio_if_there(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    async def names(self) -> list[str]:
        return list(self.kept)


@dataclass
class Rings:
    """The officer's registered telephone: what is pressed when it is picked up; None when it is not."""

    keys: list[str | None] = field(default_factory=list)
    rung: list[str] = field(default_factory=list)

    async def ring(
        self, _id: UUID, number: str, script: Callable[[Call], Awaitable[None]], *, seconds: float
    ) -> bool:
        self.rung.append(number)
        key = self.keys.pop(0)
        if key is None:
            return False
        officer = Phone()
        holding = asyncio.ensure_future(script(officer.call))
        await officer.hears(short("police_confirm"))
        officer.presses(key)
        await holding
        return True


def short(key: Key) -> Sound:
    return Sound(SAYS[key].path, 0.01)


@dataclass
class PoliceHouse:
    office: Office
    police: Police
    pbx: Pbx
    rings: Rings

    async def comes(self, number: str = "4711") -> tuple[Station, SignedIn]:
        station = Station(self.police, SAYS, None)
        officer = await station.sign_in(number, PIN)
        assert isinstance(officer, SignedIn)
        return station, officer

    async def speaks(self, officer: SignedIn) -> Any:
        message = await officer.begin_message()
        wav = self.office.sounds_folder / "said.wav"
        soundfile.write(wav, SPOKEN.samples, SPOKEN.rate)
        self.pbx.kept[message.recording] = wav.read_bytes()
        assert await message.keep()
        return message

    async def plans(self, officer: SignedIn, *, urgent: bool = True) -> SpokenPlan:
        plan = await officer.plan(await self.speaks(officer), officer.networks, urgent=urgent)
        assert isinstance(plan, SpokenPlan)
        return plan

    async def leaves(self, station: Station) -> None:
        station.has_left()
        await self.police.finished()

    def told(self) -> list[str]:
        return [text for _, text in self.office.voice.said]


@pytest.fixture
async def house(database: AsyncEngine, database_url: str, tmp_path: Path) -> AsyncIterator[PoliceHouse]:
    app = make_app(database_url)
    async with app.open_async():
        office = Office(database, app, tmp_path)
        await office.lease_of(NODE)
        await network_of(database, {"An": [AN], "Bert": [BERT]})
        pbx, rings = Pbx(), Rings()
        client: Any = SimpleNamespace(recordings=pbx)
        sounds = office.caller(SimpleNamespace())._sounds  # type: ignore[arg-type]
        says: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        says.set_result({language: {key: short(key) for key in SAYS} for language in LANGUAGES})
        police = Police(
            engine=database,
            desk=office.desk,
            client=client,
            reports=Reports(database, client, sounds, NODE),
            rings=rings,
            voice=office.voice,
            trunk=Trunk(),
            policy=OfficerPolicy(),
            lockout=LockoutPolicy(),
            zone="Zuiderkempen",
            says=says,
            tone=TONE,
        )
        async with AsyncSession(database) as session, session.begin():
            for number, name in (("4711", "Maes"), ("4712", "Claes")):
                await add_officer(session, number, name=name, phone=MAES, pin=PIN, networks=[DE_BIST])
        yield PoliceHouse(office, police, pbx, rings)


def calling_back(house: PoliceHouse) -> None:
    object.__setattr__(house.police, "policy", OfficerPolicy(call_back=True))


async def test_what_was_spoken_rings_the_members_and_leaves_nothing_else(house: PoliceHouse) -> None:
    station, maes = await house.comes()
    plan = await house.plans(maes)
    assert any("Aantal leden dat gebeld wordt: twee" in text for text in house.told())
    assert (await plan.send()).says == "police_sent"
    await house.leaves(station)
    assert (await house.office.open_calls()).keys() == {AN, BERT}
    assert await house.office.count("broadcast WHERE started_by = 'Maes' AND urgent") == 1
    assert house.pbx.kept == {}
    assert not list(house.office.sounds_folder.glob("told-*"))


async def test_who_hangs_up_before_has_left_nothing(house: PoliceHouse) -> None:
    station, maes = await house.comes()
    await house.plans(maes)
    await house.leaves(station)
    assert not any([await house.office.count(table) for table in ("broadcast", "audio", "attempt")])
    assert house.pbx.kept == {}
    assert not list(house.office.sounds_folder.glob("told-*"))


async def test_a_line_that_is_told_to_stop_in_the_moment_of_sending_sends_it(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    plan = await house.plans(maes)
    sending = asyncio.create_task(plan.send())
    await asyncio.sleep(0)
    sending.cancel()
    await house.police.finished()
    assert await house.office.count("broadcast") == 1


async def test_two_officers_who_send_at_once_both_do(house: PoliceHouse) -> None:
    (_, maes), (_, claes) = await house.comes(), await house.comes("4712")
    plans = [await house.plans(one) for one in (maes, claes)]
    done = await asyncio.gather(*(plan.send() for plan in plans))
    assert [one.says for one in done] == ["police_sent"] * 2
    assert len({one.broadcast for one in done}) == 2, "each follows the one they sent"
    assert await house.office.count("broadcast") == 2


async def test_a_database_that_goes_away_after_the_commit_makes_no_second_alert(house: PoliceHouse) -> None:
    class GoesAway(Desk):
        times = 0

        async def begin(self, prepared: Prepared, **more: Any) -> Any:
            sent = await super().begin(prepared, **more)
            self.times += 1
            if self.times == 1:
                raise OperationalError("COMMIT", {}, Exception("connection lost"))
            return sent

    office = house.office
    desk = GoesAway(office.engine, office.ledger, office.voice, office.policy, zone="Zuiderkempen")
    object.__setattr__(house.police, "desk", desk)
    _, maes = await house.comes()
    assert (await (await house.plans(maes)).send()).says == "police_sent"
    assert (desk.times, await office.count("broadcast")) == (1, 1)


async def test_a_member_who_joins_between_the_question_and_the_1_is_called_too(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    plan = await house.plans(maes)
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE member SET language = 'fr' WHERE name = 'Bert'")
    assert (await plan.send()).says == "police_sent"
    assert (await house.office.open_calls()).keys() == {AN, BERT}


async def test_what_was_forbidden_between_the_question_and_the_1_is_not_sent(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    plan = await house.plans(maes)
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE member SET language = 'fr' WHERE name = 'Bert'")
        await connection.exec_driver_sql("UPDATE network SET charter_approved_on = NULL")
    assert (await plan.send()).says == "police_failed"
    assert await house.office.count("broadcast") == 0


async def test_what_may_not_be_sent_is_refused_in_a_sentence(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    message = await house.speaks(maes)
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE network SET charter_approved_on = NULL")
    assert await maes.plan(message, maes.networks, urgent=True) == Refused("police_not_allowed")
    async with house.office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE network SET charter_approved_on = '2014-09-15'")
        await connection.exec_driver_sql("UPDATE number SET dead_since = now()")
    assert await maes.plan(message, maes.networks, urgent=True) == Refused("police_nobody")


async def test_figures_are_told_and_an_alert_is_stopped(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    await (await house.plans(maes)).send()
    await house.office.calls(AN, Outcome.CONFIRMED)
    [broadcast] = await maes.alerts()
    assert (await maes.standing(broadcast)).over is None
    assert "één bevestigd, nul gehoord, nul op antwoordapparaat, één nog te gaan" in house.told()[-1]
    assert await maes.stop(broadcast) == "police_stopped"
    assert (await maes.standing(broadcast)).over == "police_stopped"
    assert await maes.stop(broadcast) == "police_ended"


# Calling back


async def test_by_policy_nothing_goes_out_before_the_registered_number_lets_it(house: PoliceHouse) -> None:
    calling_back(house)
    house.rings.keys = [None, "1"]
    station, maes = await house.comes()
    assert (await (await house.plans(maes)).send()).says == "police_calls_back"
    assert (house.rings.rung, await house.office.count("broadcast")) == ([], 0), "they have not hung up yet"
    await house.leaves(station)
    assert house.rings.rung == [MAES, MAES], "it was busy at first"
    assert await house.office.count("broadcast") == 1
    assert house.pbx.kept == {}


@pytest.mark.parametrize("keys", [["2"], [None, None]])
async def test_what_is_not_let_go_there_is_not_sent(house: PoliceHouse, keys: list[str | None]) -> None:
    calling_back(house)
    house.rings.keys = keys
    station, maes = await house.comes()
    await (await house.plans(maes)).send()
    await house.leaves(station)
    assert not any([await house.office.count(table) for table in ("broadcast", "audio")])


async def test_what_a_crash_left_at_the_pbx_is_removed_and_nothing_else(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    message = await house.speaks(maes)
    house.pbx.kept |= {"alert-of-before": b"", "report-of-somebody": b""}
    assert await house.police.mend() == 1
    assert house.pbx.kept.keys() == {message.recording, "report-of-somebody"}


async def test_what_a_crash_left_in_the_database_is_removed_when_it_is_a_day_old(house: PoliceHouse) -> None:
    _, maes = await house.comes()
    await house.speaks(maes)
    assert await house.office.count("audio") == 1
    async with house.office.engine.begin() as connection:
        await connection.execute(text("UPDATE audio SET kept_at = kept_at - interval '25 hours'"))
    await house.police.reports.sounds.sweep()
    assert await house.office.count("audio") == 0
