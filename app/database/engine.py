"""One engine per database URL, set up the way that loses nothing. Touches no row."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from app.database import schema
from app.errors import ConfigError

HINT = "such as sqlite:///triage.db or postgresql://user@host/triage"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

# Pages in the log after which whoever commits copies them into the database, which takes a few syncs more.
CHECKPOINT, CHECKPOINT_LATE = 10_000, 40_000

PATIENCE = timedelta(seconds=10)  # how long a transaction waits for another process's, or for the server
RETRY_SECONDS = 0.2
LOCK_POLL_SECONDS = 0.001


def open_database(url: str, patience: timedelta = PATIENCE, *, hurried: bool = False) -> Engine:
    """An engine on a database whose schema is this program's. Acknowledged means on disk.

    Somebody waits for the answers of a process that is `hurried`, so it leaves SQLite's checkpoints to the others.

    SQLite is brought up to date here, PostgreSQL only by `triage db upgrade`. ConfigError when the URL is malformed,
    of another kind of database, names what cannot be opened, or when the schema is of another version.
    """
    engine = connect(url, patience, hurried=hurried)
    try:
        if engine.dialect.name == "sqlite":
            upgrading(engine)
        else:
            with _faults(engine.url), _patiently(engine, patience) as connection:
                schema.check(connection)
    except ConfigError:
        engine.dispose()
        raise
    return engine


def is_there(url: str) -> bool:
    """Whether there is a database already: a SQLite file, or whatever a server has. Opens nothing, makes nothing."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        return True  # whoever opens it says what is wrong with it
    return parsed.get_backend_name() != "sqlite" or not parsed.database or Path(parsed.database).exists()


def connect(url: str, patience: timedelta = PATIENCE, *, hurried: bool = False) -> Engine:
    """The engine, whatever the schema; nothing is opened yet. ConfigError when the URL is malformed."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"TRIAGE_DATABASE_URL: {error}; {HINT}") from None
    match parsed.get_backend_name():
        case "sqlite":
            return _sqlite(parsed, patience, CHECKPOINT_LATE if hurried else CHECKPOINT)
        case "postgresql" | "postgres":
            return _postgresql(parsed.set(drivername="postgresql+psycopg"), patience)
    raise ConfigError(f"TRIAGE_DATABASE_URL: only SQLite and PostgreSQL are served; {HINT}")


def upgrading(engine: Engine) -> str | None:
    """Brings the schema to this program's version, and says which it had; None for an empty database.

    ConfigError when the database cannot be opened, or its schema is newer.
    """
    with _faults(engine.url), writing(engine) as connection:
        return schema.upgrade(connection)


def version(engine: Engine) -> str | None:
    """The version of the schema, None for an empty database. ConfigError when the database cannot be opened."""
    with _faults(engine.url), engine.connect() as connection:
        return schema.current(connection)


def shown(url: URL) -> str:
    """The URL as it may be shown: without its password."""
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def insert_into(table: Table, dialect: str) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what happens on a conflict: both have it, and SQLAlchemy knows them apart."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may read and then write, as by `writer`."""
    with writer(engine).begin() as connection:
        yield connection


def writer(engine: Engine, *, durable: bool = True) -> Engine:
    """The engine, for transactions that write: on SQLite they hold the one write lock from their beginning on.

    Without `durable`, a SQLite transaction is not synced when it is committed: with the machine's power, and only then,
    the last of them may be lost, and everybody who knew of it is gone as well. It is synced with the next one that is.
    https://sqlite.org/pragma.html#pragma_synchronous

    A deferred transaction that reads first fails at its first write when another process wrote in between:
    https://sqlite.org/lang_transaction.html#deferred_immediate_and_exclusive_transactions
    """
    return engine.execution_options(begin="BEGIN IMMEDIATE", synchronous="FULL" if durable else "NORMAL")


def one_by_one(engine: Engine) -> Engine:
    """The engine, for statements each of which is whole in itself. On SQLite each is a transaction, not synced: the
    write lock is held while SQLite works, and not while Python does, or waits for its turn on a busy machine. On
    PostgreSQL, where rows are locked and nobody waits for others, those of one connection are a transaction."""
    return engine.execution_options(begin="", synchronous="NORMAL")


def _sqlite(url: URL, patience: timedelta, checkpoint: int) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ConfigError(f"TRIAGE_DATABASE_URL: it names no file, and several processes share it; {HINT}")
    engine = create_engine(url, hide_parameters=True)  # errors are logged, and these are what people wrote
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "connect", lambda raw, _entry: _set(raw, f"wal_autocheckpoint={checkpoint}"))
    event.listen(engine, "connect", lambda connection, _entry: _set_busy_timeout(connection, patience))
    event.listen(engine, "begin", lambda connection: _begin(connection, patience))
    return engine


def _postgresql(url: URL, patience: timedelta) -> Engine:
    """A connection that the server has ended is noticed before it is used; no statement outlasts the patience."""
    ms = patience // timedelta(milliseconds=1)
    settings = {
        "synchronous_commit": "on",
        "statement_timeout": ms,
        "lock_timeout": ms,
        "idle_in_transaction_session_timeout": 60_000,
        "timezone": "UTC",
    }
    return create_engine(
        url,
        pool_pre_ping=True,
        hide_parameters=True,  # as for SQLite
        connect_args={
            "application_name": "triage",
            "connect_timeout": max(2, int(patience.total_seconds())),
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "tcp_user_timeout": ms,  # a server that vanished without a word
        },
    )


@contextmanager
def _faults(url: URL) -> Iterator[None]:
    try:
        yield
    except DatabaseError as error:
        said = " ".join(str(error.orig).split())
        raise ConfigError(f"TRIAGE_DATABASE_URL: {shown(url)}: {said}; {HINT}") from None


@contextmanager
def _patiently(engine: Engine, patience: timedelta) -> Iterator[Connection]:
    """A connection to a server that may be starting this moment."""
    deadline = time.monotonic() + patience.total_seconds()
    while True:
        try:
            connection = engine.connect()
        except OperationalError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            break
    with connection:
        yield connection


def _set_up(connection: Any, _entry: ConnectionPoolEntry) -> None:
    """Takes the transactions out of the driver's hands, and sets the pragmas."""
    connection.isolation_level = None
    for pragma in PRAGMAS:
        _set(connection, pragma)


def _set(connection: Any, pragma: str) -> None:
    connection.execute(f"PRAGMA {pragma}").close()


def _set_busy_timeout(connection: Any, patience: timedelta) -> None:
    _set(connection, f"busy_timeout={patience // timedelta(milliseconds=1)}")


def _begin(connection: Connection, patience: timedelta) -> None:
    options = connection.get_execution_options()
    begin = options.get("begin", "BEGIN")
    if begin == "BEGIN":
        connection.exec_driver_sql(begin)
        return
    raw = connection.connection.dbapi_connection
    if connection.info.get("synchronous") != options["synchronous"]:
        _set(raw, f"synchronous={options['synchronous']}")
        connection.info["synchronous"] = options["synchronous"]
    if not begin:
        return
    _set_busy_timeout(raw, timedelta(0))
    try:
        if not _begun(raw, begin, patience):
            connection.exec_driver_sql(begin)  # the last try says what is wrong
    finally:
        _set_busy_timeout(raw, patience)


def _begun(connection: Any, begin: str, patience: timedelta) -> bool:
    """Whether nobody else wrote any more before the patience was at its end.

    SQLite itself waits longer from try to try, up to 100 ms, for a transaction of another process that takes a few; a
    receiver that does so beside a busy worker answers late: https://sqlite.org/c3ref/busy_timeout.html
    """
    deadline = time.monotonic() + patience.total_seconds()
    while time.monotonic() < deadline:
        try:
            connection.execute(begin)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                return False
            time.sleep(LOCK_POLL_SECONDS)
        else:
            return True
    return False
