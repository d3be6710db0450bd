"""What people's acts mean to clocks: each instant at which something happened, with every name that it has.

`opened`, `reopened`, `closed` are plain facts. `requester_activity` is a comment of the requester's or an edit of the
description; `sa_activity` an SA's comment, label or assignment, among it `sa_note` and `claimed`. `+LABEL` and `-LABEL`
say that a label began or ceased to hold, for state labels by the state that is in force; `note of ROLE` is a comment
of somebody who holds that role on the board. What the bot does has no name: its instant is chance.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.core.acts import Act
from app.core.board import People
from app.core.history import SWAP, StateLabels, StateSpan
from app.core.model import Issue, User

MomentName = Annotated[
    str,
    Field(
        pattern=r"^(opened|reopened|closed|requester_activity|sa_activity|sa_note|claimed|[+-]\S.*"
        r"|note of [a-z][\w-]*)$"
    ),
]


@dataclass(frozen=True, slots=True)
class Moment:
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
    found.sort(key=lambda moment: moment.at)  # stable: acts stand before states
    return tuple(found)


def _states(spans: tuple[StateSpan, ...], requester: User) -> list[Moment]:
    """Where a state began: the one that it ended, and its own. An answered wait was ended by the requester."""
    found = []
    before: str | None = None
    for span in spans:
        names = [f"-{before}"] if before else []
        names += [f"+{span.label}"] if span.label else []
        if names and before != span.label:
            found.append(Moment(span.start, frozenset(names), requester if span.answered else span.by))
        before = span.label
    return found


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
        self._acts = acts
        moved = [a for a in acts if a.kind in ("label_on", "label_off")]
        self._waits = [a for a in moved if a.kind == "label_on" and a.label == labels.waiting]

    def names(self, act: Act) -> frozenset[str]:
        match act.kind:
            case "opened" | "closed" | "reopened":
                return frozenset({act.kind})
            case "note" | "edited" | "assigned":
                return self._of_words(act)
            case "label_on" | "label_off":
                return self._of_label(act)
        return frozenset()

    def _of_words(self, act: Act) -> frozenset[str]:
        role = self._people.role(act.by, act.at)
        found: set[str] = set()
        if role == "requester" and act.kind != "assigned":
            found.add("requester_activity")
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
        found: set[str] = set()
        if act.label and act.label not in self._labels.all:
            found.add(f"{'+' if act.kind == 'label_on' else '-'}{act.label}")
        role = self._people.role(act.by, act.at)
        if role in ("sa", "escalation") and self._answers(act):
            found.add("sa_activity")
            if act.kind == "label_on" and act.label in self._claiming and role == "sa":
                found.add("claimed")
        return frozenset(found)

    def _answers(self, act: Act) -> bool:
        """Whether it is activity: not SA Waiting put on or off, nor the other half of a move to SA Waiting."""
        if act.label == self._labels.waiting:
            return False
        if act.kind != "label_off" or (act.label and act.label not in self._labels.all):
            return True  # a label that was deleted since may have been a state
        return not any(wait.by == act.by and abs(wait.at - act.at) <= SWAP for wait in self._waits)

    def from_the_start(self) -> list[str]:
        """The free labels that were on before any event that GitLab still knows of."""
        first: dict[str | None, str] = {}
        for event in self._issue.label_history:
            first.setdefault(event.label, event.action)
        found = {label for label, action in first.items() if label and action == "remove"}
        found |= {label for label in self._issue.labels if label not in first}
        return sorted(label for label in found if label not in self._labels.all)
