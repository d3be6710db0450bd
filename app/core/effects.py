"""What a rule reads and writes, in a few plain facts: enough to tell whether rules get in their own way or each
other's.

Each kind of check says so of itself (`effects`); a rule adds what holds while it fails. Nothing here looks at an issue.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import Literal, NamedTuple, Protocol, runtime_checkable

from app.core.condition import Condition
from app.core.sections import heading_key

# `is`: what a block says of which only one choice can be made; `says`: of which several can.
About = Literal["label", "state", "assignee", "is", "says", "other"]
EXCLUSIVE = frozenset({"label", "state", "assignee", "is"})
MOST_WAYS = 64


class Fact(NamedTuple):
    """Something that is so on an issue: one of the values holds, or with `no` none of them does.

    A label's values are on and off, and its name may have stars: `sla::*` is on when any such label is, and off when
    none is. A state's are opened and closed, an assignee's somebody and nobody; a block goes by its key, with its
    choices.
    """

    about: About
    name: str
    values: frozenset[str]
    no: bool = False

    def excludes(self, other: "Fact") -> bool:
        """Whether both cannot be so at once, for all that is known."""
        if self.about != other.about or not same(self.name, other.name):
            return False
        if self.about == "label":
            on, off = (self, other) if self.is_on else (other, self)
            return on.is_on and not off.is_on and covers(off.name, on.name)
        if self.no or other.no:
            positive, negative = (other, self) if self.no else (self, other)
            return not positive.no and positive.values <= negative.values
        return self.about in EXCLUSIVE and not self.values & other.values

    def gives(self, other: "Fact") -> bool:
        """Whether the other one is so because this is."""
        if self.about != other.about or self.no or other.no or not self.values <= other.values:
            return False
        wider, narrower = (other, self) if self.is_on else (self, other)
        return covers(wider.name, narrower.name)

    @property
    def is_on(self) -> bool:
        """Whether it is that a label is on."""
        return "on" in self.values

    def __str__(self) -> str:
        name = self.name or {"state": "the issue", "assignee": "assigned"}.get(self.about, "")
        word = {"says": " says", "other": ""}.get(self.about, " is")
        values = f"{' not' if self.no else ''} {' or '.join(sorted(self.values))}" if self.values else ""
        return (
            f"{name}{word}{values}"
            if self.about != "assignee"
            else f"{' or '.join(sorted(self.values))} is {name}"
        )


# Facts that hold together.
Way = frozenset[Fact]
NOTHING: Way = frozenset()
ALWAYS: tuple[Way, ...] = (NOTHING,)


class Timer(NamedTuple):
    """How long ago something was: a note, a label's change, any change (`update`, or GitLab's `updated_at`), the
    opening. `of_bot`: what the bot did counts too; `label` is which one, where it is one."""

    since: Literal["note", "label", "assignee", "state", "description", "update", "updated_at", "opening"]
    of_bot: bool = False
    label: str = ""

    def __str__(self) -> str:
        if self.since == "updated_at":
            return "the time since GitLab's updated_at"
        what = f"change of {self.label}" if self.label else self.since
        return f"the time since the last {what}" if self.since != "opening" else "the time since the opening"


@dataclass(frozen=True)
class Effects:
    """What a rule reads and writes. It acts where all facts of one of its `ways` are so: no fact means always, no way
    never. What is known of the reading need not be all; more facts only mean that less is found.

    `holds` is so while it acts and undone afterwards, `sets` is made so and left. `notes`: it writes new ones, once for
    each cause; `tells`: it keeps lines in the status note; `repeats`: it does something again at each look while its
    way holds. `repairs` is what the check puts right where the rule has it done (None: nothing ever). `mover`: it knows
    who moved the card.
    """

    ways: tuple[Way, ...] = ALWAYS
    holds: frozenset[Fact] = NOTHING
    sets: frozenset[Fact] = NOTHING
    notes: bool = False
    tells: bool = False
    repeats: bool = False
    timers: tuple[Timer, ...] = ()
    repairs: frozenset[Fact] | None = None
    mover: bool = False

    @property
    def writes(self) -> frozenset[Fact]:
        """What it makes so, for good or for a time."""
        return self.holds | self.sets

    @cached_property
    def reads(self) -> tuple[Fact, ...]:
        """Every fact of its ways, once, in a steady order."""
        return tuple(sorted(frozenset().union(*self.ways), key=str))

    def only_where(self, *ways: Way) -> "Effects":
        """The same, where one of these ways holds too."""
        return replace(self, ways=both(self.ways, ways))


@runtime_checkable
class HasEffects(Protocol):
    """A check that can say what it reads and writes."""

    def effects(self) -> Effects: ...


def label(name: str, *, on: bool = True) -> Fact:
    """That a label is on, or off."""
    return Fact("label", name, frozenset({"on" if on else "off"}))


NOBODY = Fact("assignee", "", frozenset({"nobody"}))


def all_of(conditions: Iterable[Condition]) -> Way:
    """That all of the conditions hold."""
    return frozenset(map(_fact, conditions))


def none_if_all(conditions: Iterable[Condition]) -> tuple[Way, ...]:
    """The ways in which not all of the conditions hold; always where there are none."""
    return tuple(frozenset({_not(_fact(one))}) for one in conditions) or ALWAYS


def both(first: tuple[Way, ...], second: tuple[Way, ...]) -> tuple[Way, ...]:
    """One way of each. Where that would be too many, only the first ones' are kept: less is known then."""
    found = tuple(a | b for a, b in product(first, second))
    return found if len(found) <= MOST_WAYS else first


def possible(way: Way) -> bool:
    """Whether no two of its facts exclude each other."""
    return clash(way, way) is None


def clash(first: Collection[Fact], second: Collection[Fact]) -> tuple[Fact, Fact] | None:
    """Two facts, one of each, that exclude each other."""
    found = [(a, b) for a in first for b in second if a.excludes(b)]
    return min(found, key=str) if found else None


def same(first: str, second: str) -> bool:
    """Whether two names can mean one thing: alike, or one has stars that the other fits."""
    return covers(first, second) or covers(second, first)


@lru_cache(maxsize=4096)
def covers(pattern: str, name: str) -> bool:
    """Whether all that the name means is meant by the pattern too."""
    if "*" not in pattern:
        return pattern == name
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


def _fact(condition: Condition) -> Fact:
    if condition.label:
        return label(condition.label, on=condition.on)
    if condition.says:
        return Fact("says", heading_key(condition.block), frozenset(condition.says))
    return Fact("other", str(condition), frozenset())


def _not(fact: Fact) -> Fact:
    if fact.about == "label":
        return label(fact.name, on="off" in fact.values)
    if fact.about == "other":
        return fact._replace(name=f"not: {fact.name}")
    return fact._replace(no=not fact.no)
