"""What a sweep writes down of its looks, many at a time: into the journal, what is known, and the service's inbox."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.core.model import IssueRef
from app.inbox import Inbox, settle
from app.journal import Entry, Journal
from app.known import Judged, Keep, KnownIssues
from app.sweep.listing import Task
from app.sweep.report import Swept

AT_ONCE = 200
EVERY_SECONDS = 2.0


class Seen(NamedTuple):
    """One look: its row of the report, what is to be kept of the issue, whether the issue is gone, and why the sweep
    ends here if it does."""

    task: Task
    row: Swept
    keep: Keep | Judged | None = None
    gone: bool = False
    stop: str = ""


@dataclass(frozen=True)
class Stores:
    """Where a sweep writes down what it saw; what is None is left out."""

    journal: Journal | None = None
    known: KnownIssues | None = None
    inbox: Inbox | None = None


class Keeping:
    """Writes in batches what may be lost, since the next sweep finds it again; at once what was done to GitLab.

    `record` may be called by any thread, the others by one. `failed` says what the database answered when a batch
    could not be written.
    """

    def __init__(self, stores: Stores, *, applied: bool) -> None:
        self._stores, self._applied = stores, applied
        self._entries: list[Entry] = []
        self._seen: list[Seen] = []
        self._lock = threading.Lock()
        self._flushed_at = time.monotonic()
        self.failed = ""

    def record(self, entry: Entry) -> None:
        """As the journal's. An entry of a look that was only to find out what there is to do is kept if that is
        nothing."""
        journal, quiet = self._stores.journal, entry.outcome == "done" and not entry.plan.get("actions")
        if journal is None:
            return
        if quiet and self._stores.inbox:
            with self._lock:
                self._entries.append(replace(entry, applied=self._applied))
        elif quiet or entry.applied or entry.outcome != "done":
            journal.record(entry)

    def add(self, seen: Seen) -> None:
        """One look more."""
        self._seen.append(seen)
        if len(self._seen) >= AT_ONCE or time.monotonic() > self._flushed_at + EVERY_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Writes what is at hand."""
        with self._lock:
            entries, self._entries = self._entries, []
        seen, self._seen = self._seen, []
        self._flushed_at = time.monotonic()
        if self._stores.inbox is None or not (entries or seen):
            return
        try:
            self._write(self._stores, self._stores.inbox, entries, seen)
        except (SQLAlchemyError, TimeoutError) as error:
            self.failed = told(error)

    def _write(self, stores: Stores, inbox: Inbox, entries: list[Entry], seen: list[Seen]) -> None:
        with inbox.writing() as connection:
            if stores.journal:
                stores.journal.add(connection, entries)
            if stores.known:
                stores.known.keep(
                    connection,
                    [each.keep for each in seen if each.keep and not each.gone],
                    [each.row.ref for each in seen if each.gone],
                )
            if self._applied:
                well = [each.row for each in seen if each.row.plan]
                settle(inbox, connection, [*(row.ref for row in well), *(s.row.ref for s in seen if s.gone)])
                inbox.put_all(connection, _due(well))  # so that a service on this database looks in time


def told(error: Exception) -> str:
    """What the database answered, in a line."""
    said = str(getattr(error, "orig", None) or error)
    return "the database: " + said.partition("\n")[0]


def _due(rows: list[Swept]) -> dict[IssueRef, datetime]:
    return {row.ref: row.plan.recheck_at.astimezone(UTC) for row in rows if row.plan and row.plan.recheck_at}
