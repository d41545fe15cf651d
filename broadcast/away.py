"""How an absent database shows."""

from procrastinate.exceptions import ConnectorException
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

DATABASE_AWAY = (DBAPIError, NoConnectionFree, ConnectorException)
"""What the database's absence looks like, through SQLAlchemy and through the job engine."""


def is_away(fault: Exception) -> bool:
    """Nothing can be asked now; else it was what was asked that the database refused."""
    if isinstance(fault, DBAPIError):
        return fault.connection_invalidated or isinstance(fault, InterfaceError | OperationalError)
    return isinstance(fault, DATABASE_AWAY)
