"""What people's acts mean to clocks: each instant at which something happened, with every name that it has.

`opened`, `reopened`, `closed` are plain facts. `requester_activity` is a comment of the requester's or an edit of the
description; `sa_activity` an SA's comment, label or assignment, among it `sa_note` and `claimed`. `+LABEL` and `-LABEL`
say that a label began or ceased to hold, for state labels by the state that is in force; `note of ROLE` is a comment
of somebody who holds that role on the board. What the bot does has no name: its instant is chance.
"""

import re
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from app.core.acts import Act
from app.core.board import People
from app.core.document import one_of
from app.core.history import SWAP, StateLabels, StateSpan
from app.core.model import Issue, User

ANSWERS = (
    " (by whom it answers)"  # beside the name of a label: an SA did it, or somebody who holds a role here
)
NAMES = (
    "opened",
    "reopened",
    "closed",
    "requester_activity",
    "sa_activity",
    "sa_note",
    "claimed",
    "due_date_set",
)
_OTHERS = re.compile(r"[+-]\S.*|note of [a-z][\w-]*")


def _moment(value: str) -> str:
    if value in NAMES or _OTHERS.fullmatch(value):
        return value
    raise ValueError(f"{value!r} is no moment; {one_of(value, list(NAMES))}, or +LABEL, -LABEL, note of ROLE")


MomentName = Annotated[str, AfterValidator(_moment)]


class Moment(NamedTuple):
    """One instant with its names. `by` is whoever did it, where somebody did."""

    at: datetime
    names: frozenset[str]
    by: User | None = None


def moments(
    issue: Issue,
    acts: tuple[Act, ...],
    spans: tuple[StateSpan, ...],
    people: People,
    labels: StateLabels,
    claiming: frozenset[str],
) -> tuple[Moment, ...]:
    """The moments in the order in which they count: by time; at equal times acts first, then what state they led to.

    `claiming` are the state labels that make an SA the owner.
    """
    reader = _Reader(issue, acts, people, labels, claiming)
    found = [Moment(act.at, names, act.by) for act in acts if (names := reader.names(act))]
    found += _states(spans, issue.author)
    found += [
        Moment(issue.created_at, frozenset({f"+{label}"}), issue.author) for label in reader.from_the_start()
    ]
    found.sort(key=attrgetter("at"))  # stable: acts stand before states
    return tuple(found)


def _states(spans: tuple[StateSpan, ...], requester: User) -> list[Moment]:
    """Where a state began: the one that it ended, and its own. An answered wait was ended by the requester."""
    found = []
    before: str | None = None
    for span in _without_put_back(spans):
        if before != span.label:
            names = _of_turn(before, span.label)
            found.append(Moment(span.start, names, requester if span.answered else span.by))
        before = span.label
    return found


def _without_put_back(spans: tuple[StateSpan, ...]) -> list[StateSpan]:
    """The states without those moves that the bot put back, as if they had never been."""
    found: list[StateSpan] = []
    for span in spans:
        if span.put_back and found:
            found.pop()
        else:
            found.append(span)
    return found


# The same few names come again and again, so each set of them is made once.
_NOTHING: frozenset[str] = frozenset()
_ONE = {
    name: frozenset({name}) for name in ("opened", "closed", "reopened", "requester_activity", "due_date_set")
}


@lru_cache(maxsize=256)
def _of_turn(before: str | None, after: str | None) -> frozenset[str]:
    """The names of the instant at which one state followed another; whoever moved it, it answers."""
    found = ([f"-{before}"] if before else []) + ([f"+{after}"] if after else [])
    return frozenset([*found, *(f"{name}{ANSWERS}" for name in found)])


@lru_cache(maxsize=1024)
def _of_act(free: str, *, answers: bool, by_sa: bool, claims: bool) -> frozenset[str]:
    """The names of an act on a label; `free` tells of a free label that it was put on or off."""
    found = [free] * bool(free) + [f"{free}{ANSWERS}"] * bool(free and answers)
    return frozenset(found + ["sa_activity"] * by_sa + ["claimed"] * claims)


class _Reader:
    """Names acts. The half of a move to the waiting state that takes the state before it off has none."""

    def __init__(
        self,
        issue: Issue,
        acts: tuple[Act, ...],
        people: People,
        labels: StateLabels,
        claiming: frozenset[str],
    ) -> None:
        self._issue, self._people, self._labels, self._claiming = issue, people, labels, claiming
        moved = [a for a in acts if a.kind in ("label_on", "label_off")]
        self._waits = [a for a in moved if a.kind == "label_on" and a.label == labels.waiting]

    def names(self, act: Act) -> frozenset[str]:
        match act.kind:
            case "opened" | "closed" | "reopened":
                return _ONE[act.kind]
            case "note" | "edited" | "assigned":
                return self._of_words(act)
            case "dated":
                return _ONE["due_date_set"]
            case "label_on" | "label_off":
                return self._of_label(act)
        return _NOTHING

    def _of_words(self, act: Act) -> frozenset[str]:
        role = self._people.role(act.by, act.at)
        if role == "requester" and act.kind != "assigned":
            return _ONE["requester_activity"]
        found: set[str] = set()
        if role in ("sa", "escalation") and (act.kind == "note" or act.assigned):
            found.add("sa_activity")
            if act.kind == "note":
                found.add("sa_note")
        if act.assigned and any(self._people.is_sa(User(0, name), act.at) for name in act.assigned):
            found.add("claimed")
        if act.kind == "note" and act.by and role != "requester":
            found.update(f"note of {held}" for held in self._people.held_by(act.by, act.at))
        return frozenset(found)

    def _of_label(self, act: Act) -> frozenset[str]:
        on = act.kind == "label_on"
        free = f"{'+' if on else '-'}{act.label}" if act.label and act.label not in self._labels.all else ""
        role = self._people.role(act.by, act.at)
        sa = role in ("sa", "escalation")
        by_sa = sa and self._answers(act)
        claims = by_sa and on and act.label in self._claiming
        known = role == "bystander" and act.by is not None and bool(self._people.held_by(act.by, act.at))
        return _of_act(free, answers=sa or known or act.by is None, by_sa=by_sa, claims=claims)

    def _answers(self, act: Act) -> bool:
        """Whether it is activity: not SA Waiting put on or off, nor the other half of a move to SA Waiting."""
        if act.label == self._labels.waiting:
            return False
        if act.kind != "label_off" or (act.label and act.label not in self._labels.all):
            return True  # a label that was deleted since may have been a state
        return not any(abs(wait.at - act.at) <= SWAP and wait.by == act.by for wait in self._waits)

    def from_the_start(self) -> list[str]:
        """The free labels that were on before any event that GitLab still knows of."""
        events = self._issue.events_of
        found = {label for label, each in events.items() if label and each[0].action == "remove"}
        found |= {label for label in self._issue.labels if label not in events}
        return sorted(label for label in found if label not in self._labels.all)
