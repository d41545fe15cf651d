"""How names are pronounced in what is spoken on a call."""

from broadcast.away import DATABASE_AWAY
from directory.pronunciation import names_everywhere
from prompts.normalise.names import NO_NAMES, Names
from storage.transactions import Transactions


async def names_on_calls(database: Transactions) -> Names:
    """As the list is now; by the rules alone while the database is away."""
    try:
        return await database(names_everywhere)
    except DATABASE_AWAY:
        return NO_NAMES
