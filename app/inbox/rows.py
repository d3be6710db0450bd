"""The statements and conditions on the inbox's rows, which all of this package shares. Executes nothing."""

from datetime import datetime

from sqlalchemy import ColumnElement, Insert, Select, and_, case, or_, select

from app.core.model import IssueRef
from app.database import EPOCH, insert_into
from app.database import inbox as rows
from app.inbox.lease import Lease

AT_ONCE = EPOCH  # due, whatever the clock says: what events put, so that the receiver needs no clock
ERROR_LENGTH = 1000

UNLEASED: dict[str, object] = {"lease_token": None, "lease_worker": None, "lease_until": None}
WELL: dict[str, object] = {
    "attempts": 0,
    "error": None,
    "not_before": None,
    "failures": 0,
    "failing_since": None,
    "parked_at": None,
}


def put_statement(dialect: str) -> Insert:
    """Makes a row due at its instant or at what it had, whichever is earlier, and raises its generation."""
    new = insert_into(rows, dialect)
    waits = and_(rows.c.due_at.is_not(None), rows.c.due_at <= new.excluded.due_at)
    return new.on_conflict_do_update(
        index_elements=[rows.c.project_id, rows.c.iid],
        set_={
            "due_at": case((waits, rows.c.due_at), else_=new.excluded.due_at),
            "queued_at": case((waits, rows.c.queued_at), else_=new.excluded.queued_at),
            "generation": rows.c.generation + 1,
            "parked_at": None,
        },
    )


PUT = {dialect: put_statement(dialect) for dialect in ("sqlite", "postgresql")}


def new_row(ref: IssueRef, due_at: datetime, now: datetime) -> dict[str, object]:
    """The values of `PUT`."""
    key = {"project_id": ref.project_id, "iid": ref.iid}
    return key | {"due_at": due_at, "queued_at": now, "generation": 1, "attempts": 0, "failures": 0}


def of_issue(ref: IssueRef) -> ColumnElement[bool]:
    return and_(rows.c.project_id == ref.project_id, rows.c.iid == ref.iid)


def held(lease: Lease, now: datetime) -> ColumnElement[bool]:
    """The row of this lease, as long as that has not ended. At its last instant a lease is over."""
    return and_(of_issue(lease.ref), rows.c.lease_token == lease.token, rows.c.lease_until > now)


def unleased(now: datetime) -> ColumnElement[bool]:
    return or_(rows.c.lease_until.is_(None), rows.c.lease_until <= now)


def free(now: datetime) -> ColumnElement[bool]:
    """Neither leased nor waiting for a back-off to end."""
    return and_(unleased(now), or_(rows.c.not_before.is_(None), rows.c.not_before <= now))


def next_free(issue_now: datetime, now: datetime) -> Select[tuple[int, int, int, int, int]]:
    """The row that has waited longest, events and timers alike: neither keeps the other from its turn. On PostgreSQL
    past those that another worker is about to take."""
    since = case((rows.c.due_at > rows.c.queued_at, rows.c.due_at), else_=rows.c.queued_at)
    return (
        select(rows.c.project_id, rows.c.iid, rows.c.generation, rows.c.attempts, rows.c.failures)
        .where(rows.c.due_at <= issue_now, free(now))
        .order_by(since, rows.c.project_id, rows.c.iid)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
