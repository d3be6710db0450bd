"""Histories as GitLab leaves them when people are unkind to it, and clocks as lines that can be compared."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.core import evaluate
from app.core.board import Board, Person
from app.core.clock_shape import Clock
from app.core.facts import Facts
from app.core.model import Issue
from app.core.plan import Plan, PutNote
from app.core.ruleset import Ruleset


def deleted(issue: Issue, label: str) -> Issue:
    """The issue after the label was deleted: it came off without an event, and its events name nothing."""
    events = tuple(replace(e, label=None) if e.label == label else e for e in issue.label_events)
    return replace(issue, label_events=events, labels=issue.labels - {label})


def renamed(issue: Issue, old: str, new: str) -> Issue:
    """The issue after the label was renamed: its past was always called so."""
    events = tuple(replace(e, label=new) if e.label == old else e for e in issue.label_events)
    labels = frozenset(new if label == old else label for label in issue.labels)
    return replace(issue, label_events=events, labels=labels)


def labelled(issue: Issue, *labels: str) -> Issue:
    """The issue with these labels on and no event about it."""
    return replace(issue, labels=issue.labels | set(labels))


def staffed(ruleset: Ruleset, **sas: list[str | Person]) -> Ruleset:
    """The rules with other SAs on boards, which are named with `_` for `-`."""
    boards = dict(ruleset.boards)
    for name, people in sas.items():
        board = boards[name.replace("_", "-")]
        listed = [Person(name=p) if isinstance(p, str) else p for p in people]
        boards[board.id] = replace(board, file=board.file.model_copy(update={"sas": listed}))
    return replace(ruleset, boards=boards)


def facts_of(issue: Issue, ruleset: Ruleset, now: datetime) -> Facts:
    """What checks look at."""
    board: Board | None = ruleset.board_of(issue)
    assert board is not None
    return evaluate.facts_of(issue, board, ruleset, now)


def states(facts: Facts) -> list[str]:
    """The states one after another, of those that lasted: `Open`, `SA Doing by sam`."""
    return [
        f"{span.label} by {span.by.username if span.by else 'nobody'}" if span.label else "Open"
        for span in facts.spans
        if span.end != span.start
    ]


def lines(clocks: Iterable[Clock], name: str = "activity") -> list[str]:
    """The cycles of a clock, each in a line: `2T14:00 to 2T15:00: met, due 4T14:00, 1:00 counted`; days of the month,
    in UTC."""
    return [_line(clock) for clock in clocks if clock.name == name]


def _line(clock: Clock) -> str:
    ended = _at(clock.ended_at) if clock.ended_at else "now"
    due = f"due {_at(clock.due_at)}" if clock.due_at else "due when it runs again"
    return f"{_at(clock.started_at)} to {ended}: {clock.state}, {due}, {_length(clock.spent)} counted"


def _at(at: datetime) -> str:
    text = f"{at.day}T{at:%H:%M}"
    if at.second or at.microsecond:
        text += f":{at:%S}"
    return text + (f".{at.microsecond // 1000:03d}" if at.microsecond else "")


def _length(length: timedelta) -> str:
    seconds, rest = divmod(length, timedelta(seconds=1))
    text = f"{seconds // 3600}:{seconds // 60 % 60:02d}"
    return text if not (seconds % 60 or rest) else f"{text}:{seconds % 60:02d}"


BESIDE = frozenset({"late-allocation", "unanswered-wait", "quiet-request", "late-followup"})


def done(plan: Plan) -> set[str]:
    """What the plan does, but for the text of the status note, and for clocks beside that of the 48 hours."""
    return {
        str(action).rpartition("/")[0] or str(action)
        for action in plan.actions
        if not isinstance(action, PutNote) and action.rule not in BESIDE
    }
