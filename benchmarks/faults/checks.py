"""What must be so after a run, read from the database and from the sandbox's list of calls. Changes nothing."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, and_, func, or_, select

from app.database import deliveries, inbox, journal
from benchmarks.faults.deliveries import Sent

WINDOW = 60.0  # seconds


def left_to_do(engine: Engine, issue_now: datetime) -> int:
    """The rows that are due, whether or not their back-off is over, or being worked on."""
    machine_now = datetime.now(UTC)
    waits = or_(inbox.c.due_at <= issue_now, inbox.c.lease_until > machine_now)
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(inbox).where(waits)) or 0


def given_up(engine: Engine) -> list[str]:
    """The rows that nobody will look at by themselves any more: parked or refused, with the error."""
    statement = select(inbox.c.iid, inbox.c.error).where(
        and_(inbox.c.due_at.is_(None), inbox.c.lease_token.is_(None))
    )
    with engine.connect() as connection:
        return [f"#{iid} is not looked at any more: {error}" for iid, error in connection.execute(statement)]


def never_worked_on(engine: Engine, sent: Sequence[Sent]) -> list[str]:
    """The acknowledged events of which nothing came: not on disk, or no look of a worker's that began afterwards and
    ended well."""
    last_looks = (
        select(journal.c.iid, func.max(journal.c.started_at).label("at"))
        .where(journal.c.trigger == "worker", journal.c.outcome == "done")
        .group_by(journal.c.iid)
    )
    with engine.connect() as connection:
        rows = connection.execute(select(deliveries.c.key, deliveries.c.received_at))
        stored = {row.key: row.received_at for row in rows}
        last = {row.iid: row.at for row in connection.execute(last_looks)}
    lines = []
    for each in sent:
        if not each.acknowledged:
            continue
        if each.key not in stored:
            lines.append(f"#{each.iid}: the event {each.key} was acknowledged and is not on disk")
        elif each.iid not in last or last[each.iid] < stored[each.key]:
            lines.append(f"#{each.iid}: the event {each.key} was acknowledged and never worked on")
    return lines


def looks(engine: Engine) -> dict[str, int]:
    """How many looks ended how."""
    outcome = journal.c.outcome
    statement = select(outcome, func.count().label("number")).group_by(outcome).order_by(outcome)
    with engine.connect() as connection:
        return {row.outcome: row.number for row in connection.execute(statement)}


def most_in_a_minute(instants: Iterable[float]) -> int:
    """The most calls within any 60 seconds, both ends included."""
    ordered = sorted(instants)
    return max((n - bisect_left(ordered, at - WINDOW) + 1 for n, at in enumerate(ordered)), default=0)
