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
    return fold.spans(issue)


def _own_moves(issue: Issue, labels: StateLabels) -> list[Act]:
    """The bot's own events on state labels."""
    events = [e for e in issue.own_label_events if e.label in labels.known]
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
    """`now` is in force, or was until a person took it off (`off`: when, and who), which may be half of a move."""

    def __init__(self, labels: StateLabels, first: StateSpan) -> None:
        self.labels = labels
        self.past: list[StateSpan] = []
        self.now = first
        self.off: tuple[datetime, User | None] | None = None
        self.closed = False
        self.answered_closed = False  # the requester answered while the issue was closed

    def take_all(self, acts: Iterable[Act], people: People) -> None:
        known = self.labels.known
        for act in acts:
            kind = act[1]
            if kind == "label_on":
                if act[4] in known:
                    self._put_on(act[4], act[0], act[2])
            elif kind == "label_off":
                if act[4] == self.now[0] and self.off is None:
                    self.off = (act[0], act[2])
            elif kind in ("note", "edited"):
                if people.role(act[2], act[0]) == "requester":
                    self.answered_closed = self.closed
                    if not self.closed:
                        self._answer(act.at)
            elif kind in ("own_off", "own_on"):
                self._put_back(act)
            elif kind == "closed":
                self.closed, self.answered_closed = True, False
            elif kind == "reopened":
                self.closed = False
                if self.answered_closed or people.role(act.by, act.at) == "requester":
                    self._answer(act.at)

    def spans(self, issue: Issue) -> tuple[StateSpan, ...]:
        """All of them, once everything was taken. A wait whose label is gone without a person's act is over since the
        label's last event."""
        waiting = self.labels.waiting
        if self.off is not None:
            self._open_since(*self.off)
        elif self.now.label == waiting and waiting not in issue.labels:
            gone = [e.at for e in issue.events_of.get(waiting, []) if e.action == "remove"]
            self._change(StateSpan(None, max([*gone, self.now.start])))
        return (*self.past, self.now)

    def _put_back(self, act: Act) -> None:
        """The bot put a person's move back: what was in force before it is in force again."""
        if self.off is not None:  # to Open, and the label comes back
            before = self.now
            if self.off[1] is None or act.kind != "own_on" or act.label != before.label:
                return
            self._open_since(*self.off)
        else:
            now = self.now
            if not self.past or now.by is None or now.answered or now.put_back:
                return
            before = self.past[-1]
            took_off = act.kind == "own_off" and act.label == now.label
            if not (took_off or (act.kind == "own_on" and now.label is None and act.label == before.label)):
                return
        self._change(StateSpan(before.label, act.at, act.by, before=before.before, put_back=True))

    def _answer(self, at: datetime) -> None:
        """The requester's answer brings back what was in force before the wait, if there is one."""
        if self.now.label == self.labels.waiting and self.off is None:
            back = self.now.before or StateSpan(None, at)
            label, _, by, _, _, before, put_back = back
            self._change(StateSpan(label, at, by, None, True, before, put_back))

    def _put_on(self, label: str, at: datetime, by: User | None) -> None:
        now, off = self.now, self.off
        if off is not None:
            if at - off[0] <= SWAP:
                self.off = None  # nothing was on only in the middle of a move
            else:
                now = self._open_since(*off)
        # Taken off and put on by somebody else it is set anew, be it the same label.
        if label == now.label and not now.answered and (off is None or by == now.by):
            return
        before = None
        if label == self.labels.waiting:
            before = now.before if now.label == label else now
        self._change(made(StateSpan, (label, at, by, None, False, before, False)))

    def _open_since(self, at: datetime, by: User | None) -> StateSpan:
        """What was taken off was no half of a move: from then on the request was Open."""
        self.off = None
        self._change(made(StateSpan, (None, at, by, None, False, None, False)))
        return self.now

    def _change(self, span: StateSpan) -> None:
        label, start, by, _, answered, before, put_back = self.now
        self.past.append(made(StateSpan, (label, start, by, span[1], answered, before, put_back)))
        self.now = span
