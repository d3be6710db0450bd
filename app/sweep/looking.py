"""One issue of a sweep: the look at it, and what of it is kept for the next one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from app.core.board import Board
from app.core.deed import Deed
from app.core.known import Known
from app.core.missed import changed_at
from app.core.model import Issue, IssueRef
from app.core.plan import Plan
from app.core.planned import planned
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.errors import Refused, TriageError, Unauthorized, Unavailable
from app.gitlab.client import GitLab
from app.gitlab.snapshot import Snapshot
from app.known import Judged, Keep
from app.reconcile import NONE, Looked, Trigger, reconcile, who_matters
from app.sweep.keeping import Keeping, Seen, Stores, told
from app.sweep.listing import Task
from app.sweep.patience import patiently
from app.sweep.report import Swept

SERVICE_FIRST = timedelta(minutes=10)


@dataclass(frozen=True)
class Terms:
    """How a sweep looks at each issue. `against` are other rules that are asked as well; `until` is when it must
    end, in seconds of the monotonic clock; `turns` are the limited rules that act, by issue (None: all); `see` is told
    of each look while all of it is at hand, by several threads.

    `lasting` tells whether the next sweep may go by what was decided, where nothing was to be done: after one that
    writes, though with a fuse it first looks without writing. `decide` decides as the rules do, in another place.
    """

    ruleset: Ruleset
    now: Callable[[], datetime]
    apply: bool = True
    lasting: bool = True
    adopt: bool = False
    alone: bool = False
    restraint: Restraint = NONE
    against: Ruleset | None = None
    run: str = ""
    judged_by: str = ""
    until: float | None = None
    turns: Mapping[IssueRef, frozenset[str]] | None = None
    stores: Stores = field(default_factory=Stores)
    trigger: Trigger = "sweep"
    see: Callable[[Looked, Board], None] | None = None
    decide: Callable[[Issue, datetime, Restraint], Plan] | None = None

    def held(self, ref: IssueRef) -> Restraint:
        """The restraint of this sweep on that issue."""
        turns = None if self.turns is None else self.turns.get(ref, frozenset())
        return replace(patient(self.restraint, alone=self.alone), turns=turns)


def patient(restraint: Restraint, *, alone: bool) -> Restraint:
    """The restraint of a sweep: unless it is alone, the service calls people first."""
    return replace(restraint, service_first=timedelta() if alone else SERVICE_FIRST)


class Look:
    """A look at one issue, from what is known of it as long as that will do."""

    def __init__(self, terms: Terms, keeping: Keeping, gitlab: GitLab, task: Task) -> None:
        self._terms, self._keeping, self._gitlab, self._task = terms, keeping, gitlab, task
        self._read: Snapshot | None = None
        self._glanced: Issue | None = None
        self._deeds: list[Deed] = []  # of every attempt: one may write labels, and the next the note

    def take(self) -> Seen:
        """What came of it. Errors: Unauthorized."""
        task = self._task
        row = Swept(task.ref, task.reference, task.board.id)
        try:
            looked = patiently(self._reconciled, self._terms.until)
        except TriageError as error:
            if isinstance(error, Unauthorized) and not self._deeds:
                raise
            unavailable = isinstance(error, Unavailable)
            row = replace(row, error=str(error), unavailable=unavailable, done=tuple(self._deeds))
            refused = isinstance(error, Refused) and error.status == 404
            return Seen(task, row, self._anew(), gone=refused and task.row is None)
        except SQLAlchemyError as error:  # the journal's: what was done is told all the same
            return Seen(task, replace(row, error=told(error), done=tuple(self._deeds)), stop=told(error))
        if self._terms.see:
            self._terms.see(looked, task.board)
        plan, issue = looked.plan.in_short(), looked.issue
        before = looked.before.in_short() if looked.before else None
        kept = None if self._terms.apply else planned(issue, plan)
        row = replace(row, reference=issue.reference, plan=plan, before=before, planned=kept)
        row = replace(row, done=tuple(self._deeds), changed_at=changed_at(issue), opened_at=issue.created_at)
        return Seen(task, row, self._kept(looked))

    def _reconciled(self) -> Looked:
        terms, held = self._terms, self._terms.held(self._task.ref)
        elsewhere = terms.decide
        return reconcile(
            self._task.ref,
            gitlab=self._gitlab,
            ruleset=terms.ruleset,
            now=terms.now,
            journal=self._keeping,
            trigger=terms.trigger,
            apply=terms.apply,
            adopt=terms.adopt,
            restraint=held,
            decide=(lambda issue, at: elsewhere(issue, at, held)) if elsewhere else None,
            against=terms.against,
            run=terms.run,
            glance=self._glance,
            deeds=self._deeds,
        )

    def _glance(self) -> Issue:
        known = self._terms.stores.known
        found = known.snapshot(self._task.ref) if known and not self._task.reading else None
        if found and not _is_of(found, self._task.board):
            found = None  # its project was renamed since
        self._read = None
        if found is None:
            found = self._read = self._gitlab.read(self._task.ref, self._task.row)
        self._glanced = self._gitlab.issue_of(found, *who_matters(self._terms.ruleset, self._terms.against))
        return self._glanced

    def _kept(self, looked: Looked) -> Keep | Judged | None:
        """What the next sweep may go by. Of an issue that was changed, or is confidential, nothing."""
        task, terms = self._task, self._terms
        settled = not looked.plan.actions and looked.issue is self._glanced
        if looked.issue.confidential or (terms.apply and not settled):
            return self._anew()
        waiting = any(found.rule in terms.ruleset.sweeps_only for found in looked.plan.findings)
        lasting = settled and terms.lasting and not waiting  # whose turn it is, is another question each time
        due_at, judged_by = looked.plan.recheck_at, terms.judged_by if lasting else ""
        if self._read is not None:
            known = Known(task.began_at, due_at, judged_by, task.mark)
            return Keep(task.ref, known, self._read.packed())
        return Judged(task.ref, due_at, judged_by) if terms.lasting else None

    def _anew(self) -> Keep:
        return Keep(self._task.ref, Known(None, None, "", self._task.mark))


def _is_of(found: Snapshot, board: Board) -> bool:
    project = str(found.row["references"]["full"]).rpartition("#")[0]
    return project.casefold() == board.file.project.casefold()
