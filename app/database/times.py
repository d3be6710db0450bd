"""Machine time, by the one clock that all processes on a database share. No sandbox moves it."""

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Connection, cast, extract, func, select, type_coerce

from app.database.tables import Instant

# Not now(): that is when the transaction began, which may have waited since.
_OF_DATABASE = select(
    type_coerce(cast(extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger), Instant)
)


def machine_time() -> datetime:
    """This machine's own clock."""
    return datetime.now(UTC)


class MachineClock:
    """On PostgreSQL the database's clock, since machines differ; on SQLite, which is of one machine, that machine's.

    `given` replaces either: for tests.
    """

    def __init__(self, given: Callable[[], datetime] | None = None) -> None:
        self.given = given
        self.local = given or machine_time

    def of(self, connection: Connection) -> datetime:
        """The present instant; on PostgreSQL it costs one more question to the database."""
        if self.given is None and connection.dialect.name == "postgresql":
            asked: datetime = connection.execute(_OF_DATABASE).scalar_one()
            return asked
        return self.local()
