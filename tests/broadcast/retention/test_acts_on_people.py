"""What is done with all that is known of people: by whom it may be, and what the journal keeps of it."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.retention.people import erase_person, export_person
from broadcast.retention.policy import RetentionPolicy
from broadcast.retention.restored import erase_again, take_over_restored
from broadcast.retention.retain import retain
from directory.errors import NotInRole
from directory.journal.book import entries, whole
from directory.journal.chain import judge
from tests.support.office import Office
from tests.support.people import ADMIN, network_of, officer, phone


async def done(office: Office, work: Callable[[AsyncConnection], Awaitable[object]]) -> None:
    async with office.engine.begin() as connection:
        await work(connection)


async def test_what_becomes_of_people_and_of_all_rows_is_kept_as_ids_and_counts(office: Office) -> None:
    await network_of(office.engine, {"An": [phone(10)], "Bert": [phone(11)]})
    await office.sends()
    await done(office, lambda connection: take_over_restored(connection, ADMIN, 7, resume=False))
    await done(office, lambda connection: export_person(connection, ADMIN, "An"))
    await erase_person(office.engine, office.ledger, ADMIN, "An")
    await done(office, lambda connection: erase_again(connection, ADMIN, [2]))
    await retain(office.engine, RetentionPolicy(), "Europe/Brussels")
    async with whole(office.engine) as connection:
        found = [one async for one in entries(connection)]
    assert judge(found).fault is None
    assert [(one["act"], one["ids"]) for one in found][-7:] == [
        ("backup.restore", {"entries": [7]}),
        ("alert.close_restored", {"broadcast": [1]}),
        ("member.export", {"member": [1]}),
        ("member.leave", {"member": [1]}),
        ("member.erase", {"member": [1]}),
        ("member.erase", {"member": [2]}),
        ("retention.run", {"alerts": [0], "calls": [0], "members": [0], "reports": [0], "sounds": [0]}),
    ]


async def test_an_officer_does_none_of_it(office: Office) -> None:
    await network_of(office.engine, {"An": [phone(10)]})
    for refused in (
        done(office, lambda connection: take_over_restored(connection, officer(), 7, resume=True)),
        done(office, lambda connection: erase_again(connection, officer(), [1])),
        done(office, lambda connection: export_person(connection, officer(), "An")),
        erase_person(office.engine, office.ledger, officer(), "An"),
    ):
        with pytest.raises(NotInRole):
            await refused
