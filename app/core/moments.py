"""What people's acts mean to clocks: each instant at which something happened, with every name that it has.

`opened`, `reopened`, `closed` are plain facts. `requester_activity` is a comment of the requester's or an edit of the
description; `sa_activity` an SA's comment, label or assignment, among it `sa_note` and `claimed`. `+LABEL` and `-LABEL`
say that a label began or ceased to hold, for state labels by the state that is in force; `note of ROLE` is a comment
of somebody who holds that role on the board. What the bot does has no name: its instant is chance.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, WithJsonSchema

from app.core.acts import AT, Act
from app.core.board import People, Role
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


MomentName = Annotated[
    str,
    AfterValidator(_moment),
    WithJsonSchema({"anyOf": [{"enum": [*NAMES]}, {"type": "string", "pattern": f"^({_OTHERS.pattern})$"}]}),
]


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
    names_of = _Reader(acts, people, labels, claiming).names
    found = [Moment(act.at, names, act.by) for act in acts if (names := names_of(act))]
    found += _states(spans, issue.author)
    found += [
        Moment(issue.created_at, _named(f"+{label}"), issue.author)
        for label in _from_the_start(issue, labels)
    ]
    found.sort(key=AT)  # stable: acts stand before states
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


# The same few names come again and again, so each set of them is made once: clocks know them by what they are.
_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=1024)
def _named(*names: str) -> frozenset[str]:
    return frozenset(names)


@lru_cache(maxsize=256)
def _of_turn(before: str | None, after: str | None) -> frozenset[str]:
    """The names of the instant at which one state followed another; whoever moved it, it answers."""
    found = ([f"-{before}"] if before else []) + ([f"+{after}"] if after else [])
    return frozenset([*found, *(f"{name}{ANSWERS}" for name in found)])


@lru_cache(maxsize=4096)
def _of_act(free: str, answers: int, by_sa: int, claims: int) -> frozenset[str]:
    """The names of an act on a label; `free` tells of a free label that it was put on or off."""
    found = [free] * bool(free) + [f"{free}{ANSWERS}"] * bool(free and answers)
    return frozenset(found + ["sa_activity"] * by_sa + ["claimed"] * claims)


@lru_cache(maxsize=1024)
def _of_note(role: Role, held: frozenset[str]) -> frozenset[str]:
    """The names of a comment of somebody who was this here, and held these roles."""
    if role == "requester":
        return _named("requester_activity")
    by_sa = ("sa_activity", "sa_note") if role in ("sa", "escalation") else ()
    return frozenset([*by_sa, *(f"note of {each}" for each in held)])


class _Reader:
    """Names acts. The half of a move to the waiting state that takes the state before it off has none."""

    def __init__(
        self, acts: tuple[Act, ...], people: People, labels: StateLabels, claiming: frozenset[str]
    ) -> None:
        self._people, self._claiming = people, claiming
        self._states, self._waiting = labels.known, labels.waiting
        waiting = labels.waiting
        self._waits = [act for act in acts if act.label == waiting and act.kind == "label_on"]

    def names(self, act: Act) -> frozenset[str]:
        kind = act.kind
        if kind in ("label_on", "label_off"):
            return self._of_label(act, on=kind == "label_on")
        role = self._people.role(act.by, act.at)
        if kind == "note":
            return _of_note(role, self._people.held_by(act.by, act.at) if act.by else _NOTHING)
        if kind == "edited":
            return _named("requester_activity") if role == "requester" else _NOTHING
        if kind == "assigned":
            return self._of_assignment(act, role)
        return _named("due_date_set" if kind == "dated" else kind)

    def _of_assignment(self, act: Act, role: Role) -> frozenset[str]:
        if not act.assigned:
            return _NOTHING
        claimed = any(self._people.is_sa(User(0, name), act.at) for name in act.assigned)
        return _of_act("", 0, role in ("sa", "escalation"), claimed)

    def _of_label(self, act: Act, *, on: bool) -> frozenset[str]:
        label, by = act.label, act.by
        role = self._people.role(by, act.at)
        sa = role in ("sa", "escalation")
        by_sa = sa and self._answers(act, on=on)
        if label in self._states:
            return _of_act("", 0, by_sa, by_sa and on and label in self._claiming)
        known = by is None or (role == "bystander" and bool(self._people.held_by(by, act.at)))
        free = ("+" if on else "-") + label if label else ""
        return _of_act(free, sa or known, by_sa, 0)

    def _answers(self, act: Act, *, on: bool) -> bool:
        """Whether it is activity: not SA Waiting put on or off, nor the other half of a move to SA Waiting."""
        if act.label == self._waiting:
            return False
        if on or (act.label and act.label not in self._states):
            return True  # a label that was deleted since may have been a state
        return not any(abs(wait.at - act.at) <= SWAP and wait.by == act.by for wait in self._waits)


def _from_the_start(issue: Issue, labels: StateLabels) -> list[str]:
    """The free labels that were on before any event that GitLab still knows of."""
    events = issue.events_of
    found = {label for label, each in events.items() if label and each[0].action == "remove"}
    found |= issue.labels.difference(events)
    return sorted(found - labels.known)
