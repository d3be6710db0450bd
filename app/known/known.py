"""Rows in and out of the tables of what is known. Reads nothing into them."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Select,
    bindparam,
    delete,
    select,
    text,
    update,
)

from app.core.known import Known
from app.core.model import IssueRef
from app.database import insert_into, known_boards, known_issues, writing
from app.gitlab.snapshot import Snapshot, unpacked

AT_ONCE = 500

JUDGED = (
    update(known_issues)
    .where(known_issues.c.project_id == bindparam("project"), known_issues.c.iid == bindparam("number"))
    .values(due_at=bindparam("due_at"), judged_by=bindparam("judged_by"))
)


@dataclass(frozen=True)
class KnownBoard:
    """What is known of one project's issues as a whole; see `app.core.known.listed_after`."""

    complete_from: datetime | None = None
    listed_from: datetime | None = None


@dataclass(frozen=True)
class Keep:
    """One issue that was read, to be kept with its content, packed."""

    ref: IssueRef
    known: Known
    content: bytes | None = None


@dataclass(frozen=True)
class Judged:
    """One issue that was decided on as it is known: its content stays."""

    ref: IssueRef
    due_at: datetime | None
    judged_by: str


class KnownIssues:
    """What is known of the issues of one GitLab, by its address."""

    def __init__(self, engine: Engine, gitlab: str) -> None:
        self._engine, self._gitlab = engine, gitlab

    def board(self, project_id: int) -> KnownBoard:
        """The project as the last sweep left it. What was known of another GitLab's is forgotten by asking."""
        with self._engine.connect() as connection:
            found = connection.execute(_board(project_id)).first()
        if found is None or found.gitlab != self._gitlab:
            self._begin(project_id)
            return KnownBoard()
        return KnownBoard(found.complete_from, found.listed_from)

    def issues(self, project_id: int) -> dict[IssueRef, Known]:
        """Its issues, without their content."""
        rows = known_issues.c
        statement = select(rows.iid, rows.read_at, rows.due_at, rows.judged_by, rows.row).where(
            rows.project_id == project_id
        )
        with self._engine.connect() as connection:
            return {
                IssueRef(project_id, iid): Known(read_at, due_at, judged_by, row)
                for iid, read_at, due_at, judged_by, row in connection.execute(statement)
            }

    def snapshot(self, ref: IssueRef) -> Snapshot | None:
        """What was read of the issue; None where nothing is kept, or it cannot be read any more."""
        rows = known_issues.c
        statement = select(rows.content).where(rows.project_id == ref.project_id, rows.iid == ref.iid)
        with self._engine.connect() as connection:
            content = connection.scalar(statement)
        try:
            return unpacked(content) if content else None
        except ValueError:
            return None

    def keep(
        self, connection: Connection, found: Iterable[Keep | Judged], gone: Iterable[IssueRef] = ()
    ) -> None:
        """Keeps the issues and forgets those that are gone, within the caller's transaction."""
        kept, lost = sorted(found, key=lambda each: each.ref), sorted(gone)
        if kept or lost:
            _hold(connection)
        read, judged = [], []
        for each in kept:
            if isinstance(each, Keep):
                read.append({**each.ref._asdict(), **asdict(each.known), "content": each.content})
            else:
                judged.append({"project": each.ref.project_id, "number": each.ref.iid, **_verdict(each)})
        if read:
            new = insert_into(known_issues, connection.dialect.name)
            names = ("read_at", "due_at", "judged_by", "row", "content")
            key = [known_issues.c.project_id, known_issues.c.iid]
            values = {name: new.excluded[name] for name in names}
            connection.execute(new.on_conflict_do_update(index_elements=key, set_=values), read)
        if judged:
            connection.execute(JUDGED, judged)
        for ref in lost:
            connection.execute(delete(known_issues).where(*_is(ref)))

    def complete(
        self, project_id: int, since: datetime, listed: Collection[IssueRef] | None, known: KnownBoard
    ) -> None:
        """A sweep that began at `since` got through the project. `listed` are all issues there are, where it was given
        all: what else is kept is forgotten.

        `known` is the project as it found it. Where another sweep got through meanwhile, the earlier instant counts:
        this one may have forgotten what that one had seen.
        """
        with writing(self._engine) as connection:
            now = connection.execute(_board(project_id).with_for_update()).first()
            if now is not None and now.complete_from != known.complete_from:
                since = min(since, now.complete_from or since)
            if listed is not None:
                rows = known_issues.c
                mine = rows.project_id == project_id
                kept = connection.execute(select(rows.iid).where(mine)).scalars()
                gone = sorted(set(kept) - {ref.iid for ref in listed})
                if gone:
                    _hold(connection)
                for first in range(0, len(gone), AT_ONCE):
                    connection.execute(
                        delete(known_issues).where(mine, rows.iid.in_(gone[first : first + AT_ONCE]))
                    )
            listed_from = known.listed_from if listed is None else since
            connection.execute(
                update(known_boards)
                .where(known_boards.c.project_id == project_id, known_boards.c.gitlab == self._gitlab)
                .values(complete_from=since, listed_from=listed_from)
            )

    def forget(self, project_id: int) -> None:
        """Nothing of the project is known any more: the next sweep reads all of it."""
        with writing(self._engine) as connection:
            connection.execute(delete(known_issues).where(known_issues.c.project_id == project_id))
            connection.execute(delete(known_boards).where(known_boards.c.project_id == project_id))

    def _begin(self, project_id: int) -> None:
        """Nothing is known of the project but of which GitLab it is; unless another sweep has begun with it as well."""
        with writing(self._engine) as connection:
            found = connection.execute(_board(project_id).with_for_update()).first()
            if found is not None and found.gitlab == self._gitlab:
                return
            connection.execute(delete(known_issues).where(known_issues.c.project_id == project_id))
            connection.execute(delete(known_boards).where(known_boards.c.project_id == project_id))
            values = {"project_id": project_id, "gitlab": self._gitlab}
            new = insert_into(known_boards, connection.dialect.name).on_conflict_do_nothing()
            connection.execute(new, [values])


def _board(project_id: int) -> Select[Any]:
    return select(known_boards).where(known_boards.c.project_id == project_id)


def _hold(connection: Connection) -> None:
    """One sweep at a time keeps issues: of those that are not there yet there is no row to lock, and two that insert
    and delete the same ones would block each other. Reading goes on. On SQLite a transaction has the only lock."""
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"LOCK TABLE {known_issues.name} IN SHARE ROW EXCLUSIVE MODE"))


def _is(ref: IssueRef) -> tuple[ColumnElement[bool], ...]:
    return (known_issues.c.project_id == ref.project_id, known_issues.c.iid == ref.iid)


def _verdict(each: Judged) -> dict[str, object]:
    return {"due_at": each.due_at, "judged_by": each.judged_by}
