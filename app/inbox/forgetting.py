"""Forgets issues that never were: whoever knows the webhook's secret can name any number of them. Part of the caller's
transaction."""

from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, or_, select, tuple_

from app.database import inbox as rows
from app.database import journal
from app.inbox.rows import unleased

AT_ONCE_AT_MOST = 1000


def forget_unknown(connection: Connection, before: datetime, now: datetime) -> int:
    """Forgets some of the issues that GitLab refused before then and that were never read, with what the journal says
    of the refusals; how many. `before` and `now` are machine time.

    Nothing is lost: a refused issue is due for nothing, and if there is one, an event or a sweep finds it all the same.
    """
    of_it = and_(journal.c.project_id == rows.c.project_id, journal.c.iid == rows.c.iid)
    read = or_(journal.c.board != "", journal.c.outcome == "failed")
    found = (
        select(rows.c.project_id, rows.c.iid)
        .where(
            rows.c.due_at.is_(None),
            rows.c.parked_at.is_(None),
            rows.c.error.is_not(None),
            rows.c.queued_at < before,
            unleased(now),
            ~exists().where(of_it, read),
        )
        .limit(AT_ONCE_AT_MOST)
        .with_for_update(skip_locked=True)  # whoever puts one in this moment has it, and nobody waits
    )
    keys = [tuple(key) for key in connection.execute(found)]
    if keys:
        connection.execute(delete(rows).where(tuple_(rows.c.project_id, rows.c.iid).in_(keys)))
        connection.execute(delete(journal).where(tuple_(journal.c.project_id, journal.c.iid).in_(keys)))
    return len(keys)
