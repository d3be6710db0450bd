"""A condition in plain facts, for whoever looks for rules that get in each other's way. Looks at no issue."""

from collections.abc import Iterator

from app.core.conditions.ages import AgeIs
from app.core.conditions.labels import LabelIs, LabelsAre
from app.core.conditions.people import AssigneeIs
from app.core.conditions.plain import StateIs
from app.core.conditions.tree import AllOf, AnyOf, NotSo, When, walk
from app.core.effects import ALWAYS, MOST_WAYS, NOBODY, Fact, Timer, Way, both, label

SOMEBODY = Fact("assignee", "", frozenset({"somebody"}))
STATES = frozenset({"opened", "closed"})


def ways(condition: When, *, so: bool = True) -> tuple[Way, ...]:
    """The ways in which the condition is so, or is not. Where there would be too many, nothing is said of it."""
    match condition:
        case NotSo(not_=part):
            return ways(part, so=not so)
        case AllOf(all=parts) | AnyOf(any=parts):
            every = [ways(part, so=so) for part in parts]
            if isinstance(condition, AllOf) == so:
                found = every[0]
                for more in every[1:]:
                    found = both(found, more)
                return found
            either = tuple(way for each in every for way in each)
            return either if len(either) <= MOST_WAYS else ALWAYS
        case _:
            return (frozenset({_fact(condition, so=so)}),)


def _fact(leaf: When, *, so: bool) -> Fact:
    match leaf:
        case LabelIs(label=name, on=on) if "?" not in name:
            return label(name, on=on == so)
        case LabelsAre(labels="none"):
            return label("*", on=not so)
        case LabelsAre(labels="any"):
            return label("*", on=so)
        case StateIs(state=state):
            return Fact("state", "", frozenset({state}) if so else STATES - {state})
        case AssigneeIs(assignee=names) if names in (["none"], ["any"]):
            return NOBODY if (names == ["none"]) == so else SOMEBODY
    return Fact("other", str(leaf) if so else f"not: {leaf}", frozenset())


def timers(condition: When) -> Iterator[Timer]:
    """What its ages count from."""
    for _, part in walk(condition):
        if not isinstance(part, AgeIs):
            continue
        if part.age.label_on is not None:
            yield Timer("label", of_bot=True, label=part.age.label_on)
            continue
        match part.age.since:
            case "created":
                yield Timer("opening")
            case "edited":
                yield Timer("description")
            case "last_note" | "last_note_by_sa" | "last_note_by_requester":
                yield Timer("note")
            case "updated":
                yield Timer("update")
            case "updated_at":
                yield Timer("updated_at", of_bot=True)
            case "closed" | "state_label":
                yield Timer("state")
