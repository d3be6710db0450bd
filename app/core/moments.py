"""What people's acts mean to clocks: each instant at which something happened, with every name that it has.

`opened`, `reopened`, `closed` are plain facts. `requester_activity` is a comment of the requester's or an edit of the
description; `sa_activity` an SA's comment, label or assignment, among it `sa_note` and `claimed`. `+LABEL` and `-LABEL`
say that a label began or ceased to hold, for state labels by the state that is in force; `note of ROLE` is a comment
of somebody who holds that role on the board. What the bot does has no name: its instant is chance.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, WithJsonSchema

from app.core.acts import AT, Act
from app.core.board import People, Role
from app.core.document import one_of
from app.core.history import SWAP, StateLabels, StateSpan
from app.core.made import made
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
    reader = _Reader(acts, people, labels, claiming)
    found = reader.moments(acts)
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
    for label, start, by, _, answered, _, _ in _without_put_back(spans):
        if before != label:
            found.append(made(Moment, (start, _of_turn(before, label), requester if answered else by)))
        before = label
    return found


def _without_put_back(spans: tuple[StateSpan, ...]) -> Sequence[StateSpan]:
    """The states without those moves that the bot put back, as if they had never been."""
    if True not in [span.put_back for span in spans]:
        return spans  # as with most
    found: list[StateSpan] = []
    for span in spans:
        if span.put_back and found:
            found.pop()
        else:
            found.append(span)
    return found


SAS = ("sa", "escalation")
_ON = {"label_on": True, "label_off": False}
MOST_NAMES = 4096
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


class _OfLabels(dict[tuple[str, bool, bool, bool], frozenset[str]]):
    """The names of an act on a label, by the label, whether it went on, whether that answers where the label is free,
    and whether it was an SA's activity. Each is found out once."""

    def __init__(self, states: frozenset[str], claiming: frozenset[str]) -> None:
        self._states, self._claiming = states, claiming

    def __missing__(self, act: tuple[str, bool, bool, bool]) -> frozenset[str]:
        label, on, answers, by_sa = act
        free = ("+" if on else "-") + label if label and label not in self._states else ""
        found = [free, *([f"{free}{ANSWERS}"] if answers else [])] if free else []
        found += ["sa_activity"] * by_sa + ["claimed"] * (by_sa and on and label in self._claiming)
        if len(self) >= MOST_NAMES:  # labels come and go
            self.clear()
        names = self[act] = frozenset(found)
        return names


_of_labels = lru_cache(maxsize=16)(_OfLabels)


@lru_cache(maxsize=1024)
def _of_note(role: Role, held: frozenset[str]) -> frozenset[str]:
    """The names of a comment of somebody who was this here, and held these roles."""
    if role == "requester":
        return _named("requester_activity")
    by_sa = ("sa_activity", "sa_note") if role in SAS else ()
    return frozenset([*by_sa, *(f"note of {each}" for each in held)])


class _Reader:
    """Names acts. The half of a move to the waiting state that takes the state before it off has none."""

    def __init__(
        self, acts: tuple[Act, ...], people: People, labels: StateLabels, claiming: frozenset[str]
    ) -> None:
        self._people, self._of_labels = people, _of_labels(labels.known, claiming)
        self._states, waiting = labels.known, labels.waiting
        self._waiting = waiting
        self._waits = [act for act in acts if act[4] == waiting and act[1] == "label_on"]

    def moments(self, acts: tuple[Act, ...]) -> list[Moment]:
        """Those of the acts, in their order."""
        found = []
        always, role_of, names_of, waiting = (
            self._people.always,
            self._people.role,
            self._of_labels,
            self._waiting,
        )
        for act in acts:
            at, kind, by, _, label, _, _ = act
            role: Role | None = always.get(by.username) if by is not None else "bystander"
            if role is None:
                role = role_of(by, at)
            on = _ON.get(kind)
            if on is None:
                names = self._names(act, role)
            elif role == "sa" or role == "escalation":
                by_sa = label != waiting if on else self._is_activity(label, at, by)
                names = names_of[label, on, True, by_sa]
            else:
                answers = by is None or (role == "bystander" and bool(self._people.held_by(by, at)))
                names = names_of[label, on, answers, False]
            if names:
                found.append(made(Moment, (at, names, by)))
        return found

    def _names(self, act: Act, role: Role) -> frozenset[str]:
        """The names of an act on no label."""
        kind = act.kind
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
        return frozenset(["sa_activity"] * (role in SAS) + ["claimed"] * claimed)

    def _is_activity(self, label: str, at: datetime, by: User | None) -> bool:
        """Whether a label taken off is an SA's activity: not SA Waiting, nor the other half of a move to SA Waiting."""
        if label == self._waiting:
            return False
        if label and label not in self._states:
            return True  # a label that was deleted since may have been a state
        return by not in [wait.by for wait in self._waits if abs(wait.at - at) <= SWAP]


def _from_the_start(issue: Issue, labels: StateLabels) -> list[str]:
    """The free labels that were on before any event that GitLab still knows of."""
    events = issue.events_of
    found = {label for label, each in events.items() if label and each[0].action == "remove"}
    found |= issue.labels.difference(events)
    return sorted(found - labels.known)
