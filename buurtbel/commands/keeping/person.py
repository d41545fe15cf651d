"""`buurtbel member export` and `member erase`: all that is kept of a person, and nothing of them any more."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from buurtbel.commands.common import Json, answer, run, settings
from buurtbel.database.address import database
from buurtbel.terminal.files import to_write
from buurtbel.terminal.names import this_account

if TYPE_CHECKING:
    from broadcast.retention.people import KeptOfPerson

Whom = Annotated[
    str, typer.Argument(help="The id, the name or a number of the person, also of one who has left.")
]


def export_person(
    whom: Whom,
    to: Annotated[str, typer.Argument(metavar="FILE", help="File to write, a ZIP archive.")],
    as_json: Json = False,
) -> None:
    """Write all that is kept of a person into a file that they can read, with what they said to us."""
    from buurtbel.terminal.person import archive_of  # noqa: PLC0415 - only who exports

    actor = this_account()
    with to_write(to) as file:
        chosen = settings()

        async def work() -> "KeptOfPerson":
            from broadcast.retention.people import export_person  # noqa: PLC0415 - as above

            async with database(chosen) as engine, engine.begin() as connection:
                return await export_person(connection, actor, whom)

        kept = run(work())
        file.write(archive_of(kept, chosen.clock))
    answer(
        {
            "file": to,
            "member": kept.member["id"],
            "alerts": len(kept.alerts),
            "calls": len(kept.calls),
            "reports": len(kept.reports),
        },
        as_json=as_json,
        text=lambda: (
            f"Wrote what is kept of member {kept.member['id']} into {to}: {len(kept.alerts)} alerts, "
            f"{len(kept.calls)} calls, {len(kept.reports)} reports. Hand it to nobody but them."
        ),
    )


def erase_person(
    whom: Whom,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    as_json: Json = False,
) -> None:
    """Erase a person for good. How many were called and what came of it stays, and so does the journal."""
    actor = this_account()
    if not yes:
        typer.confirm("Erase this person for good?", abort=True, err=True)
    chosen = settings()

    async def work() -> int:
        from broadcast.retention.people import erase_person  # noqa: PLC0415 - only who erases
        from buurtbel.assembly import assemble  # noqa: PLC0415 - as above
        from buurtbel.backup.erased import note_erased  # noqa: PLC0415 - as above

        async with assemble(chosen, connections=1) as assembly, assembly.app.open_async():
            erased = await erase_person(assembly.engine, assembly.ledger, actor, whom, chosen.time_zone)
            note_erased(chosen.data_dir, erased, datetime.now(UTC))
            return erased

    member = run(work())
    answer(
        {"erased": member},
        as_json=as_json,
        text=lambda: (
            f"Erased member {member}. Backups of before hold them until they go: see docs/privacy.md."
        ),
    )


def join(member: typer.Typer) -> None:
    """Let these commands be part of `buurtbel member`."""
    member.command("export")(export_person)
    member.command("erase")(erase_person)
