"""Whether two workers ever held one issue at once, as far as the journal tells. For checks; nothing depends on it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from app.core.model import IssueRef
from app.database import journal as rows


@dataclass(frozen=True)
class Overlap:
    """Two looks at one issue at the same time: by whom, and for how long (machine time)."""

    ref: IssueRef
    workers: tuple[str, str]
    start: datetime
    end: datetime


def overlaps(engine: Engine) -> list[Overlap]:
    """Every two live holders of one issue at once. Empty is how it should be.

    A look lasts from its beginning to its end, and not beyond its lease: what a worker does afterwards it does not do
    as a holder. Looks without a lease (sweeps) are left out, and so are those of workers that were killed: they wrote
    nothing down. Workers on several machines are compared by their own clocks.
    """
    statement = (
        select(
            rows.c.project_id,
            rows.c.iid,
            rows.c.started_at,
            rows.c.ended_at,
            rows.c.held_until,
            rows.c.worker,
            rows.c.lease,
        )
        .where(rows.c.lease != "")
        .order_by(rows.c.project_id, rows.c.iid, rows.c.started_at, rows.c.id)
    )
    found: list[Overlap] = []
    issue: IssueRef | None = None
    last: tuple[datetime, str, str] | None = None  # of the issue's looks so far, the one that ended last
    with engine.connect() as connection:
        for project_id, iid, start, ended_at, held_until, worker, lease in connection.execute(statement):
            ref = IssueRef(project_id, iid)
            end = min(ended_at, held_until) if held_until else ended_at
            if ref != issue:
                issue, last = ref, None
            if last and lease != last[2] and start < min(end, last[0]):
                found.append(Overlap(ref, (last[1], worker), start, min(end, last[0])))
            if last is None or end > last[0]:
                last = (end, worker, lease)
    return found
