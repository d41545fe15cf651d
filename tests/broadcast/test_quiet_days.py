"""On most days there is nothing to do for any kind of call of our own, and one question tells."""

from broadcast.own_tables import OWN_TABLES
from broadcast.service_calls.duty import DutyBook
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.service_calls.leave_policy import LeavePolicy
from broadcast.service_calls.leaving import LeaveBook
from broadcast.service_calls.pending_alerts import ReleaseBook
from broadcast.service_calls.trials import TrialBook, order
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, phone
from tests.support.stirring import is_quiet, taken_as_by_a_line

BOOKS = (
    DutyBook(DutyPolicy()),
    LeaveBook(LeavePolicy()),
    ReleaseBook(ring=10, rounds=2, within=900),
    TrialBook(),
)


def test_every_kind_is_here() -> None:
    assert {book.table for book in BOOKS} == set(OWN_TABLES)


async def test_where_nothing_is_to_be_done_nobody_looks_further(office: Office) -> None:
    async with office.engine.begin() as connection:
        assert await is_quiet(connection, *BOOKS, node=NODE)


async def test_a_call_without_an_end_is_looked_after_though_nothing_new_is_due(office: Office) -> None:
    async with office.engine.begin() as connection:
        await order(connection, ADMIN, phone(10), "nl")
        assert await taken_as_by_a_line(connection, TrialBook(), NODE)
        assert not await is_quiet(connection, TrialBook(), node=NODE)
        assert await is_quiet(connection, TrialBook(), node="another")
