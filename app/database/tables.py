"""The tables, the same on SQLite and PostgreSQL. A change here wants a migration in `migrations/versions` too."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An instant, kept as whole microseconds since 1970 in UTC: exact, ordered, the same on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


# One row per issue that is to be looked at. `due_at` is issue time, empty once GitLab refused or the issue is parked;
# all else is machine time. `attempts` counts looks that did not end well in a row, `failures` those of them that were
# the issue's own trouble; `failing_since` is when the first of the failures was, `parked_at` when they became too many.
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
    Column("failures", Integer, nullable=False, default=0, server_default="0"),
    Column("failing_since", Instant),
    Column("parked_at", Instant),
)

# What the processes on one database tell each other, such as "all work is paused, and why".
facts = Table(
    "facts",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", JSON, nullable=False),
)

# One row per reconcile. Those of a worker name it and its lease, with how long it held that (by its own clock); those
# of a sweep name its run. `done` is how many actions were done.
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
    Column("worker", Text, nullable=False, server_default=""),
    Column("lease", Text, nullable=False, server_default=""),
    Column("held_until", Instant),
    Column("run", Text, nullable=False, server_default=""),
    Column("done", Integer, nullable=False, server_default="0"),
    Index("journal_by_issue", "project_id", "iid", "id"),
    Index("journal_by_run", "run", "id"),
)

# One row per delivery of an event about an issue of a board, for two days. `received_at` is machine time, and of the
# last time that it came; `told_at` is issue time: when that happened of which the event tells (when it came, if it does
# not say), empty where that was the bot's own doing.
deliveries = Table(
    "deliveries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("project_id", BigInteger, nullable=False),
    Column("iid", BigInteger, nullable=False),
    Column("received_at", Instant, nullable=False, index=True),
    Column("told_at", Instant),
    Column("times", Integer, nullable=False),
    Index("deliveries_by_issue", "project_id", "iid"),
)

# One row per issue of which a sweep knows something. All instants are issue time. `read_at` is when reading it began,
# empty where it must be read anew; `due_at` when time alone could change the plan; `judged_by` which rules and people
# that plan came of; `row` tells its line in GitLab's list from another; `content` is what was read, of confidential
# issues nothing.
known_issues = Table(
    "known_issues",
    metadata,
    Column("project_id", BigInteger, primary_key=True, autoincrement=False),
    Column("iid", BigInteger, primary_key=True, autoincrement=False),
    Column("read_at", Instant),
    Column("due_at", Instant),
    Column("judged_by", Text, nullable=False),
    Column("row", Text, nullable=False),
    Column("content", LargeBinary),
)

# One row per project whose issues a sweep knows, and on which GitLab. `complete_from` is when the last sweep began that
# got through all that had changed, `listed_from` the last one that was given every issue there is.
known_boards = Table(
    "known_boards",
    metadata,
    Column("project_id", BigInteger, primary_key=True, autoincrement=False),
    Column("gitlab", Text, nullable=False),
    Column("complete_from", Instant),
    Column("listed_from", Instant),
)
