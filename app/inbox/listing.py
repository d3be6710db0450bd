"""What is in the inbox, row by row, for people: with what failed, since when, and a way to put it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, and_, case, select, update

from app.core.model import IssueRef
from app.database import inbox as rows
from app.inbox.inbox import Inbox
from app.inbox.rows import AT_ONCE, WELL, of_issue, unleased

State = Literal["parked", "refused", "leased", "backing off", "waiting"]


@dataclass(frozen=True)
class Waiting:
    """One row. `due_at` is issue time, None for what is parked or refused; every other instant is machine time.

    `attempts` counts the looks in a row that did not end well; `failures` those of them that count towards parking.
    """

    ref: IssueRef
    state: State
    due_at: datetime | None
    queued_at: datetime
    attempts: int
    failures: int
    failing_since: datetime | None
    parked_at: datetime | None
    not_before: datetime | None
    worker: str | None
    error: str | None


def listed(inbox: Inbox, *, failed: bool = False, limit: int = 100) -> list[Waiting]:
    """The rows, parked ones first, then refused and failing ones, then by when they are due; only those whose last
    look did not end well if `failed`."""
    trouble = case((rows.c.parked_at.is_not(None), 0), (rows.c.error.is_not(None), 1), else_=2)
    statement = select(rows).order_by(trouble, rows.c.due_at, rows.c.project_id, rows.c.iid).limit(limit)
    if failed:
        statement = statement.where(rows.c.error.is_not(None))
    with inbox.engine.connect() as connection:
        now = inbox.clock.of(connection)
        return [_waiting(row, now) for row in connection.execute(statement)]


def retry(inbox: Inbox, ref: IssueRef) -> bool:
    """The issue is due at once, its failures forgotten; False when it is not in the inbox, or being worked on."""
    with inbox.writing() as connection:
        idle = and_(of_issue(ref), unleased(inbox.clock.of(connection)))
        return (
            connection.execute(update(rows).where(idle).values(_fresh(inbox.clock.of(connection)))).rowcount
            == 1
        )


def retry_all(inbox: Inbox) -> int:
    """As `retry`, for each issue whose last look did not end well; how many."""
    with inbox.engine.connect() as connection:
        failing = connection.execute(
            select(rows.c.project_id, rows.c.iid).where(rows.c.error.is_not(None))
        ).all()
    return sum(retry(inbox, IssueRef(*key)) for key in failing)


def _fresh(now: datetime) -> dict[str, object]:
    return {**WELL, "due_at": AT_ONCE, "queued_at": now, "generation": rows.c.generation + 1}


def _waiting(row: Row[tuple[object, ...]], now: datetime) -> Waiting:
    values = row._mapping
    kept = {name: values[name] for name in Waiting.__dataclass_fields__ if name in values}
    return Waiting(
        ref=IssueRef(values["project_id"], values["iid"]),
        state=_state(values, now),
        worker=values["lease_worker"],
        **kept,
    )


def _state(values: Mapping[Any, Any], now: datetime) -> State:
    if values["lease_until"] and values["lease_until"] > now:
        return "leased"
    if values["parked_at"]:
        return "parked"
    if values["due_at"] is None:
        return "refused"
    return "backing off" if values["not_before"] and values["not_before"] > now else "waiting"
