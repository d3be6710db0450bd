"""Entries in and out of the journal's table. Keeps the plan as it was given, and reads nothing into it."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Literal, NamedTuple

from sqlalchemy import Connection, Engine, Row, func, insert, select
from sqlalchemy.exc import OperationalError

from app.core.model import IssueRef
from app.database import MachineClock, writing
from app.database import inbox as leases
from app.database import journal as rows
from app.inbox import Lease, held

RETRY_SECONDS = 0.2
READ_AT_ONCE = 10  # entries hold whole plans, and mostly the first of them fits
MANY = 10_000_000  # more issues than a project has

Outcome = Literal["done", "unavailable", "refused", "failed", "lost"]


@dataclass(frozen=True)
class Entry:
    """One reconcile: of which issue, by which rules, with what plan, and how it ended.

    `at` is issue time; `started_at` and `ended_at` are machine time. `board` is the id of the issue's board,
    empty where it was not learnt. `trigger` says why the issue was looked at (hook, timer, sweep, ...), `ruleset` is
    the version of the rules, `applied` whether the plan was to be carried out. `plan` is data for JSON: findings with
    their values, actions, what was done. `run` names the sweep that it was part of, `done` is how many actions
    were done.
    """

    ref: IssueRef
    at: datetime
    started_at: datetime
    ended_at: datetime
    board: str
    trigger: str
    ruleset: str
    outcome: Outcome
    applied: bool
    plan: Mapping[str, object] = field(default_factory=dict)
    error: str = ""
    worker: str = ""
    lease: str = ""
    held_until: datetime | None = None
    run: str = ""
    done: int = 0


class Run(NamedTuple):
    """What was done under one name: by which command, when (machine time), on how many issues, how many actions."""

    run: str
    trigger: str
    began_at: datetime
    ended_at: datetime
    issues: int
    done: int


def new_run(now: datetime | None = None) -> str:
    """A name for a run, such as `20261126T050312-3fa1`: by time of beginning, safe in a shell and in a file's name."""
    return f"{now or datetime.now(UTC):%Y%m%dT%H%M%S}-{token_hex(2)}"


class Journal:
    """The entries, kept in the order in which they were recorded."""

    def __init__(
        self, engine: Engine, machine_now: Callable[[], datetime] | None = None, *, lease: Lease | None = None
    ) -> None:
        self._engine = engine
        self._clock = MachineClock(machine_now)
        self._lease = lease

    def of(self, lease: Lease) -> "Journal":
        """The journal for a worker that holds this lease: if it ran out, each entry says so and no more."""
        return Journal(self._engine, self._clock.given, lease=lease)

    def record(self, entry: Entry) -> None:
        """Keeps the entry; it is on disk when this returns. Of a lease that has ended its outcome is "lost".

        A database that restarts is waited for as long as the lease lasts. Errors: SQLAlchemyError.
        """
        while True:
            try:
                return self._record(entry)
            except OperationalError:
                if self._lease is None or not self._lease.still_held(timedelta(0)):
                    raise
                time.sleep(RETRY_SECONDS)

    def add(self, connection: Connection, entries: Iterable[Entry]) -> None:
        """Keeps the entries, within the caller's transaction."""
        values = [_values(entry) for entry in entries]
        if values:
            connection.execute(insert(rows), values)

    def _record(self, entry: Entry) -> None:
        with writing(self._engine) as connection:
            if self._lease:
                entry = self._fenced(connection, entry, self._lease)
            connection.execute(insert(rows).values(_values(entry)))

    def _fenced(self, connection: Connection, entry: Entry, lease: Lease) -> Entry:
        """Nobody can take the issue between this question and the entry: its row is locked until then."""
        mine = held(lease, self._clock.of(connection))
        row = connection.execute(select(leases.c.lease_token).where(mine).with_for_update()).first()
        return replace(
            entry,
            worker=lease.worker,
            lease=lease.token,
            held_until=lease.until,
            outcome=entry.outcome if row else "lost",
        )

    def last(self, ref: IssueRef, fits: Callable[[Entry], bool]) -> Entry | None:
        """The issue's newest entry that fits; None when there is none."""
        statement = (
            select(rows)
            .where(rows.c.project_id == ref.project_id, rows.c.iid == ref.iid)
            .order_by(rows.c.id.desc())
            .execution_options(yield_per=READ_AT_ONCE)
        )
        with self._engine.connect() as connection, connection.execute(statement) as found:
            return next((e for e in map(_entry, found) if fits(e)), None)

    def of_run(self, run: str) -> list[Entry]:
        """The run's entries in which something was done, newest first."""
        statement = select(rows).where(rows.c.run == run, rows.c.done > 0).order_by(rows.c.id.desc())
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(statement)]

    def runs(self, limit: int = 20, run: str = "") -> list[Run]:
        """The last runs, newest first; with `run` that one alone, and nothing if there is no such run."""
        statement = (
            select(
                rows.c.run,
                func.min(rows.c.trigger),
                func.min(rows.c.started_at),
                func.max(rows.c.ended_at),
                func.count(func.distinct(rows.c.project_id * MANY + rows.c.iid)),
                func.sum(rows.c.done),
            )
            .where(rows.c.run == run if run else rows.c.run != "")
            .group_by(rows.c.run)
            .order_by(func.max(rows.c.id).desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [Run(*values) for values in connection.execute(statement)]

    def recent(self, ref: IssueRef, limit: int = 20) -> list[Entry]:
        """The issue's last entries, newest first; empty when it was never looked at."""
        statement = (
            select(rows)
            .where(rows.c.project_id == ref.project_id, rows.c.iid == ref.iid)
            .order_by(rows.c.id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(statement)]


def _values(entry: Entry) -> dict[str, object]:
    values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name != "ref"}
    return values | {"project_id": entry.ref.project_id, "iid": entry.ref.iid, "plan": dict(entry.plan)}


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    values = dict(row._mapping)
    del values["id"]
    return Entry(ref=IssueRef(values.pop("project_id"), values.pop("iid")), **values)
