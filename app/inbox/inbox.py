"""The work set: issues with the instant they are due, a lease and an attempt count. No loop and no thread in here.

Two times: what is due is issue time and comes as an argument; leases and back-off are machine time.
"""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, func, literal, select, update
from sqlalchemy.exc import TimeoutError

from app.core.model import IssueRef
from app.database import PATIENCE, Instant, MachineClock, one_by_one, writer
from app.database import inbox as rows
from app.inbox import backoff, pause_fact
from app.inbox.lease import LEASE, Lease
from app.inbox.rows import (
    AT_ONCE,
    ERROR_LENGTH,
    PUT,
    UNLEASED,
    WELL,
    free,
    held,
    new_row,
    next_free,
    of_issue,
)
from app.inbox.state import Pause, Stats

WRITES_SETTLE = timedelta(seconds=60)  # after which a write that was under way can be seen


class Inbox:
    """One row per issue. Safe with any number of threads and processes on one database; each call is one transaction.

    `machine_now` and `chance` (from 0 up to 1) are here for tests. A database that cannot be written raises
    SQLAlchemy's OperationalError: then nothing was stored.
    """

    def __init__(
        self,
        engine: Engine,
        machine_now: Callable[[], datetime] | None = None,
        *,
        lease_for: timedelta = LEASE,
        chance: Callable[[], float] = random.random,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.engine = engine
        self.lease_for = lease_for
        self.clock = MachineClock(machine_now)
        self.machine_now = self.clock.local
        self._writer, self._brief = writer(engine), writer(engine, durable=False)
        self._leaser = one_by_one(engine)
        self._chance = chance
        self._lock = Lock() if engine.dialect.name == "sqlite" else None
        self._patience = patience.total_seconds()

    def put(self, ref: IssueRef, due_at: datetime = AT_ONCE) -> None:
        """The issue is due at `due_at` (issue time) or at what it had, whichever is earlier.

        A lease in force does not end; the issue is due once more when it does. A refusal is forgotten, a back-off and
        a count of failures are not.
        """
        with self.writing() as connection:
            self.put_all(connection, {ref: due_at})

    def put_all(self, connection: Connection, due: Mapping[IssueRef, datetime]) -> None:
        """Each of the issues as by `put`, within the caller's transaction."""
        now = self.clock.of(connection)
        # In one order, so that two processes that put the same issues wait for each other and do not block.
        new = [new_row(ref, due[ref], now) for ref in sorted(due)]
        if new:
            connection.execute(PUT[connection.dialect.name], new)

    def take(self, now: datetime, worker: str) -> Lease | None:
        """A lease on the issue that has been due longest at `now` (issue time), or None when none may be taken."""
        with self._one_by_one() as connection:
            while True:
                until, ends_at = self._ends(connection)
                machine_now = until - self.lease_for
                found = connection.execute(next_free(now, machine_now)).first()
                if found is None:
                    return None
                ref, token = IssueRef(found.project_id, found.iid), uuid.uuid4().hex
                seen = found.generation, found.attempts, ends_at, self.machine_now
                lease = Lease(ref, worker, token, *seen, failures=found.failures)
                as_found = and_(of_issue(ref), rows.c.generation == found.generation, free(machine_now))
                leased = {"lease_token": token, "lease_worker": worker, "lease_until": until}
                if connection.execute(update(rows).where(as_found).values(leased)).rowcount == 1:
                    return lease  # else somebody was faster, on SQLite

    def renew(self, lease: Lease) -> bool:
        """The lease lasts its full time from now; False, and the lease is lost, when it has ended already."""
        with self._one_by_one() as connection:
            until, ends_at = self._ends(connection)
            now = until - self.lease_for
            change = update(rows).where(held(lease, now)).values(lease_until=until)
            kept = connection.execute(change).rowcount == 1
        if kept:
            lease.until = ends_at
        else:
            lease.lose()
        return kept

    def done(self, lease: Lease, again_at: datetime | None = None) -> bool:
        """The look ended well: the issue is due at `again_at` (issue time), or never.

        If it was put in again since it was taken, it is due once more instead. False when the lease had ended: then
        nothing changes, since the issue is another's.
        """
        with self._one_by_one() as connection:
            if again_at is not None:
                return self._give_back(connection, lease, {**WELL, "due_at": _unless_put(lease, again_at)})
            mine = and_(held(lease, self.clock.of(connection)), rows.c.generation == lease.generation)
            gone = connection.execute(delete(rows).where(mine)).rowcount == 1
            return gone or self._give_back(connection, lease, WELL)

    def postpone(self, lease: Lease, error: str, retry_after: float | None = None) -> bool:
        """The look failed and may do better later: stays due, and is not taken before a back-off is over.

        The back-off grows from 1 s to a minute and is never shorter than `retry_after` seconds. False as for `done`.
        """
        wait = backoff.wait(lease.attempts, retry_after, self._chance(), backoff.LONGEST_OF_ALL)
        with self._one_by_one() as connection:
            return self._give_back(connection, lease, self._failed(connection, error, wait))

    def failed(self, lease: Lease, error: str, limit: int | None, retry_after: float | None = None) -> bool:
        """As `postpone`, for trouble of the issue's own, which is counted: up to 5 min, to which what was everybody's
        does not add. After `limit` such looks in a row it is parked: not due, until it is put in again. False as for
        `done`.
        """
        wait = backoff.wait(lease.failures, retry_after, self._chance())
        with self._one_by_one() as connection:
            now = self.clock.of(connection)
            change = self._failed(connection, error, wait) | {
                "failures": rows.c.failures + 1,
                "failing_since": func.coalesce(rows.c.failing_since, literal(now, Instant)),
            }
            if limit is not None and lease.failures + 1 >= limit:
                parked = _unless_put(lease, now, rows.c.parked_at)
                change |= {"due_at": _unless_put(lease, None), "parked_at": parked}
            return self._give_back(connection, lease, change)

    def refused(self, lease: Lease, error: str) -> bool:
        """GitLab said no: the issue is not looked at again until it is put in again. False as for `done`."""
        with self._one_by_one() as connection:
            change = {**WELL, "error": error[:ERROR_LENGTH], "due_at": _unless_put(lease, None)}
            return self._give_back(connection, lease, change)

    def release(self, lease: Lease) -> bool:
        """Hands the issue back as it was taken, due at once for anybody; in a minute only where a write to GitLab may
        still be under way, since whoever came next would not see what it writes. False as for `done`."""
        with self._one_by_one() as connection:
            settled = self.clock.of(connection) + WRITES_SETTLE if lease.may_have_written else None
            return self._give_back(connection, lease, {"not_before": settled} if settled else {})

    def next_due(self) -> datetime | None:
        """The earliest instant (issue time) at which a row that is free now is due; None when there is none.

        Cheap, and takes no write lock: what a worker asks before it asks for a lease.
        """
        with self.engine.connect() as connection:
            earliest: datetime | None = connection.scalar(
                select(rows.c.due_at)
                .where(rows.c.due_at.is_not(None), free(self.clock.of(connection)))
                .order_by(rows.c.due_at)
                .limit(1)
            )
            return earliest

    def stats(self, now: datetime | None = None) -> Stats:
        """The counts. Without `now` (issue time), only events count as due, and timers do not."""
        with self.engine.connect() as connection:
            machine_now = self.clock.of(connection)
            found = connection.execute(
                select(
                    func.count(),
                    _count(and_(rows.c.due_at <= (now or AT_ONCE), free(machine_now))),
                    _count(rows.c.lease_until > machine_now),
                    _count(rows.c.error.is_not(None)),
                    _count(and_(rows.c.due_at.is_(None), rows.c.parked_at.is_(None))),
                    _count(rows.c.parked_at.is_not(None)),
                    func.min(case((rows.c.due_at == AT_ONCE, rows.c.queued_at))),
                ).select_from(rows)
            ).one()
        return Stats(*found)

    def pause(self, until: datetime, reason: str) -> None:
        """Tells every process that nothing is taken until then (machine time)."""
        with self.writing() as connection:
            pause_fact.write(connection, Pause(until, reason[:ERROR_LENGTH], self.clock.of(connection)))

    def pause_for(self, first: timedelta, longest: timedelta, reason: str, since: datetime) -> Pause:
        """The pause that holds now: the one in force if it was announced after `since`, else a new one for every
        process. The first lasts `first`, each further one twice as long as the one before, at most `longest`."""
        with self.writing() as connection:
            return pause_fact.prolong(
                connection, self.clock.of(connection), first, longest, reason[:ERROR_LENGTH], since
            )

    def resume(self) -> None:
        """Takes back the pause, for every process."""
        with self.writing() as connection:
            pause_fact.clear(connection)

    def paused(self) -> Pause | None:
        """The pause that was announced and not taken back, its end included, or None."""
        with self.engine.connect() as connection:
            return pause_fact.read(connection, self.clock.of(connection))

    def now(self) -> datetime:
        """Machine time, by the clock that all processes on the database share."""
        with self.engine.connect() as connection:
            return self.clock.of(connection)

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """A transaction. On SQLite one of this process at a time: a lock here wakes at once, its own polls.

        What tells of leases need not be `durable` (see `writer`).
        """
        with self._alone(), (self._writer if durable else self._brief).begin() as connection:
            yield connection

    @contextmanager
    def _one_by_one(self) -> Iterator[Connection]:
        """For what is done with leases (see `one_by_one`). It need not be on disk: when a lease is lost with the
        machine's power, so is its worker, and the issue is looked at again."""
        with self._alone(), self._leaser.begin() as connection:
            yield connection

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._lock and not self._lock.acquire(timeout=self._patience):
            raise TimeoutError("the database is busy")
        try:
            yield
        finally:
            if self._lock:
                self._lock.release()

    def _ends(self, connection: Connection) -> tuple[datetime, datetime]:
        """When a lease that begins now ends: by the shared clock, and by this machine's (then never later)."""
        local = self.machine_now()
        return self.clock.of(connection) + self.lease_for, local + self.lease_for

    def _failed(self, connection: Connection, error: str, wait: float) -> dict[str, object]:
        not_before = self.clock.of(connection) + timedelta(seconds=wait)
        return {"attempts": rows.c.attempts + 1, "error": error[:ERROR_LENGTH], "not_before": not_before}

    def _give_back(self, connection: Connection, lease: Lease, change: Mapping[str, object]) -> bool:
        """Ends the lease with these values. The row queues behind those that have waited meanwhile."""
        now = self.clock.of(connection)
        values = {**UNLEASED, "queued_at": now, **change}
        return connection.execute(update(rows).where(held(lease, now)).values(values)).rowcount == 1


def _unless_put(
    lease: Lease, value: object, column: ColumnElement[Any] = rows.c.due_at
) -> ColumnElement[Any]:
    """What the column becomes; it stays as it is where the issue was put in since it was taken."""
    return case((rows.c.generation == lease.generation, literal(value, column.type)), else_=column)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
