"""What people's acts add up to: which state label was in force when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.acts import AT, BY_TIME, Act
from app.core.board import People
from app.core.lazily import lazily
from app.core.made import made
from app.core.model import Issue, User

SWAP = timedelta(seconds=60)


@dataclass(frozen=True)
class StateLabels:
    """The labels of which one at most is in force, in the board's order, and the one that means waiting."""

    all: tuple[str, ...]
    waiting: str

    @lazily
    def known(self) -> frozenset[str]:
        """The same, to be asked for one."""
        return frozenset(self.all)


class StateSpan(NamedTuple):
    """One stretch [start, end) in which one state label was in force; `label` None is Open, `end` None is still.

    `by` set it; `answered` is true when the requester's answer brought it back, `put_back` when the bot did, since a
    move was not to be made. `before` is what was in force before a wait.
    """

    label: str | None
    start: datetime
    by: User | None = None
    end: datetime | None = None
    answered: bool = False
    before: "StateSpan | None" = None
    put_back: bool = False


def state_spans(
    issue: Issue, acts: Iterable[Act], people: People, labels: StateLabels
) -> tuple[StateSpan, ...]:
    """The states one after another, without gaps, from the opening on; the last one is in force. `acts` are in order.

    The label a person set last wins. A label taken off and another put on within 60 seconds is one move. A wait
    ends with the requester's first note or edit of the description: what was in force before comes back. The bot's own
    label events are only read where they put a move back: they take off what is in force, or fill what became Open.
    """
    fold = _StateFold(labels, StateSpan(_at_opening(issue, labels), issue.created_at))
    own = _own_moves(issue, labels)
    # What the bot does comes after all else of its instant, as it stands here.
    fold.take_all(sorted([*acts, *own], key=AT) if own else acts, people)
    fold.end_lost_wait(issue)
    return (*fold.past, fold.now)


def _own_moves(issue: Issue, labels: StateLabels) -> list[Act]:
    """The bot's own events on state labels."""
    known, bots = labels.known, issue.bot_names
    events = [
        e for e in issue.label_history if e.label in known and e.user and e.user.username.casefold() in bots
    ]
    return [
        Act(e.at, "own_on" if e.action == "add" else "own_off", e.user, e.id, e.label or "")
        for e in sorted(events, key=BY_TIME)
    ]


def _at_opening(issue: Issue, labels: StateLabels) -> str | None:
    """The state label that was there before the first event that GitLab still knows of."""
    known, on = issue.events_of, issue.labels
    for label in reversed(labels.all):
        events = known.get(label)
        if events[0].action == "remove" if events else label in on:
            return label
    return None


class _StateFold:
    def __init__(self, labels: StateLabels, first: StateSpan) -> None:
        self.labels = labels
        self.past: list[StateSpan] = []
        self.now = first
        self.taken_off: StateSpan | None = None  # what a person took off last, to tell a swap
        self.closed = False
        self.answered_closed = False  # the requester answered while the issue was closed

    def take_all(self, acts: Iterable[Act], people: People) -> None:
        known = self.labels.known
        for act in acts:
            at, kind, by, _, label, _, _ = act
            if kind == "label_on":
                if label in known:
                    self._put_on(label, at, by)
            elif kind == "label_off":
                if label == self.now.label:
                    before = self.now
                    self._change(made(StateSpan, (None, at, by, None, False, None, False)))
                    self.taken_off = before
            elif kind in ("note", "edited"):
                if people.role(by, at) == "requester":
                    self.answered_closed = self.closed
                    if not self.closed:
                        self._answer(at)
            elif kind in ("own_off", "own_on"):
                self._put_back(act)
            elif kind == "closed":
                self.closed, self.answered_closed = True, False
            elif kind == "reopened":
                self.closed = False
                if self.answered_closed or people.role(by, at) == "requester":
                    self._answer(at)

    def _put_back(self, act: Act) -> None:
        """The bot put a person's move back: what was in force before it is in force again."""
        before = self.past[-1] if self.past else None
        if before is None or self.now.by is None or self.now.answered or self.now.put_back:
            return
        took_off = act.kind == "own_off" and act.label == self.now.label
        filled = act.kind == "own_on" and self.now.label is None and act.label == before.label
        if took_off or filled:
            self._change(StateSpan(before.label, act.at, act.by, before=before.before, put_back=True))

    def _answer(self, at: datetime) -> None:
        """The requester's answer brings back what was in force before the wait, if there is one."""
        if self.now.label == self.labels.waiting:
            back = self.now.before or StateSpan(None, at)
            label, _, by, _, _, before, put_back = back
            self._change(StateSpan(label, at, by, None, True, before, put_back))

    def end_lost_wait(self, issue: Issue) -> None:
        """A wait whose label is gone without a person's act is over since the label's last event."""
        if self.now.label == self.labels.waiting and self.labels.waiting not in issue.labels:
            gone = [e.at for e in issue.events_of.get(self.labels.waiting, []) if e.action == "remove"]
            self._change(StateSpan(None, max([*gone, self.now.start])))

    def _put_on(self, label: str, at: datetime, by: User | None) -> None:
        now, swapped = self.now, self.taken_off
        if swapped is not None and now.label is None and at - now.start <= SWAP:
            self._undo(swapped)
            now = swapped
        if label == now.label and not now.answered and (swapped is None or by == swapped.by):
            return  # whoever set it sets it again
        before = None
        if label == self.labels.waiting:
            before = now.before if now.label == label else now
        self._change(made(StateSpan, (label, at, by, None, False, before, False)))

    def _undo(self, earlier: StateSpan) -> None:
        """The stretch in which nothing was on was only the middle of a move."""
        self.past.pop()
        self.now, self.taken_off = earlier, None

    def _change(self, span: StateSpan) -> None:
        label, start, by, _, answered, before, put_back = self.now
        self.past.append(made(StateSpan, (label, start, by, span.start, answered, before, put_back)))
        self.now, self.taken_off = span, None
