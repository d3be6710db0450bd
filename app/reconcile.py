"""The one path: look at an issue, decide, make it so, write down why. Whatever happens to an issue happens here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Literal, Protocol

from app.core.board import Board
from app.core.deed import Deed, deeds_data
from app.core.evaluate import evaluate
from app.core.model import Issue, IssueRef
from app.core.plan import Plan
from app.core.restraint import Restraint, restrained
from app.core.ruleset import Ruleset
from app.core.stays import stays
from app.errors import Fault, Refused, TriageError, Unavailable
from app.gitlab.client import GitLab, GroupsOf
from app.journal import Entry
from app.tracing import Reconciling

NONE = Restraint()

Trigger = Literal["worker", "sweep", "explain", "apply", "undo"]
Decide = Callable[[Issue, datetime], Plan]


class Recorder(Protocol):
    """Where what was decided and done is written down."""

    def record(self, entry: Entry) -> None:
        """Keeps the entry."""
        ...


@dataclass(frozen=True)
class Looked:
    """One look at an issue: what was read, what was decided, and what was done of it. `before` is what other rules
    would have decided, where they were asked."""

    issue: Issue
    plan: Plan
    done: tuple[Deed, ...]
    before: Plan | None = None


def reconcile(
    ref: IssueRef,
    *,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    journal: Recorder | None = None,
    trigger: Trigger = "worker",
    apply: bool = True,
    adopt: bool = False,
    restraint: Restraint = NONE,
    against: Ruleset | None = None,
    still_held: Callable[[], bool] = lambda: True,
    run: str = "",
    glance: Callable[[], Issue] | None = None,
    decide: Decide | None = None,
    deeds: list[Deed] | None = None,
) -> Looked:
    """Fetches the issue, decides, and applies the plan if `apply`; writes to the journal if one is given.

    `glance` gives the issue as it was known or listed a moment ago: where nothing is to be done on it, or it is only
    to be explained, that will do; else the issue is fetched after all, so that nothing is written by what may be old.

    `against` are other rules, that are asked and not followed; `decide` decides in place of the rules and the
    restraint. `now` tells issue time; the issue is never seen at an instant before its newest event. To `deeds` is
    added what was done, however it ends. Errors: Unavailable, Refused, Unsettled, and Fault for what is none of ours;
    they are in the journal as well, with what had been done by then.
    """
    started, span = datetime.now(UTC), Reconciling(ref, trigger, ruleset.version)
    issue: Issue | None = None
    plan: Plan | None = None
    done: list[Deed] = []
    failure: TriageError | None = None
    try:
        decide = decide or partial(decision, ruleset=ruleset, adopt=adopt, restraint=restraint)
        decided = partial(_decided, decide=decide, now=now)
        if glance is not None:
            issue = glance()
            plan = decided(issue)
        if plan is None or (plan.actions and trigger != "explain"):
            issue = plan = None
            issue = gitlab.fetch(ref, *who_matters(ruleset, against))
            plan = decided(issue)
        assert issue is not None
        if apply:
            gitlab.apply(plan, issue, done, still_held)
        theirs = partial(decision, adopt=adopt, restraint=restraint)
        before = theirs(issue, plan.at, ruleset=against) if against else None
        return Looked(issue, plan, tuple(done), before)
    except TriageError as error:
        failure = error
        raise
    except Exception as error:
        # Raised below: out here it would carry along the message of what it stands for.
        failure = Fault(error, hidden=issue is None or issue.confidential)
    finally:
        span.end(plan.board if plan else "", _outcome(failure), failure)
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
                    plan=_shown(plan, done, trigger) if plan else {},
                    error=str(failure) if failure else "",
                    run=run,
                    done=len(done),
                )
            )
    raise failure


def who_matters(ruleset: Ruleset, against: Ruleset | None = None) -> tuple[GroupsOf, GroupsOf]:
    """The groups whose members must be known to decide: of the board where an issue is; and, as far as the bot may see
    them, of those where it was, and those that rules name.

    Of those that only the rules `against` name, the bot may not know.
    """
    mine = partial(groups, ruleset.boards_by_project)
    if against is None:
        return mine, partial(_other_groups, ruleset)
    theirs = partial(groups, against.boards_by_project)
    return mine, lambda issue: _other_groups(ruleset, issue) | _other_groups(against, issue) | theirs(issue)


def _other_groups(ruleset: Ruleset, issue: Issue) -> frozenset[str]:
    return former_groups(ruleset, issue) | ruleset.groups_named


def decision(issue: Issue, at: datetime, *, ruleset: Ruleset, adopt: bool, restraint: Restraint) -> Plan:
    """What the rules want done on the issue at that instant, but for what the restraint leaves undone."""
    return restrained(evaluate(issue, ruleset, at, adopt=adopt, turns=restraint.turns), issue, restraint)


def _decided(issue: Issue, *, decide: Decide, now: Callable[[], datetime]) -> Plan:
    return decide(issue, max(now(), issue.newest_event_at))


def _shown(plan: Plan, done: list[Deed], trigger: Trigger) -> dict[str, object]:
    """The plan with what was done of it, and what it takes to undo that; of a confidential issue only how much. Of the
    thousands that a sweep leaves as they are, what was found and how their clocks stand, without what was looked at."""
    quiet = trigger == "sweep" and not plan.actions and not plan.postponed
    told = (plan.in_brief() if quiet else plan).as_dict()
    if plan.confidential:
        return told | {"done": len(done)}
    return told | {"done": [str(deed) for deed in done], "deeds": deeds_data(done)}


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
