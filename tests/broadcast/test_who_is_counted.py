"""Whom a caller's reports and guesses are counted for, from what the trunk says of their number."""

import asyncio
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from broadcast.audio.sounds import MessageSounds
from broadcast.service_calls.leave_policy import LeavePolicy
from broadcast.tables import MemberReport
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import add_officer
from directory.possible_numbers import NONE, PossibleNumbers
from directory.tables import Lockout
from ivr.call.announcer import Announcements
from ivr.detached import DetachedWork
from ivr.inbound.known_callers import KnownCallers, Somebody
from ivr.pbx.identity import CallerId
from ivr.pronunciation import names_on_calls
from ivr.recordings.reports import Reports
from ivr.scripts.officer_ports import AlertRefused
from prompts.languages import LANGUAGES
from storage.transactions import Transactions
from tests.ivr.callers import SAYS, TONE
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, network_of, phone

AN, STRANGER, MOBILE = phone(10, 1), phone(10, 7), phone(10, 9)
WITHHELD = CallerId(NONE)


async def calls(office: Office, caller: CallerId) -> Somebody:
    """Whoever calls, as a script knows them."""
    says: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    says.set_result(dict.fromkeys(LANGUAGES, SAYS))
    nowhere: Any = SimpleNamespace()
    database = Transactions(office.engine)
    officers: Any = SimpleNamespace(database=database, lockout=LockoutPolicy())
    sounds = MessageSounds(office.engine, office.sounds_folder)
    reports = Reports(database, nowhere, sounds, NODE)
    callers = KnownCallers(
        database=database,
        callbacks=nowhere,
        reports=reports,
        officers=officers,
        announcements=Announcements(office.voice, sounds.folder, partial(names_on_calls, database)),
        detached=DetachedWork(),
        lockout=LockoutPolicy(),
        leaving=LeavePolicy(),
        says=says,
        tone=TONE,
    )
    return await callers.who(caller)


def shows(number: str, *, vouched: bool) -> CallerId:
    return CallerId(PossibleNumbers((number,)), is_vouched=vouched)


async def counted(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        return set(await connection.scalars(select(Lockout.whom)))


@pytest.mark.parametrize(
    ("caller", "reporter"),
    [
        (WITHHELD, ""),
        (shows(STRANGER, vouched=False), ""),
        (shows(STRANGER, vouched=True), STRANGER),
        (shows(AN, vouched=False), AN),
    ],
)
async def test_a_report_is_counted_for_who_is_told_from_others(
    office: Office, caller: CallerId, reporter: str
) -> None:
    await network_of(office.engine, {"An": [AN]})
    await (await calls(office, caller)).begin_report()
    async with office.engine.connect() as connection:
        assert list(await connection.scalars(select(MemberReport.reporter))) == [reporter]


@pytest.mark.parametrize(
    ("caller", "whom"),
    [
        (WITHHELD, {"caller", "officer 4711 unvouched"}),
        (shows(STRANGER, vouched=False), {"caller", "officer 4711 unvouched"}),
        (shows(STRANGER, vouched=True), {f"caller {STRANGER}", "officer 4711 vouched"}),
        (shows(MOBILE, vouched=False), {"officer 4711 shown"}),
        (shows(MOBILE, vouched=True), {"officer 4711 registered"}),
    ],
)
async def test_a_pin_is_counted_for_where_it_is_typed(
    office: Office, caller: CallerId, whom: set[str]
) -> None:
    async with AsyncSession(office.engine) as session, session.begin():
        await add_officer(session, ADMIN, "4711", name="Maes", phone=MOBILE, pin="846203")
    somebody = await calls(office, caller)
    assert await somebody.station.sign_in("4711", "111111") == AlertRefused("police_refused")
    assert await counted(office.engine) == whom


@pytest.mark.parametrize(
    ("caller", "whom"),
    [
        (WITHHELD, {"codes unvouched"}),
        (shows(STRANGER, vouched=False), {"codes unvouched", f"code {STRANGER}"}),
        (shows(STRANGER, vouched=True), {"codes vouched", f"code {STRANGER}"}),
    ],
)
async def test_a_code_is_counted_for_the_number_and_for_all_of_its_kind(
    office: Office, caller: CallerId, whom: set[str]
) -> None:
    somebody = await calls(office, caller)
    assert await somebody.alert_with("000000") == "line_wrong_code"
    assert await counted(office.engine) == whom


async def test_whoever_tries_codes_is_told_to_wait_and_nothing_is_looked_at(office: Office) -> None:
    somebody = await calls(office, shows(STRANGER, vouched=True))
    answers = [await somebody.alert_with(f"{n:06}") for n in range(5)]
    assert answers == ["line_wrong_code"] * 3 + ["police_locked"] * 2
