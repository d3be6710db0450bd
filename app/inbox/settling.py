"""What a sweep does about issues that failed for the service: it looks at them, and when that goes well, says so."""

from collections.abc import Iterable

from sqlalchemy import Connection, and_, delete, select, update

from app.core.model import IssueRef
from app.database import inbox as rows
from app.inbox.inbox import Inbox
from app.inbox.rows import WELL, of_issue, unleased


def failing(inbox: Inbox) -> frozenset[IssueRef]:
    """The issues whose last look did not end well."""
    with inbox.engine.connect() as connection:
        return _failing(connection)


def settle(inbox: Inbox, connection: Connection, refs: Iterable[IssueRef]) -> None:
    """Somebody else looked at the issues, and it went well: their failures are forgotten, and if one was parked or
    refused, its row is gone. Changes nothing for one that is being worked on. Within the caller's transaction."""
    settled = and_(unleased(inbox.clock.of(connection)), rows.c.error.is_not(None))
    for ref in sorted(_failing(connection).intersection(refs)):
        idle = and_(of_issue(ref), settled)
        connection.execute(delete(rows).where(idle, rows.c.due_at.is_(None)))
        connection.execute(update(rows).where(idle).values(WELL))


def _failing(connection: Connection) -> frozenset[IssueRef]:
    statement = select(rows.c.project_id, rows.c.iid).where(rows.c.error.is_not(None))
    return frozenset(IssueRef(project, iid) for project, iid in connection.execute(statement))
