"""Entries in and out of the journal's table. Keeps the plan as it was given, and reads nothing into it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Engine, Row, insert, select

from app.core.model import IssueRef
from app.database import journal as rows
from app.database import writing

READ_AT_ONCE = 10  # entries hold whole plans, and mostly the first of them fits

Outcome = Literal["done", "unavailable", "refused", "failed"]


@dataclass(frozen=True)
class Entry:
    """One reconcile: of which issue, by which rules, with what plan, and how it ended.

    `at` is issue time; `started_at` and `ended_at` are machine time. `board` is the path of the issue's project,
    empty where it was not learnt. `trigger` says why the issue was looked at (hook, timer, sweep, ...), `ruleset` is
    the version of the rules, `applied` whether the plan was to be carried out. `plan` is data for JSON: findings with
    their values, actions, what GitLab answered.
    """

    ref: IssueRef
    at: datetime
    started_at: datetime
    ended_at: datetime
    board: str
    trigger: str
    ruleset: str
    outcome: Outcome
    applied: bool
    plan: Mapping[str, object] = field(default_factory=dict)
    error: str = ""


class Journal:
    """The entries, kept in the order in which they were recorded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, entry: Entry) -> None:
        """Keeps the entry; it is on disk when this returns."""
        values = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name != "ref"}
        values |= {"project_id": entry.ref.project_id, "iid": entry.ref.iid, "plan": dict(entry.plan)}
        with writing(self._engine) as connection:
            connection.execute(insert(rows).values(values))

    def last(self, ref: IssueRef, fits: Callable[[Entry], bool]) -> Entry | None:
        """The issue's newest entry that fits; None when there is none."""
        statement = (
            select(rows)
            .where(rows.c.project_id == ref.project_id, rows.c.iid == ref.iid)
            .order_by(rows.c.id.desc())
            .execution_options(yield_per=READ_AT_ONCE)
        )
        with self._engine.connect() as connection:
            return next((e for e in map(_entry, connection.execute(statement)) if fits(e)), None)

    def recent(self, ref: IssueRef, limit: int = 20) -> list[Entry]:
        """The issue's last entries, newest first; empty when it was never looked at."""
        statement = (
            select(rows)
            .where(rows.c.project_id == ref.project_id, rows.c.iid == ref.iid)
            .order_by(rows.c.id.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [_entry(row) for row in connection.execute(statement)]


def _entry(row: Row[tuple[object, ...]]) -> Entry:
    values = dict(row._mapping)
    del values["id"]
    return Entry(ref=IssueRef(values.pop("project_id"), values.pop("iid")), **values)
