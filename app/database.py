"""The tables, and one engine per database URL, set up the way that loses nothing. Touches no row."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import ConfigError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HINT = "such as sqlite:///triage.db"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

PATIENCE = timedelta(seconds=10)  # how long a transaction waits for another process's

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An instant, kept as whole microseconds since 1970 in UTC: exact, ordered, the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


# One row per issue that is to be looked at. `due_at` is issue time, empty once GitLab refused; all else is
# machine time.
inbox = Table(
    "inbox",
    metadata,
    Column("project_id", BigInteger, primary_key=True, autoincrement=False),
    Column("iid", BigInteger, primary_key=True, autoincrement=False),
    Column("due_at", Instant, index=True),
    Column("queued_at", Instant, nullable=False),
    Column("generation", Integer, nullable=False),
    Column("lease_token", Text),
    Column("lease_worker", Text),
    Column("lease_until", Instant),
    Column("not_before", Instant),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", Text),
)

# What the processes on one database tell each other, such as "all work is paused, and why".
facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

# One row per reconcile.
journal = Table(
    "journal",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("project_id", BigInteger, nullable=False),
    Column("iid", BigInteger, nullable=False),
    Column("board", Text, nullable=False),
    Column("trigger", Text, nullable=False),
    Column("ruleset", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("applied", Boolean, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("error", Text, nullable=False),
    Index("journal_by_issue", "project_id", "iid", "id"),
)


def open_database(url: str, patience: timedelta = PATIENCE) -> Engine:
    """An engine with every table in place. SQLite runs in WAL with synchronous=FULL: acknowledged means on disk.

    ConfigError when the URL is malformed, of another kind of database, or names a file that cannot be opened.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"TRIAGE_DATABASE_URL: {error}; {HINT}") from None
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError(f"TRIAGE_DATABASE_URL: only SQLite is served so far; {HINT}")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigError(f"TRIAGE_DATABASE_URL: it names no file, and several processes share it; {HINT}")
    engine = create_engine(parsed)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "connect", lambda connection, _entry: _wait_for_locks(connection, patience))
    event.listen(engine, "begin", _begin)
    try:
        with writing(engine) as connection:
            metadata.create_all(connection)
    except DatabaseError as error:
        raise ConfigError(f"TRIAGE_DATABASE_URL: {parsed.database}: {error.orig}; {HINT}") from None
    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may read and then write: it holds SQLite's one write lock from its beginning to its commit.

    A deferred transaction that reads first fails at its first write when another process wrote in between:
    https://sqlite.org/lang_transaction.html#deferred_immediate_and_exclusive_transactions
    """
    with engine.execution_options(begin="BEGIN IMMEDIATE").begin() as connection:
        yield connection


def _set_up(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Takes the transactions out of the driver's hands, and sets the pragmas."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _wait_for_locks(connection: Any, patience: timedelta) -> None:
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={patience // timedelta(milliseconds=1)}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
