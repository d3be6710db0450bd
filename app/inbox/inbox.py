"""The work set: issues with the instant they are due, a lease and an attempt count. No loop and no thread in here.

Two times: what is due is issue time and comes as an argument; leases and back-off are machine time.
"""

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import ColumnElement, Connection, Engine, and_, case, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import TimeoutError

from app.core.model import IssueRef
from app.database import EPOCH, PATIENCE, facts, writing
from app.database import inbox as rows
from app.inbox import backoff
from app.inbox.lease import LEASE, Lease
from app.inbox.state import Pause, Stats

AT_ONCE = EPOCH  # due, whatever the clock says: what events put, so that the receiver needs no clock
ERROR_LENGTH = 1000

_NEW = insert(rows)
_WAITS = and_(rows.c.due_at.is_not(None), rows.c.due_at <= _NEW.excluded.due_at)
PUT = _NEW.on_conflict_do_update(
    index_elements=[rows.c.project_id, rows.c.iid],
    set_={
        "due_at": case((_WAITS, rows.c.due_at), else_=_NEW.excluded.due_at),
        "queued_at": case((_WAITS, rows.c.queued_at), else_=_NEW.excluded.queued_at),
        "generation": rows.c.generation + 1,
    },
)


def machine_time() -> datetime:
    """The machine's own clock, which no sandbox moves."""
    return datetime.now(UTC)


class Inbox:
    """One row per issue. Safe with any number of threads and processes on one database; each call is one transaction.

    `machine_now` and `chance` (from 0 up to 1) are here for tests. A database that cannot be written raises
    SQLAlchemy's OperationalError: then nothing was stored.
    """

    def __init__(
        self,
        engine: Engine,
        machine_now: Callable[[], datetime] = machine_time,
        *,
        lease_for: timedelta = LEASE,
        chance: Callable[[], float] = random.random,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.engine = engine
        self.lease_for = lease_for
        self.machine_now = machine_now
        self._chance = chance
        self._lock = Lock()
        self._patience = patience.total_seconds()

    def put(self, ref: IssueRef, due_at: datetime = AT_ONCE) -> None:
        """The issue is due at `due_at` (issue time) or at what it had, whichever is earlier.

        A lease in force does not end; the issue is due once more when it does. A refusal is forgotten, a back-off is
        not.
        """
        row = {
            "project_id": ref.project_id,
            "iid": ref.iid,
            "due_at": due_at,
            "queued_at": self.machine_now(),
        }
        with self._writing() as connection:
            connection.execute(PUT, {**row, "generation": 1, "attempts": 0})

    def take(self, now: datetime, worker: str) -> Lease | None:
        """A lease on the issue that has been due longest at `now` (issue time), or None when none may be taken."""
        with self._writing() as connection:
            machine_now = self.machine_now()
            found = connection.execute(
                select(rows.c.project_id, rows.c.iid, rows.c.generation, rows.c.attempts)
                .where(rows.c.due_at <= now, _free(machine_now))
                .order_by(rows.c.due_at, rows.c.queued_at, rows.c.project_id, rows.c.iid)
                .limit(1)
            ).first()
            if found is None:
                return None
            project_id, iid, generation, attempts = found
            ref = IssueRef(project_id, iid)
            until = machine_now + self.lease_for
            lease = Lease(ref, worker, uuid.uuid4().hex, generation, attempts, until, self.machine_now)
            connection.execute(
                update(rows)
                .where(_row(ref))
                .values(lease_token=lease.token, lease_worker=worker, lease_until=lease.until)
            )
            return lease

    def renew(self, lease: Lease) -> bool:
        """The lease lasts its full time from now; False, and the lease is lost, when it has ended already."""
        with self._writing() as connection:
            until = self.machine_now() + self.lease_for
            kept = (
                connection.execute(update(rows).where(self._held(lease)).values(lease_until=until)).rowcount
                == 1
            )
        if kept:
            lease.until = until
        else:
            lease.lose()
        return kept

    def done(self, lease: Lease, again_at: datetime | None = None) -> bool:
        """The look ended well: the issue is due at `again_at` (issue time), or never.

        If it was put in again since it was taken, it is due once more instead. False when the lease had ended: then
        nothing changes, since the issue is another's.
        """
        well: dict[str, object] = {"attempts": 0, "error": None, "not_before": None}
        with self._writing() as connection:
            if self._put_since(connection, lease):
                return self._give_back(connection, lease, well)
            if again_at is None:
                return connection.execute(delete(rows).where(self._held(lease))).rowcount == 1
            return self._give_back(connection, lease, {**well, "due_at": again_at})

    def postpone(self, lease: Lease, error: str, retry_after: float | None = None) -> bool:
        """The look failed and may do better later: stays due, and is not taken before a back-off is over.

        The back-off grows from 1 s to 5 min and is never shorter than `retry_after` seconds. False as for `done`.
        """
        wait = timedelta(seconds=backoff.wait(lease.attempts, retry_after, self._chance()))
        with self._writing() as connection:
            failed: dict[str, object] = {"attempts": rows.c.attempts + 1, "error": error[:ERROR_LENGTH]}
            return self._give_back(connection, lease, {**failed, "not_before": self.machine_now() + wait})

    def refused(self, lease: Lease, error: str) -> bool:
        """GitLab said no: the issue is not looked at again until it is put in again. False as for `done`."""
        with self._writing() as connection:
            change: dict[str, object] = {"attempts": 0, "error": error[:ERROR_LENGTH], "not_before": None}
            if not self._put_since(connection, lease):
                change["due_at"] = None
            return self._give_back(connection, lease, change)

    def release(self, lease: Lease) -> bool:
        """Hands the issue back as it was taken, due at once for anybody. False as for `done`."""
        with self._writing() as connection:
            return self._give_back(connection, lease, {})

    def next_due(self) -> datetime | None:
        """The earliest instant (issue time) at which a row that is free now is due; None when there is none.

        Cheap, and takes no write lock: what a worker asks before it asks for a lease.
        """
        with self.engine.connect() as connection:
            earliest: datetime | None = connection.scalar(
                select(rows.c.due_at)
                .where(rows.c.due_at.is_not(None), _free(self.machine_now()))
                .order_by(rows.c.due_at)
                .limit(1)
            )
            return earliest

    def stats(self, now: datetime | None = None) -> Stats:
        """The counts. Without `now` (issue time), only events count as due, and timers do not."""
        machine_now = self.machine_now()
        free_now = _free(machine_now)
        with self.engine.connect() as connection:
            found = connection.execute(
                select(
                    func.count(),
                    _count(and_(rows.c.due_at <= (now or AT_ONCE), free_now)),
                    _count(rows.c.lease_until > machine_now),
                    _count(rows.c.error.is_not(None)),
                    _count(rows.c.due_at.is_(None)),
                    func.min(case((rows.c.due_at == AT_ONCE, rows.c.queued_at))),
                ).select_from(rows)
            ).one()
        return Stats(*found)

    def pause(self, until: datetime, reason: str) -> None:
        """Tells every process that nothing is taken until then (machine time)."""
        value = {"until": until.isoformat(), "reason": reason[:ERROR_LENGTH]}
        fresh = insert(facts).values(name="pause", value=value)
        with self._writing() as connection:
            connection.execute(
                fresh.on_conflict_do_update(index_elements=[facts.c.name], set_={"value": value})
            )

    def resume(self) -> None:
        """Takes back `pause`."""
        with self._writing() as connection:
            connection.execute(delete(facts).where(facts.c.name == "pause"))

    def paused(self) -> Pause | None:
        """The pause that was announced and not taken back, its end included, or None."""
        with self.engine.connect() as connection:
            value = connection.scalar(select(facts.c.value).where(facts.c.name == "pause"))
        return None if value is None else Pause(datetime.fromisoformat(value["until"]), value["reason"])

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writer of this process at a time: a lock here wakes at once, SQLite's own sleeps and tries again."""
        if not self._lock.acquire(timeout=self._patience):
            raise TimeoutError("the database is busy")
        try:
            with writing(self.engine) as connection:
                yield connection
        finally:
            self._lock.release()

    def _held(self, lease: Lease) -> ColumnElement[bool]:
        mine = and_(rows.c.lease_token == lease.token, rows.c.lease_until > self.machine_now())
        return and_(_row(lease.ref), mine)

    def _put_since(self, connection: Connection, lease: Lease) -> bool:
        return connection.scalar(select(rows.c.generation).where(_row(lease.ref))) != lease.generation

    def _give_back(self, connection: Connection, lease: Lease, change: dict[str, object]) -> bool:
        """Ends the lease with these values. The row queues behind those that have waited meanwhile."""
        freed = {
            "lease_token": None,
            "lease_worker": None,
            "lease_until": None,
            "queued_at": self.machine_now(),
        }
        return (
            connection.execute(update(rows).where(self._held(lease)).values({**freed, **change})).rowcount
            == 1
        )


def _row(ref: IssueRef) -> ColumnElement[bool]:
    return and_(rows.c.project_id == ref.project_id, rows.c.iid == ref.iid)


def _free(machine_now: datetime) -> ColumnElement[bool]:
    """Neither leased nor waiting for a back-off to end. At its last instant a lease is over."""
    return and_(
        or_(rows.c.lease_until.is_(None), rows.c.lease_until <= machine_now),
        or_(rows.c.not_before.is_(None), rows.c.not_before <= machine_now),
    )


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
