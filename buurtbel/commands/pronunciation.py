"""`buurtbel pronunciation`: how names are read aloud, everywhere or in one network."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database.address import database
from buurtbel.terminal.names import this_account
from directory.pronunciation import SpokenName, pronunciations, remove_pronunciation, set_pronunciation

T = TypeVar("T")
app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Written = Annotated[str, typer.Argument(help="The name as it is written in texts; capitals or not.")]
Where = Annotated[
    str | None, typer.Option("--network", help="Short name of the one network in which this counts.")
]
Language = Annotated[
    str, typer.Option("--language", help="In which language: nl, fr, de or en; all of them if not given.")
]


@app.command("list")
def list_pronunciations(network: Where = None, as_json: Json = False) -> None:
    """List how names are said; with --network what counts there."""
    found = _in_one_transaction(lambda session: pronunciations(session, network))
    answer(
        [_entry(one) for one in found],
        as_json=as_json,
        text=lambda: table(
            "written",
            "said",
            "language",
            "network",
            rows=[(one.written, one.said, one.language or "all", one.network or "all") for one in found],
        ),
    )


@app.command("add")
def add(
    written: Written,
    said: Annotated[str, typer.Argument(help="Plain words that the voice says right for it.")],
    network: Where = None,
    language: Language = "",
    as_json: Json = False,
) -> None:
    """Say from now on how a street, a family or a shop is read aloud; `buurtbel say` lets you hear it."""
    actor = this_account()
    kept = _in_one_transaction(
        lambda session: set_pronunciation(session, actor, written, said, language=language, slug=network)
    )
    answer(_entry(kept), as_json=as_json, text=lambda: f"{kept.written} is said: {kept.said}.")


@app.command("remove")
def remove(written: Written, network: Where = None, language: Language = "", as_json: Json = False) -> None:
    """Read a name as it is written again."""
    actor = this_account()
    _in_one_transaction(
        lambda session: remove_pronunciation(session, actor, written, language=language, slug=network)
    )
    answer({"written": written}, as_json=as_json, text=lambda: f"{written} is said as it is written.")


def _entry(one: SpokenName) -> dict[str, str | None]:
    return {
        "written": one.written,
        "said": one.said,
        "language": one.language or None,
        "network": one.network,
    }


def _in_one_transaction(work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    async def whole() -> T:
        async with database(settings()) as engine, AsyncSession(engine) as session, session.begin():
            return await work(session)

    return run(whole())
