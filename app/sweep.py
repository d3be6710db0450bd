"""Every issue of every board through the one path: the safety net under the webhooks, and the way in for pipelines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import sleep
from typing import TypeVar

from app.core.board import Board
from app.core.missed import Missed, changed_at
from app.core.model import IssueRef
from app.core.plan import Action, Plan
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.errors import ConfigError, TriageError, Unauthorized, Unavailable
from app.gitlab import payloads
from app.gitlab.client import GitLab
from app.gitlab.hooks import HookSeen, look_at_hooks
from app.journal import Journal
from app.reconcile import NONE, Looked, reconcile

CLOSED_FOR = timedelta(days=14)
SERVICE_FIRST = timedelta(minutes=10)
TRIES = 5
LONGEST_WAIT_SECONDS = 300.0
IN_A_ROW = 3  # issues that GitLab could not answer for: then it is down, and the sweep ends

T = TypeVar("T")


@dataclass(frozen=True)
class Swept:
    """One issue of a sweep: its plan and what was done of it, or the error that kept it from being looked at.

    `changed_at` is when a person last did something there of which GitLab sends an event, as far as is known.
    """

    ref: IssueRef
    reference: str
    board: str
    plan: Plan | None = None
    done: tuple[Action, ...] = ()
    error: str = ""
    unavailable: bool = False
    changed_at: datetime | None = None


@dataclass
class Report:
    """A sweep's outcome. `boards_failed` are boards whose issues could not be listed; `stopped` says what ended it
    before its end; `hooks` are those of the boards, by which events come, and `missed` what changed without one."""

    applied: bool
    rows: list[Swept] = field(default_factory=list)
    boards_failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    hooks: list[HookSeen] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)

    @property
    def pending(self) -> int:
        """Actions that are planned, whether or not they were done."""
        return sum(len(r.plan.actions) for r in self.rows if r.plan)

    @property
    def done(self) -> int:
        return sum(len(r.done) for r in self.rows)

    @property
    def failed(self) -> list[Swept]:
        return [r for r in self.rows if r.error]

    @property
    def complete(self) -> bool:
        """Whether every issue that there is was looked at, and everything planned was done if it was to be."""
        return not self.boards_failed and not self.failed and not self.stopped


def choose_boards(ruleset: Ruleset, names: list[str]) -> list[Board]:
    """The boards by id, all active ones when none is named. Errors: ConfigError for one that does not exist."""
    unknown = [name for name in names if name not in ruleset.active_boards]
    if unknown:
        raise ConfigError(f"unknown board {unknown[0]!r}; known: {', '.join(ruleset.active_boards)}")
    return [ruleset.boards[name] for name in names or ruleset.active_boards]


def sweep(
    boards: list[Board],
    *,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    journal: Journal | None = None,
    apply: bool = True,
    adopt: bool = False,
    alone: bool = False,
    restraint: Restraint = NONE,
    seen: Callable[[Swept], None] = lambda _row: None,
) -> Report:
    """Looks at every open issue of the boards and at those closed in the last 14 days. `seen` is told of each one.

    Unless it is `alone`, it calls nobody before the call has been due for ten minutes: the service may be about to.

    Stops when GitLab is down or takes the token back; what was done until then is in the report.
    Errors: Unauthorized when nothing could be looked at.
    """
    report = Report(apply)
    held = replace(restraint, service_first=timedelta() if alone else SERVICE_FIRST)
    try:
        for row in _rows(report, boards, gitlab, ruleset, now, journal, held, apply=apply, adopt=adopt):
            report.rows.append(row)
            seen(row)
            if len(report.rows) >= IN_A_ROW and all(r.unavailable for r in report.rows[-IN_A_ROW:]):
                report.stopped = f"GitLab did not answer for {IN_A_ROW} issues in a row"
                break
    except Unauthorized as error:
        if not report.rows:
            raise
        report.stopped = str(error)
    return report


def watch_hooks(report: Report, boards: list[Board], gitlab: GitLab) -> None:
    """Looks at the hooks of the boards; those that GitLab has switched off are tested if the sweep writes."""
    report.hooks += hooks_of(boards, gitlab, mend=report.applied)


def hooks_of(boards: list[Board], gitlab: GitLab, *, mend: bool = False) -> list[HookSeen]:
    """The hooks of the boards, once each project; with `mend`, those that are off are tested. A watched board needs
    none."""
    found: list[HookSeen] = []
    for project in dict.fromkeys(board.file.project for board in boards if not board.file.watched):
        try:
            found += look_at_hooks(gitlab.calls, project, mend=mend)
        except TriageError as error:
            found.append(HookSeen(project, "not seen", said=str(error)))
    return found


def _rows(
    report: Report,
    boards: list[Board],
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    journal: Journal | None,
    restraint: Restraint,
    *,
    apply: bool,
    adopt: bool,
) -> Iterator[Swept]:
    for board in boards:
        try:
            listed = patiently(lambda board=board: list(issues_of(gitlab, board, now())))  # type: ignore[misc]
        except Unauthorized:
            raise
        except TriageError as error:
            report.boards_failed[board.id] = str(error)
            continue
        for ref, reference in listed:
            yield _one(
                ref,
                reference,
                board,
                lambda ref=ref: reconcile(  # type: ignore[misc]
                    ref,
                    gitlab=gitlab,
                    ruleset=ruleset,
                    now=now,
                    journal=journal,
                    trigger="sweep",
                    apply=apply,
                    adopt=adopt,
                    restraint=restraint,
                ),
            )


def issues_of(
    gitlab: GitLab, board: Board, now: datetime, closed_since: datetime | None = None
) -> Iterator[tuple[IssueRef, str]]:
    """Open issues first, then those closed since then; by time of change, so that nothing is skipped.

    `closed_since` is 14 days before `now` unless it is given.
    """
    project = gitlab.project_id(board.file.project)
    since = closed_since or now - CLOSED_FOR
    found: dict[IssueRef, str] = {}
    for row in gitlab.issues(project, state="opened"):
        found[IssueRef(project, int(row["iid"]))] = str(row["references"]["full"])
    for row in gitlab.issues(project, state="closed", updated_after=since):
        closed_at = row.get("closed_at")
        if closed_at and payloads.instant(closed_at) >= since:
            found[IssueRef(project, int(row["iid"]))] = str(row["references"]["full"])
    yield from found.items()


def _one(ref: IssueRef, reference: str, board: Board, look: Callable[[], Looked]) -> Swept:
    try:
        looked = patiently(look)
    except Unauthorized:
        raise
    except TriageError as error:
        return Swept(ref, reference, board.id, error=str(error), unavailable=isinstance(error, Unavailable))
    issue = looked.issue
    return Swept(ref, issue.reference, board.id, looked.plan, looked.done, changed_at=changed_at(issue))


def patiently(act: Callable[[], T]) -> T:
    """The act, tried again while GitLab is unavailable: after as long as it asks for, or twice as long each time;
    given up when that is more than five minutes."""
    wait = 1.0
    for _ in range(TRIES - 1):
        try:
            return act()
        except Unauthorized:
            raise
        except Unavailable as error:
            pause = max(error.retry_after or 0.0, wait)
            if pause > LONGEST_WAIT_SECONDS:
                raise
            sleep(pause)
            wait *= 2
    return act()
