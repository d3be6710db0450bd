"""What a sweep has to look at: each board's issues as GitLab lists them, and those known from before that are due."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.core.board import Board
from app.core.known import Known, Line, began, listed_after, needs
from app.core.model import IssueRef
from app.gitlab.calls import Rows
from app.gitlab.client import GitLab
from app.gitlab.payloads import Json, instant
from app.gitlab.snapshot import row_mark
from app.known import KnownBoard, KnownIssues
from app.sweep.boards import CLOSED_FOR
from app.sweep.patience import patiently


@dataclass(frozen=True)
class Task:
    """One issue to look at. `row` is its line in GitLab's list, None where it was not listed, and `mark` tells it from
    another; with `reading` it is read, else decided on as it is known."""

    ref: IssueRef
    reference: str
    board: Board
    began_at: datetime
    row: Json | None = None
    reading: bool = True
    mark: str = ""


@dataclass
class Listing:
    """The issues of one board, listed as they are asked for.

    `judged_by` names what decides (see `app.core.known.judges`). With `everything`, what has not changed is decided on
    as well; what is `failing` for the service is read in any case. After all tasks were taken, `listed` has every issue
    that there is, if all were listed.
    """

    board: Board
    gitlab: GitLab
    now: Callable[[], datetime]
    known: KnownIssues | None = None
    judged_by: str = ""
    everything: bool = False
    failing: frozenset[IssueRef] = frozenset()
    until: float | None = None
    closed_for: timedelta = CLOSED_FOR
    unchanged: int = 0
    project: int = 0
    began_at: datetime | None = None
    before: KnownBoard = field(default_factory=KnownBoard)
    whole: bool = True
    listed: set[IssueRef] = field(default_factory=set)

    def tasks(self) -> Iterator[Task]:
        """What is to be looked at, least recently changed first; then what is known and due. Errors: TriageError."""
        self.began_at = began_at = self._patiently(lambda: began(self.now(), self.gitlab.calls.ahead()))
        self.project = self._patiently(lambda: self.gitlab.project_id(self.board.file.project))
        known: dict[IssueRef, Known] = {}
        if self.known:
            self.before = self.known.board(self.project)
            known = self.known.issues(self.project)
            known = {ref: each for ref, each in known.items() if ref not in self.failing}
        after = listed_after(self.before.complete_from, self.before.listed_from, began_at)
        if self.closed_for != CLOSED_FOR:
            after = None  # nobody has listed those before
        self.whole = after is None
        for row in self._rows(after, began_at):
            ref = IssueRef(self.project, int(row["iid"]))
            if ref in self.listed:
                continue  # it changed while the list was read, and came again
            self.listed.add(ref)
            yield from self._task(ref, row, known.get(ref), began_at)
        if not self.whole:
            failing = {ref for ref in self.failing if ref.project_id == self.project}
            for ref in sorted((known.keys() | failing) - self.listed):
                yield from self._task(ref, None, known.get(ref), began_at)

    def _task(
        self, ref: IssueRef, row: Json | None, known: Known | None, began_at: datetime
    ) -> Iterator[Task]:
        mark = row_mark(row) if row else known.row if known else ""
        line = Line(mark, instant(row["updated_at"])) if row else None
        wanted = needs(ref, known, line, self.judged_by, began_at)
        if wanted == "nothing" and not self.everything:
            self.unchanged += 1
            return
        reference = str(row["references"]["full"]) if row else f"{self.board.file.project}#{ref.iid}"
        yield Task(ref, reference, self.board, began_at, row, wanted == "reading", mark)

    def _rows(self, after: datetime | None, now: datetime) -> Iterator[Json]:
        """Open issues, and those closed not long ago; of these only what changed after that instant."""
        since = now - self.closed_for
        if after is not None:
            lists = [{"state": "all", "updated_after": after}]
        else:
            lists = [{"state": "opened"}, {"state": "closed", "updated_after": since}]
        for query in lists:
            for row in self._read(lambda query=query: self.gitlab.listed(self.project, **query), now):  # type: ignore[misc]
                closed_at = row.get("closed_at")
                if row["state"] != "closed" or (closed_at and instant(closed_at) >= since):
                    yield row

    def _read(self, listed: Callable[[], Rows], now: datetime) -> Iterator[Json]:
        """The rows as they come; where pages are counted, all of them before the first is looked at, and what changed
        meanwhile once more, since looking changes issues and shifts the pages."""
        rows = listed()
        first = self._patiently(rows.next)
        if not rows.by_number:
            yield from self._rest(first, rows)
            return
        yield from list(self._rest(first, rows))
        again = self.gitlab.listed(self.project, state="all", updated_after=now)
        yield from list(self._rest(self._patiently(again.next), again))

    def _rest(self, row: Json | None, rows: Rows) -> Iterator[Json]:
        while row is not None:
            yield row
            row = self._patiently(rows.next)

    def _patiently(self, act: Callable[[], Any]) -> Any:
        return patiently(act, self.until)


def in_turn(listings: Iterable[Listing], failed: Callable[[Listing, Exception], None]) -> Iterator[Task]:
    """The tasks of all boards, one of each in turn; a board that fails is told of, and the others go on."""
    running: Mapping[int, tuple[Listing, Iterator[Task]]]
    running = dict(enumerate((each, each.tasks()) for each in listings))
    left = dict(running)
    while left:
        for number, (listing, tasks) in list(left.items()):
            try:
                task = next(tasks, None)
            except Exception as error:
                failed(listing, error)
                task = None
            if task is None:
                del left[number]
            else:
                yield task
