"""Counts what the journal gains, entry by entry, each exactly once. Writes nothing.

What was there before the process began is not counted, as with any counter of Prometheus'. How clocks stand is read
from the newest entry of each issue, whenever that was.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Engine, Row, Select, func, select

from app.core.model import IssueRef
from app.core.quiet import never_taken_in
from app.database import MachineClock
from app.database import journal as rows

AT_ONCE = 100
MOST = 20_000  # entries in one reading, so that nobody waits long for it: the rest comes with the next
GENTLY = 0.005  # seconds between batches: events are answered by the same process
SETTLED = timedelta(
    minutes=2
)  # no transaction is open so long: what has a lower id by then is there, or never will be
WITHHELD = (
    "withheld"  # the kind of what was done on confidential issues, of which the journal keeps how much alone
)
BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)  # seconds that a reconcile takes

ClockState = str
STATES: tuple[ClockState, ...] = ("running", "off_hours", "paused", "at_risk", "breached")

BRIEF: Select[Any] = select(
    rows.c.id,
    rows.c.project_id,
    rows.c.iid,
    rows.c.trigger,
    rows.c.outcome,
    rows.c.started_at,
    rows.c.ended_at,
    rows.c.board,
    rows.c.plan,
)


class Standing(NamedTuple):
    """A clock that waits for an answer: of a request on the board with that id, by the clock's name."""

    board: str
    clock: str
    state: ClockState


@dataclass
class Counts:
    """`reconciles` by trigger and outcome, `actions` by kind; `seconds` is how many reconciles took at most so long as
    each bucket says, `seconds_sum` how long all of them took; `clocks` how many clocks stand how, of those that wait
    for an answer."""

    reconciles: Counter[tuple[str, str]] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    seconds: list[int] = field(default_factory=lambda: [0] * len(BUCKETS))
    seconds_sum: float = 0.0
    clocks: Counter[Standing] = field(default_factory=Counter)


class Tally:
    """What the journal on that database gained since this was made. Errors: SQLAlchemyError."""

    def __init__(self, engine: Engine, clock: MachineClock) -> None:
        self._engine, self._clock = engine, clock
        self._settled = self._last()
        self._begun_at = self._settled
        self._seen: dict[int, datetime] = {}
        self._standing: dict[IssueRef, tuple[Standing, ...]] | None = None
        self._lock = threading.Lock()
        self._counts = Counts()

    def read(self) -> Counts:
        """The counts with what is new. Errors: SQLAlchemyError; then nothing is counted twice or left out later."""
        with self._lock:
            if self._standing is None:
                self._standing = self._as_it_stood()
            left = MOST
            while left > 0 and (found := self._new()):
                for row in found:
                    self._take(row)
                left -= len(found)
                time.sleep(GENTLY if len(found) == AT_ONCE else 0)
            clocks = Counter(one for each in self._standing.values() for one in each)
            return replace(deepcopy(self._counts), clocks=clocks)

    def _last(self) -> int:
        with self._engine.connect() as connection:
            return connection.scalar(select(func.max(rows.c.id))) or 0

    def _as_it_stood(self) -> dict[IssueRef, tuple[Standing, ...]]:
        """From the newest entry of each issue that has a plan, among those that were there at the beginning."""
        newest = (
            select(func.max(rows.c.id))
            .where(rows.c.id <= self._begun_at, rows.c.board != "")
            .group_by(rows.c.project_id, rows.c.iid)
        )
        standing: dict[IssueRef, tuple[Standing, ...]] = {}
        with self._engine.connect() as connection:
            ids = sorted(connection.scalars(newest))
            for first in range(0, len(ids), AT_ONCE):
                wanted = BRIEF.where(rows.c.id.in_(ids[first : first + AT_ONCE]))
                for row in connection.execute(wanted):
                    _stand(standing, row)
                time.sleep(GENTLY)
        return standing

    def _new(self) -> Sequence[Row[Any]]:
        """Entries that were not taken yet, oldest first; none when there are no more.

        On PostgreSQL an entry may come in after one with a higher id: so what is young is asked for again.
        """
        found = BRIEF.where(rows.c.id > self._settled).order_by(rows.c.id)
        with self._engine.connect() as connection:
            now = self._clock.of(connection)
            if connection.dialect.name == "sqlite":  # one writes at a time, and ids come in order
                new = connection.execute(found.limit(AT_ONCE)).all()
                self._settled = new[-1].id if new else self._settled
                return new
            ids = connection.scalars(select(rows.c.id).where(rows.c.id > self._settled).order_by(rows.c.id))
            wanted = [id_ for id_ in ids if id_ not in self._seen][:AT_ONCE]
            new = connection.execute(BRIEF.where(rows.c.id.in_(wanted)).order_by(rows.c.id)).all()
        self._seen |= {row.id: row.ended_at for row in new}
        self._settle(now - SETTLED)
        return new

    def _settle(self, before: datetime) -> None:
        """Asks no more for what was taken long ago, up to the first that was not."""
        for id_ in sorted(self._seen):
            if self._seen[id_] > before:
                break
            self._settled = id_
            del self._seen[id_]

    def _take(self, row: Row[Any]) -> None:
        counts = self._counts
        counts.reconciles[row.trigger, row.outcome] += 1
        seconds = max(0.0, (row.ended_at - row.started_at).total_seconds())
        counts.seconds_sum += seconds
        for number, most in enumerate(BUCKETS):
            counts.seconds[number] += seconds <= most
        counts.actions.update(kinds_done(row.plan))
        if self._standing is not None:
            _stand(self._standing, row)


def kinds_done(plan: Mapping[str, Any]) -> Counter[str]:
    """How many actions of each kind an entry says were done."""
    done = plan.get("done", ())
    if isinstance(done, int):
        return Counter({WITHHELD: done} if done else {})
    return Counter(str(deed["action"]["kind"]) for deed in plan.get("deeds", ()))


def clocks_of(plan: Mapping[str, Any]) -> Iterable[tuple[str, ClockState]]:
    """By its name how each clock of an entry's plan stands that waits for an answer. None of a request from before the
    board began, that nobody took in; nor of a confidential one, of which the journal says nothing."""
    if never_taken_in(plan.get("silent", "")):
        return
    for outcome in plan.get("outcomes", ()):
        for clock in outcome["clocks"]:
            if clock["ended_at"] is None:
                yield clock["name"], _state(clock)


def _state(clock: Mapping[str, Any]) -> ClockState:
    state = str(clock["state"]).replace(" ", "_")
    return "at_risk" if clock["steps"] and state in ("running", "off_hours") else state


def _stand(standing: dict[IssueRef, tuple[Standing, ...]], row: Row[Any]) -> None:
    """What the entry says of its issue's clocks. One that GitLab refused unread is gone, or out of sight; one that
    could not be read stands as before."""
    ref = IssueRef(row.project_id, row.iid)
    if row.plan or row.outcome == "refused":
        standing.pop(ref, None)
    if clocks := tuple(Standing(row.board, *clock) for clock in clocks_of(row.plan)):
        standing[ref] = clocks
