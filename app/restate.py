"""Every issue of the boards asked again: how its clocks were judged before, and how the rules as they are judge them.

Reads GitLab and the journal. Writes nothing to GitLab, ever; `record` writes to the journal and the inbox.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Protocol

from app.core.as_of import as_of, reworded
from app.core.board import Board
from app.core.differences import Judgement, Pair, compare, settled, within
from app.core.evaluate import evaluate
from app.core.judged import Judged, of_kept, of_plan
from app.core.model import Issue, IssueRef
from app.core.plan import Plan
from app.core.ruleset import Ruleset
from app.errors import TriageError, Unauthorized, Unavailable
from app.gitlab.client import GitLab
from app.inbox import Inbox
from app.journal import Entry, Journal
from app.reconcile import former_groups
from app.sweep import IN_A_ROW, issues_of, patiently

TRIGGER = "restate"


class Before(Protocol):
    """Where the judgements of before come from."""

    @property
    def rulesets(self) -> tuple[Ruleset, ...]:
        """The rulesets that judge issues for them: whom their boards name must be known when an issue is read."""
        ...

    def judgements(self, issue: Issue, ruleset: Ruleset, plan: Plan) -> tuple[Judgement, ...]:
        """What was said of the issue before, oldest first, and what `ruleset` says of it; `plan` is what it says now.
        Empty when nobody had judged it."""
        ...


@dataclass(frozen=True)
class Kept:
    """The judgements that the journal keeps: the last one that the rules of `version` did not give themselves, unless
    it was given by restating; and for cycles that began since, the last of all.

    So a change that a running service has taken up already is still shown, until it is restated.
    """

    journal: Journal
    version: str
    rulesets: tuple[Ruleset, ...] = ()

    def judgements(self, issue: Issue, ruleset: Ruleset, plan: Plan) -> tuple[Judgement, ...]:
        last = self.journal.last(issue.ref, _judges)
        if last is None:
            return ()
        other = last if self._counts(last) else self.journal.last(issue.ref, self._counts)
        entries = [last] if other in (None, last) else [other, last]
        present = of_plan(plan)
        return tuple(_judgement(entry, issue, ruleset, present) for entry in entries if entry)

    def _counts(self, entry: Entry) -> bool:
        return _judges(entry) and (entry.ruleset != self.version or entry.trigger == TRIGGER)


@dataclass(frozen=True)
class Other:
    """The judgements that another ruleset gives of the issue as it is now."""

    ruleset: Ruleset

    @property
    def rulesets(self) -> tuple[Ruleset, ...]:
        return (self.ruleset,)

    def judgements(self, issue: Issue, ruleset: Ruleset, plan: Plan) -> tuple[Judgement, ...]:
        return (Judgement(plan.at, of_plan(evaluate(issue, self.ruleset, plan.at)), of_plan(plan)),)


@dataclass(frozen=True)
class Compared:
    """One issue with its cycles before and now; or the error that kept it from being read.

    `plan` is what the rules say of it now; None together with `error`. `judged` tells whether anybody had judged it.
    """

    ref: IssueRef
    reference: str
    board: str
    issue: Issue | None = None
    plan: Plan | None = None
    pairs: tuple[Pair, ...] = ()
    judged: bool = False
    error: str = ""
    unavailable: bool = False

    @property
    def differing(self) -> tuple[Pair, ...]:
        return tuple(pair for pair in self.pairs if pair.differs)

    @property
    def confidential(self) -> bool:
        return self.issue is not None and self.issue.confidential


@dataclass
class Comparison:
    """All that was read. `boards_failed` are boards that could not be listed; `stopped` says what ended it early."""

    since: date
    at: datetime
    version: str
    rows: list[Compared] = field(default_factory=list)
    boards_failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""

    @property
    def complete(self) -> bool:
        return not self.boards_failed and not self.stopped and not any(row.error for row in self.rows)

    @property
    def differing(self) -> list[Compared]:
        return [row for row in self.rows if row.differing]


def compare_all(
    boards: list[Board],
    before: Before,
    since: date,
    *,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
    seen: Callable[[Compared], None] = lambda _row: None,
) -> Comparison:
    """Looks at every open issue of the boards and at those closed since that day, in the board's zone.

    Stops when GitLab is down or takes the token back; what was read until then is in it. Errors: Unauthorized when
    nothing could be read.
    """
    found = Comparison(since, patiently(now), ruleset.version)
    try:
        for row in _rows(found, boards, before, gitlab, ruleset, now):
            found.rows.append(row)
            seen(row)
            if len(found.rows) >= IN_A_ROW and all(r.unavailable for r in found.rows[-IN_A_ROW:]):
                found.stopped = f"GitLab did not answer for {IN_A_ROW} issues in a row"
                break
    except Unauthorized as error:
        if not found.rows:
            raise
        found.stopped = str(error)
    return found


def compared_again(row: Compared, before: Before, ruleset: Ruleset, since: datetime) -> tuple[Pair, ...]:
    """The row's cycles by another ruleset, on what was read before; nothing is fetched."""
    if row.issue is None or row.plan is None or row.issue.moved:
        return ()
    plan = evaluate(row.issue, ruleset, row.plan.at)
    found = compare(before.judgements(row.issue, ruleset, plan), of_plan(plan))
    return tuple(pair for pair in found if within(pair, since))


def record(rows: Iterable[Compared], journal: Journal, inbox: Inbox | None, version: str) -> int:
    """Writes how these issues are judged now to the journal, beside what it kept; the open ones are looked at again.

    The number of entries. Of a confidential issue there is none: the journal keeps no clocks of it.
    """
    number = 0
    for row in rows:
        if row.plan is None or row.issue is None:
            continue
        if not row.confidential:
            number += 1
            journal.record(_entry(row.ref, row.plan, version))
        if inbox and row.issue.state == "opened":
            inbox.put(row.ref)
    return number


def begins(board: Board, day: date) -> datetime:
    """The first instant of that day on the board."""
    return datetime.combine(day, time(), board.calendar.zone).astimezone(UTC)


def _rows(
    found: Comparison,
    boards: list[Board],
    before: Before,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
) -> Iterator[Compared]:
    for board in boards:
        since = begins(board, found.since)
        try:
            listed = patiently(lambda board=board, since=since: list(issues_of(gitlab, board, now(), since)))  # type: ignore[misc]
        except Unauthorized:
            raise
        except TriageError as error:
            found.boards_failed[board.id] = str(error)
            continue
        for ref, reference in listed:
            try:
                yield patiently(lambda ref=ref: _one(ref, board, before, since, gitlab, ruleset, now))  # type: ignore[misc]  # noqa: B023
            except Unauthorized:
                raise
            except TriageError as error:
                missed = isinstance(error, Unavailable)
                yield Compared(ref, reference, board.id, error=str(error), unavailable=missed)


def _one(
    ref: IssueRef,
    board: Board,
    before: Before,
    since: datetime,
    gitlab: GitLab,
    ruleset: Ruleset,
    now: Callable[[], datetime],
) -> Compared:
    rulesets = (ruleset, *before.rulesets)
    issue = gitlab.fetch(ref, partial(_groups, rulesets), partial(former_groups, ruleset))
    plan = evaluate(issue, ruleset, max(now(), issue.newest_event_at))
    if issue.moved:  # its clocks run on where it lives now
        return Compared(ref, issue.reference, board.id, issue, plan, judged=True)
    judgements = before.judgements(issue, ruleset, plan)
    pairs = tuple(pair for pair in compare(judgements, of_plan(plan)) if within(pair, since))
    return Compared(ref, issue.reference, board.id, issue, plan, pairs, bool(judgements))


def _groups(rulesets: tuple[Ruleset, ...], issue: Issue) -> frozenset[str]:
    """The groups whose members are SAs of that project's board, by any of these rules."""
    boards = (ruleset.board_of(issue) for ruleset in rulesets)
    return frozenset[str]().union(*(board.groups() for board in boards if board))


def _judges(entry: Entry) -> bool:
    """Whether the entry says anything of clocks: what was done before clocks were kept, and what is confidential, does
    not."""
    outcomes = entry.plan.get("outcomes") or ()
    return isinstance(outcomes, list) and any("clocks" in outcome for outcome in outcomes)


def _judgement(entry: Entry, issue: Issue, ruleset: Ruleset, present: tuple[Judged, ...]) -> Judgement:
    """What the entry said, beside what the ruleset says of the issue as it was then."""
    said = of_kept(entry.plan)
    says = said
    if not settled(said, present, entry.at):
        says = of_plan(evaluate(as_of(issue, entry.at), ruleset, entry.at))
    return Judgement(entry.at, said, says, reworded(issue, entry.at))


def _entry(ref: IssueRef, plan: Plan, version: str) -> Entry:
    at = datetime.now(UTC)
    return Entry(
        ref=ref,
        at=plan.at,
        started_at=at,
        ended_at=at,
        board=plan.board,
        trigger=TRIGGER,
        ruleset=version,
        outcome="done",
        applied=False,
        plan=plan.as_dict() | {"done": []},
    )
