"""`triage apply`: does what a plan's file says, on each issue that is as it was when the plan was made."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Literal

from app.core.deed import Deed
from app.core.model import Issue
from app.core.plan import Action, Plan
from app.core.planned import Checked, Planned, check, check_again
from app.each import NotBegun, each
from app.errors import TriageError
from app.inbox import settle
from app.journal import new_run
from app.plan_file import PlanFile
from app.reconcile import Looked, decision, reconcile
from app.sweep import patient
from app.tools import Tools

Outcome = Literal["done", "already so", "skipped", "failed", "not done"]


@dataclass(frozen=True)
class Applied:
    """What came of one issue of the plan, and why nothing where nothing did. `actions` are what was to be done."""

    kept: Planned
    outcome: Outcome
    why: str = ""
    actions: tuple[Action, ...] = ()
    done: tuple[Deed, ...] = ()
    confidential: bool = False


@dataclass(frozen=True)
class Application:
    """What came of the whole plan. `run` is its name in the journal, `applied` whether it was to be done."""

    plan: PlanFile
    applied: bool
    run: str
    rows: list[Applied] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether all of the plan is so now; in a dry run, whether all of it can be done."""
        return all(row.outcome in ("done", "already so") for row in self.rows)


class _Step:
    """Decides on one issue, over the attempts that it takes."""

    def __init__(self, kept: Planned, decide: Callable[[Issue, datetime], Plan]) -> None:
        self._kept, self._decide = kept, decide
        self._checked: tuple[Issue, Plan] | None = None
        self.last: Checked | None = None
        self.deeds: list[Deed] = []

    def __call__(self, issue: Issue, at: datetime) -> Plan:
        if self._checked:
            first, plan = self._checked
            self.last = check_again(first, plan, issue)
        else:
            self.last = check(self._kept, issue, at, self._decide)
            if not (self.last.skipped or self.last.already):
                self._checked = issue, self.last.plan
        return self.last.plan

    @property
    def plan(self) -> Plan | None:
        """The plan that is the file's, once it is known to be."""
        return self._checked[1] if self._checked else None


def apply_plan(
    tools: Tools,
    plan: PlanFile,
    *,
    dry_run: bool = False,
    seen: Callable[[Applied], None] = lambda _row: None,
) -> Application:
    """Applies the plan issue by issue. `seen` is told of each. Nothing is done that the rules do not say."""
    done = Application(plan, not dry_run, new_run())
    restraint = patient(tools.restraint, alone=plan.alone)
    limited = frozenset(tools.ruleset.limits)  # of a confidential issue it is not known which rules act
    turns = {
        kept.ref: limited if kept.confidential else frozenset(action.rule for action in kept.actions)
        for kept in plan.issues
    }

    def decide(issue: Issue, at: datetime) -> Plan:
        held = replace(restraint, turns=turns.get(issue.ref, frozenset()))
        return decision(issue, at, ruleset=tools.ruleset, adopt=plan.adopt, restraint=held)

    for row in _rows(tools, done, decide):
        done.rows.append(row)
        seen(row)
    return done


def _rows(tools: Tools, done: Application, decide: Callable[[Issue, datetime], Plan]) -> Iterator[Applied]:
    steps = [_Step(kept, decide) for kept in done.plan.issues]
    pairs = list(zip(done.plan.issues, steps, strict=True))
    for (kept, step), found in each(pairs, partial(_look, tools, done)):
        if isinstance(found, TriageError):
            outcome: Outcome = "not done" if isinstance(found, NotBegun) else "failed"
            actions = step.plan.actions if step.plan else ()
            yield Applied(kept, outcome, str(found), actions, tuple(step.deeds), kept.confidential)
        else:
            if done.applied:
                _tell_service(tools, found)
            yield _row(kept, step, found)


def _look(tools: Tools, done: Application, pair: tuple[Planned, _Step]) -> Looked:
    kept, step = pair
    return reconcile(
        kept.ref,
        gitlab=tools.gitlab,
        ruleset=tools.ruleset,
        now=tools.clock.now,
        journal=tools.journal if done.applied else None,
        trigger="apply",
        apply=done.applied,
        run=done.run,
        decide=step,
        deeds=step.deeds,
    )


def _row(kept: Planned, step: _Step, looked: Looked) -> Applied:
    assert step.last
    hidden = looked.issue.confidential or kept.confidential
    row = partial(Applied, kept, done=tuple(step.deeds), confidential=hidden)
    if step.last.skipped:
        return row("skipped", step.last.skipped)
    if step.last.already:
        return row("already so")
    return row("done", actions=step.plan.actions if step.plan else ())


def _tell_service(tools: Tools, looked: Looked) -> None:
    """So that a service on this database looks in time."""
    if tools.inbox and (plan := looked.plan).actions:
        with tools.inbox.writing() as connection:
            settle(tools.inbox, connection, [plan.ref])
        if plan.recheck_at:
            tools.inbox.put(plan.ref, plan.recheck_at)
