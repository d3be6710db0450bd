"""The sweep itself: which issues, in what order, and what ends it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from app.core.board import Board
from app.core.evaluate import evaluate
from app.core.missed import changed_at
from app.core.model import IssueRef
from app.core.plan import Plan
from app.core.restraint import Restraint, restrained
from app.core.ruleset import Ruleset
from app.errors import TriageError, Unauthorized, Unavailable
from app.gitlab.client import GitLab
from app.journal import Journal
from app.reconcile import NONE, Looked, reconcile
from app.sweep.boards import issues_of
from app.sweep.patience import IN_A_ROW, patiently
from app.sweep.report import Report, Swept

SERVICE_FIRST = timedelta(minutes=10)


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
    against: Ruleset | None = None,
    seen: Callable[[Swept], None] = lambda _row: None,
) -> Report:
    """Looks at every open issue of the boards and at those closed in the last 14 days. `seen` is told of each one.
    Each row also has what the rules `against` would do, if they are given.

    Unless it is `alone`, it calls nobody before the call has been due for ten minutes: the service may be about to.

    Stops when GitLab is down or takes the token back; what was done until then is in the report.
    Errors: Unauthorized when nothing could be looked at.
    """
    report = Report(apply, boards=tuple(board.id for board in boards))
    held = replace(restraint, service_first=timedelta() if alone else SERVICE_FIRST)
    before = partial(_before, against, held, adopt)
    try:
        for row in _rows(
            report, boards, gitlab, ruleset, now, journal, held, before, apply=apply, adopt=adopt
        ):
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


def _rows(
    report: Report,
    boards: list[Board],
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    journal: Journal | None,
    restraint: Restraint,
    before: Callable[[Looked], Plan | None],
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
                before,
            )


def _before(against: Ruleset | None, restraint: Restraint, adopt: bool, looked: Looked) -> Plan | None:
    """What the other rules would do on the issue as it was seen."""
    if against is None:
        return None
    plan = evaluate(looked.issue, against, looked.plan.at, adopt=adopt)
    return restrained(plan, looked.issue, restraint).in_short()


def _one(
    ref: IssueRef,
    reference: str,
    board: Board,
    look: Callable[[], Looked],
    before: Callable[[Looked], Plan | None],
) -> Swept:
    try:
        looked = patiently(look)
        was = before(looked)
    except Unauthorized:
        raise
    except TriageError as error:
        return Swept(ref, reference, board.id, error=str(error), unavailable=isinstance(error, Unavailable))
    issue = looked.issue
    return Swept(
        ref,
        issue.reference,
        board.id,
        looked.plan.in_short(),
        looked.done,
        changed_at=changed_at(issue),
        before=was,
    )
