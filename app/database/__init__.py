"""The tables, the engine for either database, and the schema's versions. Knows nothing of what the rows mean."""

from app.database.engine import (
    PATIENCE,
    connect,
    insert_into,
    is_there,
    one_by_one,
    open_database,
    shown,
    upgrading,
    version,
    writer,
    writing,
)
from app.database.schema import HEAD
from app.database.tables import (
    EPOCH,
    Instant,
    deliveries,
    facts,
    inbox,
    journal,
    known_boards,
    known_issues,
    metadata,
)
from app.database.times import MachineClock, machine_time

__all__ = [
    "EPOCH",
    "HEAD",
    "PATIENCE",
    "Instant",
    "MachineClock",
    "connect",
    "deliveries",
    "facts",
    "inbox",
    "insert_into",
    "is_there",
    "journal",
    "known_boards",
    "known_issues",
    "machine_time",
    "metadata",
    "one_by_one",
    "open_database",
    "shown",
    "upgrading",
    "version",
    "writer",
    "writing",
]
