"""Which deliveries came, for two days: to tell a resend, and issues that changed without an event. Decides nothing."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, delete, func, select, tuple_, update

from app.core.model import IssueRef
from app.database import deliveries as rows
from app.database import insert_into
from app.inbox.forgetting import forget_unknown

REMEMBERED = timedelta(days=2)  # as long as GitLab itself shows a delivery, and lets one resend it
PRUNED_AT_ONCE = 20_000
ASKED_AT_ONCE = 500  # SQLite takes no more than 32,766 values in one statement

# Built once: they are executed for each batch.
KEEP = {
    dialect: insert_into(rows, dialect)
    .on_conflict_do_nothing(index_elements=[rows.c.key])
    .execution_options(preserve_rowcount=True)
    for dialect in ("sqlite", "postgresql")
}

AGAIN = (
    update(rows)
    .where(rows.c.key == bindparam("again"))
    .values(received_at=bindparam("now"), times=rows.c.times + bindparam("more"))
)


@dataclass(frozen=True)
class Delivery:
    """One event about an issue of a board. `key` is GitLab's Idempotency-Key, the same when it is sent again.

    `told_at` is issue time: when that happened of which it tells, None where it does not say. `look` is false for
    what the bot did itself: then it was heard, and nothing is to be done.
    """

    key: str
    ref: IssueRef
    told_at: datetime | None = None
    look: bool = True


class Deliveries:
    """The deliveries of the last two days."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last_heard(self, refs: Collection[IssueRef]) -> dict[IssueRef, datetime]:
        """When the last event about each of the issues came (machine time). Those of which none came are not in it."""
        return self._last(rows.c.received_at, refs)

    def last_told(self, refs: Collection[IssueRef]) -> dict[IssueRef, datetime]:
        """As `last_heard`, in issue time: the newest change of each issue of which an event told that was to be looked
        at. What the bot did tells of nothing that a person did before."""
        return self._last(rows.c.told_at, refs)

    def known_since(self) -> datetime | None:
        """From when on it is known which events came, in issue time: the first delivery that is remembered; None when
        there is none.

        What is tested may tell of an old issue, and what is sent again comes late: the later of both times counts.
        """
        with self._engine.connect() as connection:
            received, told = connection.execute(
                select(func.min(rows.c.received_at), func.min(rows.c.told_at))
            ).one()
        return max(received, told or received) if received else None

    def _last(self, column: ColumnElement[datetime], refs: Collection[IssueRef]) -> dict[IssueRef, datetime]:
        wanted = sorted(refs)
        found: dict[IssueRef, datetime] = {}
        newest = func.max(column)
        with self._engine.connect() as connection:
            for first in range(0, len(wanted), ASKED_AT_ONCE):
                keys = [(ref.project_id, ref.iid) for ref in wanted[first : first + ASKED_AT_ONCE]]
                statement = (
                    select(rows.c.project_id, rows.c.iid, newest)
                    .where(tuple_(rows.c.project_id, rows.c.iid).in_(keys), column.is_not(None))
                    .group_by(rows.c.project_id, rows.c.iid)
                )
                found |= {IssueRef(project, iid): at for project, iid, at in connection.execute(statement)}
        return found


def remember(connection: Connection, now: datetime, deliveries: Sequence[Delivery]) -> set[str]:
    """Keeps the deliveries, within the caller's transaction; those keys that had come before are given back."""
    times = Counter(d.key for d in deliveries)
    by_key = {d.key: d for d in deliveries}
    values = [
        {
            "key": key,
            "project_id": by_key[key].ref.project_id,
            "iid": by_key[key].ref.iid,
            "received_at": now,
            "told_at": (by_key[key].told_at or now) if by_key[key].look else None,
            "times": times[key],
        }
        for key in sorted(by_key)  # in one order, so that two processes wait for each other and do not block
    ]
    if not values:
        return set()
    kept = connection.execute(KEEP[connection.dialect.name], values).rowcount
    return set() if kept == len(values) else _again(connection, now, values)


def _again(connection: Connection, now: datetime, values: Sequence[dict[str, Any]]) -> set[str]:
    """Those of which a row stands from before; each is counted, and came last now."""
    keys = [value["key"] for value in values]
    old = select(rows.c.key).where(rows.c.key.in_(keys), rows.c.received_at != now)
    known = set(connection.scalars(old))
    again = [
        {"again": value["key"], "now": now, "more": value["times"]}
        for value in values
        if value["key"] in known
    ]
    if again:
        connection.execute(AGAIN, again)
    return known


def prune(connection: Connection, now: datetime) -> int:
    """Forgets those that are older than two days, within the caller's transaction; how many. More than come in the
    minutes between, even at the highest rate of GitLab.com's hooks, but not all after a long stand-still: others wait.
    Issues that GitLab refused that long ago, and that were never read, go with them.
    """
    forget_unknown(connection, now - REMEMBERED, now)
    old = select(rows.c.key).where(rows.c.received_at < now - REMEMBERED).limit(PRUNED_AT_ONCE)
    return connection.execute(delete(rows).where(rows.c.key.in_(old))).rowcount
