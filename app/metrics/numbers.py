"""What the database says of the whole service, read when somebody asks, and kept for a moment. Writes nothing."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, select
from sqlalchemy.exc import SQLAlchemyError

from app.clock import Clock, SystemClock
from app.database import inbox as rows
from app.errors import TriageError
from app.inbox import Inbox, Pause, Stats
from app.inbox.rows import free
from app.metrics.entries import Counts, Tally
from app.metrics.rules_state import RulesState
from app.metrics.telling import told_calls, told_sweeps, told_workers

KEPT = 2.0  # seconds: whoever asks more often reads the database no more often


@dataclass(frozen=True)
class Reading:
    """The service at one moment. `sweep_ages` has, by the board's id, how long ago the last sweep began that got
    through it, None where none did."""

    stats: Stats
    oldest_due: timedelta
    pause: Pause | None
    workers: Mapping[str, Mapping[str, Any]]
    calls: Counter[str]
    sweep_ages: Mapping[str, timedelta | None]
    counts: Counts


@dataclass
class Numbers:
    """Reads the numbers of the service on one database. Safe with any number of threads.

    `rules` tells by which rules this process goes, and `gitlab_ok` whether GitLab answers it and takes its token, None
    where that is not known.
    """

    inbox: Inbox
    clock: Clock = field(default_factory=SystemClock)
    rules: Callable[[], RulesState] = RulesState
    gitlab_ok: Callable[[], bool | None] = lambda: None

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._tally: Tally | None = None
        self._last: tuple[float, Reading] | None = None

    def begin(self) -> "Numbers":
        """Counts from now on; from the first reading on, while the database does not answer."""
        with suppress(SQLAlchemyError), self._lock:
            self._begun()
        return self

    def warm(self) -> "Numbers":
        """Reads how clocks stand in the background, before somebody asks: an old journal takes a while."""
        threading.Thread(target=self.read, daemon=True, name="numbers").start()
        return self

    def read(self) -> Reading | None:
        """The numbers, at most two seconds old; None while the database does not answer."""
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] >= KEPT:
                try:
                    self._last = (time.monotonic(), self._read())
                except (SQLAlchemyError, TriageError):  # the database, or a sandbox's clock
                    return None
            return self._last[1]

    def _begun(self) -> Tally:
        if self._tally is None:
            self._tally = Tally(self.inbox.engine, self.inbox.clock)
        return self._tally

    def _read(self) -> Reading:
        counts, now = self._begun().read(), self.clock.now()
        with self.inbox.engine.connect() as connection:
            machine_now = self.inbox.clock.of(connection)
            oldest = _oldest_due(connection, now, machine_now)
            workers = told_workers(connection, machine_now)
            calls, swept = told_calls(connection), told_sweeps(connection)
        ages = {
            board: max(now - swept[board], timedelta(0)) if board in swept else None
            for board in self.rules().boards
        }
        stats, pause = self.inbox.stats(now), self.inbox.paused()
        return Reading(stats, oldest, pause, workers, calls, ages, counts)


def _oldest_due(connection: Connection, now: datetime, machine_now: datetime) -> timedelta:
    """For how long that entry has been due which has waited longest, of those that a worker could take; zero without
    one. It is due when its instant (issue time) has come and it has been put in (machine time)."""
    since = case((rows.c.due_at > rows.c.queued_at, rows.c.due_at), else_=rows.c.queued_at)
    found = connection.execute(
        select(rows.c.due_at, rows.c.queued_at)
        .where(rows.c.due_at <= now, free(machine_now))
        .order_by(since)
        .limit(1)
    ).first()
    if found is None:
        return timedelta(0)
    waited: timedelta = min(now - found.due_at, machine_now - found.queued_at)
    return max(timedelta(0), waited)
