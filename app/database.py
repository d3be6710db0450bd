"""One engine per database URL, set up the way that loses nothing."""

from sqlalchemy import Engine, MetaData, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import ConfigError

metadata = MetaData()


def open_database(url: str) -> Engine:
    """An engine with every table in place. SQLite runs in WAL with synchronous=FULL: acknowledged means on disk."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"TRIAGE_DATABASE_URL: {error}; such as sqlite:///triage.db") from None
    if parsed.get_backend_name() != "sqlite":
        raise ConfigError("TRIAGE_DATABASE_URL: only SQLite is served so far; such as sqlite:///triage.db")
    engine = create_engine(parsed)
    event.listen(engine, "connect", _set_pragmas)
    metadata.create_all(engine)
    return engine


def _set_pragmas(connection: object, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
