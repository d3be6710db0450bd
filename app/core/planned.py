"""What is kept of a plan that is to be applied later, and whether it may still be: the rules must say it once more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from app.core.action_data import action_data
from app.core.fingerprint import WHOLE, changes, fingerprint, sealed
from app.core.fulfilled import left_of, only_ours
from app.core.model import Issue, IssueRef
from app.core.plan import Action, Clause, Plan

OTHERWISE = "the rules say something else than the plan: its file was edited, or who is who has changed"


class Reason(NamedTuple):
    """What a rule found that led to something."""

    rule: str
    source: str
    reason: str
    since: datetime | None
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Planned:
    """One issue's plan: `at` is the instant of the decision, `read` the fingerprint of what it was made of.

    Of a confidential issue there is no more than the number of actions, `seal` (a hash of them together with the
    issue), and one hash of what was read.
    """

    ref: IssueRef
    reference: str
    at: datetime
    number: int
    read: Mapping[str, str]
    board: str = ""
    actions: tuple[Action, ...] = ()
    decided_on: tuple[Reason, ...] = ()
    seal: str = ""

    @property
    def confidential(self) -> bool:
        return bool(self.seal)


def planned(issue: Issue, plan: Plan) -> Planned | None:
    """What is kept of the issue's plan; None where nothing is to be done."""
    if not plan.actions:
        return None
    kept = Planned(plan.ref, plan.reference, plan.at, len(plan.actions), {WHOLE: sealed(issue)})
    if issue.confidential:
        return replace(kept, seal=_seal(issue, plan.actions))
    acting = {action.rule for action in plan.actions}
    reasons = [
        Reason(o.rule, o.source, o.reason, o.since, o.clauses) for o in plan.outcomes if o.rule in acting
    ]
    return replace(
        kept,
        read=fingerprint(issue),
        board=plan.board,
        actions=plan.actions,
        decided_on=tuple(reasons),
    )


def _seal(issue: Issue, actions: tuple[Action, ...]) -> str:
    return sealed(issue, [action_data(action) for action in actions])


class Checked(NamedTuple):
    """What is done of a planned issue now. `skipped` says why nothing is; `already`: nothing is left to do."""

    plan: Plan
    skipped: str = ""
    already: bool = False


def check(kept: Planned, issue: Issue, now: datetime, decide: Callable[[Issue, datetime], Plan]) -> Checked:
    """The decision, made again of the issue as it is now and for the instant of the plan; without any action unless it
    is the one that was kept, of an issue that is as it was. An instant that has not come yet is no plan's."""
    none = Plan(issue.ref, issue.reference, kept.board, kept.at, "", confidential=issue.confidential)
    if changed := changes(kept.read, issue):
        if _nothing_left(kept, issue, decide):
            return Checked(replace(none, silent="it is so already"), already=True)
        hidden = kept.confidential or issue.confidential
        why = "changed since the plan" + ("" if hidden else f": {', '.join(changed)}")
        return Checked(replace(none, silent=why), why)
    plan = decide(issue, min(kept.at, now))
    same = _seal(issue, plan.actions) == kept.seal if kept.confidential else plan.actions == kept.actions
    if not same or not issue.newest_event_at <= kept.at <= now:
        return Checked(replace(plan, actions=(), silent=OTHERWISE), OTHERWISE)
    return Checked(plan)


def _nothing_left(kept: Planned, issue: Issue, decide: Callable[[Issue, datetime], Plan]) -> bool:
    if kept.confidential:  # what was planned is not known
        return not decide(issue, max(kept.at, issue.newest_event_at)).actions
    return not left_of(kept.actions, issue)


def check_again(first: Issue, plan: Plan, issue: Issue) -> Checked:
    """After a part of the plan was done, and then a call failed: what is left of it, if nobody else has done anything
    since. `first` is the issue for which it was checked."""
    if not only_ours(first, issue):
        why = "changed while the plan was being applied"
        return Checked(replace(plan, actions=(), silent=why), why)
    return Checked(replace(plan, actions=left_of(plan.actions, issue)))
