"""The sweep itself: what is looked at, by how many at once, and what ends it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from app.core.board import Board
from app.core.fuse import Fuse, Tally
from app.core.known import judges
from app.core.limits import Limit, Wanting, chosen
from app.core.model import IssueRef
from app.core.plan import Plan
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.errors import TriageError, Unauthorized
from app.gitlab.client import GitLab
from app.inbox import Inbox, failing
from app.journal import Journal
from app.known import KnownIssues
from app.metrics import tell_sweep
from app.reconcile import NONE, Looked, Trigger
from app.sweep.aside import Aside, possible
from app.sweep.boards import CLOSED_FOR
from app.sweep.crew import Crew
from app.sweep.keeping import Keeping, Seen, Stores
from app.sweep.listing import Listing, Task, in_turn
from app.sweep.looking import Look, Terms
from app.sweep.patience import IN_A_ROW, patiently
from app.sweep.report import Report, Swept
from app.sweep.summaries import by_board, summaries

NO_FUSE = Fuse()


def sweep(
    boards: list[Board],
    *,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    journal: Journal | None = None,
    known: KnownIssues | None = None,
    inbox: Inbox | None = None,
    apply: bool = True,
    adopt: bool = False,
    alone: bool = False,
    everything: bool = False,
    closed_for: timedelta = CLOSED_FOR,
    against: Ruleset | None = None,
    restraint: Restraint = NONE,
    fuse: Fuse = NO_FUSE,
    threads: int = 0,
    max_seconds: float | None = None,
    run: str = "",
    trigger: Trigger = "sweep",
    see: Callable[[Looked, Board], None] | None = None,
    seen: Callable[[Swept], None] = lambda _row: None,
) -> Report:
    """Looks at every open issue of the boards and at those closed in the last 14 days: at those of them that may have
    changed since the last time, or are due, as far as that is `known`. `see` is told of each look while all of it is at
    hand, by several threads at once; `seen` of its row, by one.

    With rules `against`, each row also has what those would do.

    Unless it is `alone`, it calls nobody before the call has been due for ten minutes: the service may be about to.
    With `threads`, so many calls to GitLab are under way at a time, and a few more threads make them.

    With a `fuse`, everything is looked at before the first write, and nothing is written if it would be too much.

    Stops when GitLab is down or takes the token back, when the database fails, when `max_seconds` are over, or when it
    is interrupted; what was done until then is in the report. Without `threads`, an interruption cuts off what is under
    way. Errors: Unauthorized when nothing could be looked at.
    """
    report = Report(apply, run, gitlab.url, tuple(board.id for board in boards))
    until = None if max_seconds is None else time.monotonic() + max_seconds
    stores = Stores(journal, None if adopt else known, inbox)
    terms = Terms(
        ruleset,
        now,
        apply=apply,
        lasting=apply,
        adopt=adopt,
        alone=alone,
        restraint=restraint,
        against=against,
        run=run,
        judged_by=_judges(gitlab, ruleset, alone=alone),
        until=until,
        stores=stores,
        trigger=trigger,
        see=see,
    )
    ill = failing(inbox) if inbox else frozenset[IssueRef]()
    listings = [
        Listing(board, gitlab, now, stores.known, terms.judged_by, everything, ill, until, closed_for)
        for board in boards
    ]
    with _elsewhere(terms, threads) as told:
        turns = _Sweep(report, told, gitlab, threads, seen).go(listings, fuse if apply else NO_FUSE)
    if ruleset.summaries and trigger == "sweep" and not report.stopped:
        found = [one for row in report.rows if row.plan for one in row.plan.listed]
        lists = [one for one in found if one.rule not in ruleset.limits or one.rule in turns.get(one.ref, ())]
        places = {row.ref: row.board for row in report.rows}
        incomplete = frozenset(report.boards_failed) | {row.board for row in report.failed}
        report.summaries = summaries(
            gitlab, ruleset, boards, by_board(lists, places), incomplete, now(), apply=apply
        )
    if not apply:
        report.too_much = fuse.blown(Tally.of(row.plan for row in report.rows if row.plan))
    return report


def _judges(gitlab: GitLab, ruleset: Ruleset, *, alone: bool) -> str:
    """What decides, by a name. Who is in a group that cannot be read is nobody here; whoever needs it fails by that."""
    of_boards = {path for board in ruleset.active_boards.values() for path in board.groups()}
    paths = sorted(of_boards | ruleset.groups_named)
    members = patiently(lambda: {path: gitlab.members.if_seen(path) or frozenset() for path in paths})
    return judges(ruleset.version, members, patiently(gitlab.bots), alone=alone)


@contextmanager
def _elsewhere(terms: Terms, threads: int) -> Iterator[Terms]:
    """The terms by which another process decides, where threads would hold each other up and nobody wants all of it."""
    if threads < 2 or not possible() or terms.see or terms.against or terms.trigger != "sweep":
        yield terms
        return
    try:
        aside = Aside(terms.ruleset, adopt=terms.adopt)
    except OSError:  # no more processes, or no memory for one: then it is decided here
        yield terms
        return
    with aside:
        yield replace(terms, decide=aside.decide)


def _acting(plan: Plan) -> frozenset[str]:
    """The rules that want something done."""
    return frozenset(action.rule for action in plan.actions) | {one.rule for one in plan.listed}


class _Sweep:
    def __init__(
        self, report: Report, terms: Terms, gitlab: GitLab, threads: int, seen: Callable[[Swept], None]
    ) -> None:
        self._report, self._terms, self._gitlab, self._threads = report, terms, gitlab, threads
        self._hands = threads + threads // 2  # some of them are deciding, or wait for their turn to
        self._told = seen
        self._refused: Unauthorized | None = None
        self._unanswered = 0

    def go(self, listings: list[Listing], fuse: Fuse) -> Mapping[IssueRef, frozenset[str]]:
        """Looks at everything; with a fuse or limits first without writing, and then again where there is something to
        do. Gives the limited rules whose turn it was, by issue."""
        report, failed = self._report, self._report.boards_failed

        def tell(listing: Listing, error: Exception) -> None:
            if isinstance(error, Unauthorized) or not isinstance(error, TriageError):
                raise error
            failed[listing.board.id] = str(error)

        limits = self._terms.ruleset.limits
        first = bool(fuse) or bool(limits)
        terms = replace(self._terms, apply=False) if first else self._terms
        acting = self._looks(in_turn(listings, tell), terms, NO_FUSE)
        report.unchanged = sum(listing.unchanged for listing in listings)
        if limits and not report.stopped:
            acting = self._take_turns(acting, limits)
        if first and self._terms.apply and not report.stopped:
            self._act(acting, fuse)
        if self._refused and not report.rows:
            raise self._refused
        if known := self._terms.stores.known:
            for each in listings:
                usual = each.closed_for == CLOSED_FOR
                if each.began_at and usual and not report.stopped and each.board.id not in failed:
                    known.complete(
                        each.project, each.began_at, each.listed if each.whole else None, each.before
                    )
                    if self._terms.apply and (inbox := self._terms.stores.inbox):
                        with inbox.writing() as connection:
                            tell_sweep(connection, each.board.id, each.began_at)
        return self._terms.turns or {}

    def _take_turns(self, acting: list[Task], limits: Mapping[str, Limit]) -> list[Task]:
        """Those on which there is something to do, once it is settled on which of them limited rules act."""
        report, planned = self._report, self._report.rows
        wanting = [
            Wanting(row.ref, row.board, row.opened_at, _acting(row.plan) & limits.keys())
            for row in planned
            if row.plan and row.opened_at
        ]
        self._terms = replace(self._terms, turns=(mine := chosen(wanting, limits)))
        held = {row.ref: limits.keys() - mine.get(row.ref, frozenset()) for row in planned}
        others = {r.ref for r in planned if r.plan and any(a.rule in held[r.ref] for a in r.plan.actions)}
        again = [task for task in acting if task.ref in others]
        report.rows = [row for row in planned if row.ref not in others]
        still = self._looks(iter(again), replace(self._terms, apply=False), NO_FUSE)
        looked_at = {row.ref for row in report.rows}
        report.rows += [row for row in planned if row.ref not in looked_at]
        return [task for task in acting if task.ref not in others] + still

    def _act(self, acting: list[Task], fuse: Fuse) -> None:
        report, planned = self._report, self._report.rows
        if why := fuse.blown(Tally.of(row.plan for row in planned if row.plan)):
            report.stopped = f"nothing was written: {why}"
            return
        refs = {task.ref for task in acting}
        report.rows = [row for row in planned if row.ref not in refs]
        self._looks(iter(acting), self._terms, fuse)
        looked_at = {row.ref for row in report.rows}
        report.rows += [row for row in planned if row.ref not in looked_at]

    def _looks(self, tasks: Iterator[Task], terms: Terms, fuse: Fuse) -> list[Task]:
        """Looks at all of them, and gives those on which there is something to do."""
        keeping, tally = Keeping(self._terms.stores, applied=self._terms.apply), Tally()
        acting: list[Task] = []
        crew: Crew[Task, Seen] = Crew(
            lambda gitlab, task: Look(terms, keeping, gitlab, task).take(), self._gitlab, self._hands
        )
        try:
            with self._gitlab.line.narrowed(max(1, self._threads)), crew:
                while (seen := self._next(crew, tasks)) is not None:
                    keeping.add(seen)
                    if ended := seen.stop or keeping.failed:
                        self._stop(crew, ended)
                    if seen.gone:
                        continue
                    self._add(seen.row)
                    if self._unanswered >= (enough := max(IN_A_ROW, self._hands)):
                        self._stop(crew, f"GitLab did not answer for {enough} issues in a row")
                    if (plan := seen.row.plan) and plan.actions:
                        acting.append(replace(seen.task, row=None, reading=True))
                        tally.add(plan)
                        if why := fuse.blown(tally):
                            self._stop(crew, f"no more is written: {why}")
        finally:
            keeping.flush()
            self._report.stopped = self._report.stopped or keeping.failed
        return acting

    def _next(self, crew: Crew[Task, Seen], tasks: Iterator[Task]) -> Seen | None:
        """The next look that comes to its end; None when none does any more."""
        while True:
            try:
                self._feed(crew, tasks)
                return None if crew.idle else crew.take()
            except Unauthorized as error:
                self._refused = error
                self._stop(crew, str(error))
            except KeyboardInterrupt:
                if self._report.stopped:
                    raise
                self._stop(crew, "it was interrupted")

    def _feed(self, crew: Crew[Task, Seen], tasks: Iterator[Task]) -> None:
        until = self._terms.until
        while crew.room and not self._report.stopped:
            if until is not None and time.monotonic() >= until:
                self._stop(crew, "the time that --max-time gave it is up")
            elif (task := next(tasks, None)) is None:
                return
            else:
                crew.give(task)

    def _add(self, row: Swept) -> None:
        self._report.rows.append(row)
        self._told(row)
        self._unanswered = self._unanswered + 1 if row.unavailable else 0

    def _stop(self, crew: Crew[Task, Seen], why: str) -> None:
        """What is under way is finished, and nothing else begun. The first reason is told."""
        self._report.stopped = self._report.stopped or why
        crew.drop()
