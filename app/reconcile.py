"""The one path: look at an issue, decide, make it so, write down why. Whatever happens to an issue happens here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal

from app.core.board import Board
from app.core.deed import Deed, deeds_data
from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef
from app.core.plan import Plan
from app.core.restraint import Restraint, restrained
from app.core.ruleset import Ruleset
from app.core.stays import stays
from app.errors import Fault, Refused, TriageError, Unavailable
from app.gitlab.client import GitLab
from app.journal import Entry, Journal

NONE = Restraint()

Trigger = Literal["worker", "sweep", "explain", "apply", "undo"]
Decide = Callable[[Issue, datetime], Plan]


@dataclass(frozen=True)
class Looked:
    """One look at an issue: what was read, what was decided, and what was done of it."""

    issue: Issue
    plan: Plan
    done: tuple[Deed, ...]


def reconcile(
    ref: IssueRef,
    *,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    journal: Journal | None = None,
    trigger: Trigger = "worker",
    apply: bool = True,
    adopt: bool = False,
    restraint: Restraint = NONE,
    still_held: Callable[[], bool] = lambda: True,
    run: str = "",
    decide: Decide | None = None,
    deeds: list[Deed] | None = None,
) -> Looked:
    """Fetches the issue, decides, and applies the plan if `apply`; writes to the journal if one is given.

    `now` tells issue time; the issue is never seen at an instant before its newest event. `decide` decides in place of
    the rules and the restraint. To `deeds` is added what was done, however it ends. Errors: Unavailable, Refused,
    Unsettled, and Fault for what is none of ours; they are in the journal as well, with what had been done by then.
    """
    started = datetime.now(UTC)
    issue: Issue | None = None
    plan: Plan | None = None
    done: list[Deed] = []
    failure: TriageError | None = None
    try:
        issue = gitlab.fetch(ref, partial(groups, ruleset.boards_by_project), partial(former_groups, ruleset))
        at = max(now(), issue.newest_event_at)
        plan = decide(issue, at) if decide else decision(issue, ruleset, at, adopt, restraint)
        if apply:
            gitlab.apply(plan, issue, done, still_held)
        return Looked(issue, plan, tuple(done))
    except TriageError as error:
        failure = error
        raise
    except Exception as error:
        # Raised below: out here it would carry along the message of what it stands for.
        failure = Fault(error, hidden=issue is None or issue.confidential)
    finally:
        if deeds is not None:
            deeds.extend(done)
        if journal:
            journal.record(
                Entry(
                    at=plan.at if plan else started,
                    started_at=started,
                    ended_at=datetime.now(UTC),
                    ref=ref,
                    board=plan.board if plan else "",
                    trigger=trigger,
                    ruleset=ruleset.version,
                    outcome=_outcome(failure),
                    applied=apply,
                    plan=_shown(plan, done) if plan else {},
                    error=str(failure) if failure else "",
                    run=run,
                    done=len(done),
                )
            )
    raise failure


def decision(issue: Issue, ruleset: Ruleset, at: datetime, adopt: bool, restraint: Restraint) -> Plan:
    """What the rules want done on the issue at that instant, but for what the restraint leaves undone."""
    return restrained(evaluate(issue, ruleset, at, adopt=adopt), issue, restraint)


def _shown(plan: Plan, done: list[Deed]) -> dict[str, object]:
    """The plan with what was done of it, and what it takes to undo that; of a confidential issue only how much."""
    if plan.confidential:
        return plan.as_dict() | {"done": len(done)}
    return plan.as_dict() | {"done": [str(deed) for deed in done], "deeds": deeds_data(done)}


def groups(boards: Mapping[str, Board], issue: Issue) -> frozenset[str]:
    """The groups of the board on which the issue is."""
    board = boards.get(issue.project.casefold())
    return board.groups() if board else frozenset()


def former_groups(ruleset: Ruleset, issue: Issue) -> frozenset[str]:
    """The groups of the boards on which it was before: who their SAs are decides what was done there."""
    board = ruleset.board_of(issue)
    been = stays(issue, board, ruleset.all_by_project)[:-1] if board else ()
    return frozenset[str]().union(*(stay.board.groups() for stay in been))


def _outcome(failure: TriageError | None) -> Literal["done", "unavailable", "refused", "failed"]:
    match failure:
        case None:
            return "done"
        case Unavailable():
            return "unavailable"
        case Refused():
            return "refused"
        case TriageError():
            return "failed"
