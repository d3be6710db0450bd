"""The tree: `all`, `any` and `not` over leaves. One mapping is one condition; a list is an `all`."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError

from app.core.conditions.ages import AgeIs
from app.core.conditions.cel import CelSays
from app.core.conditions.counts import CountIs
from app.core.conditions.days import DueDateIs, MilestoneIs
from app.core.conditions.fields import FieldSays
from app.core.conditions.labels import LabelIs, LabelsAre
from app.core.conditions.people import AssigneeIn, AssigneeIs, AuthorIn, AuthorIs, paths_among
from app.core.conditions.plain import ConfidentialIs, Downvotes, StateIs, TypeIs, Upvotes, WeightIs
from app.core.conditions.seen import Found, all_of, any_of, denied
from app.core.conditions.texts import TextSays
from app.core.document import Model, Path
from app.core.facts import Facts

_LEAVES: dict[str, Any] = {
    "label": LabelIs,
    "labels": LabelsAre,
    "state": StateIs,
    "confidential": ConfidentialIs,
    "type": TypeIs,
    "author": AuthorIs,
    "author_in": AuthorIn,
    "assignee": AssigneeIs,
    "assignee_in": AssigneeIn,
    "text": TextSays,
    "field": FieldSays,
    "age": AgeIs,
    "count": CountIs,
    "due_date": DueDateIs,
    "milestone": MilestoneIs,
    "upvotes": Upvotes,
    "downvotes": Downvotes,
    "weight": WeightIs,
    "cel": CelSays,
}
JOINS = ("all", "any", "not")
KEYS = (*JOINS, *_LEAVES)


def _kind(value: object) -> str | None:
    """Which condition a mapping is, by its key; a condition that is one already, by its class."""
    if isinstance(value, Mapping):
        return next((key for key in KEYS if key in value), None)
    return next((key for key, cls in _CLASSES.items() if isinstance(value, cls)), None)


def _one_thing(value: object) -> object:
    """A list as an `all`; a mapping with one known key, or what is wrong with it."""
    if isinstance(value, list | tuple):
        return {"all": list(value)}
    if not isinstance(value, Mapping):
        if isinstance(value, Model):
            return value
        raise ValueError(f"{value!r} is no condition; write one as a mapping, such as {{state: opened}}")
    found = [key for key in value if key in KEYS]
    if not found:
        raise PydanticCustomError("unknown_keys", "unknown", {"unknown": list(value), "known": sorted(KEYS)})
    if len(found) > 1:
        raise ValueError(
            f"one condition asks one thing, and this has {' and '.join(found)}; list them under all"
        )
    return value


class AllOf(Model):
    """All of these are so: `all: [{state: opened}, {label: bug}]`."""

    all: list["When"] = Field(min_length=1, max_length=100, description="The conditions.")

    def __str__(self) -> str:
        return "all of"

    def look(self, facts: Facts) -> Found:
        parts = tuple(look(each, facts) for each in self.all)
        return Found(self, all_of([part.seen for part in parts])._replace(value=_tally(parts)), parts)


class AnyOf(Model):
    """At least one of these is so: `any: [{label: bug}, {label: "type::*"}]`."""

    any: list["When"] = Field(min_length=1, max_length=100, description="The conditions.")

    def __str__(self) -> str:
        return "any of"

    def look(self, facts: Facts) -> Found:
        parts = tuple(look(each, facts) for each in self.any)
        return Found(self, any_of([part.seen for part in parts])._replace(value=_tally(parts)), parts)


class NotSo(Model):
    """This is not so: `not: {label: bug}`. What is unknown stays unknown, so that the rule finds nothing."""

    not_: "When" = Field(alias="not", description="The condition.")

    def __str__(self) -> str:
        return "not"

    def look(self, facts: Facts) -> Found:
        part = look(self.not_, facts)
        return Found(self, denied(part.seen)._replace(value=_tally((part,))), (part,))


def _tally(parts: tuple[Found, ...]) -> str:
    so = sum(part.seen.holds is True for part in parts)
    unknown = sum(part.seen.holds is None for part in parts)
    return f"{so} of {len(parts)} so" + (f", {unknown} unknown" if unknown else "")


def look(condition: "When", facts: Facts) -> Found:
    """The condition with what was seen, and the same of its parts."""
    if isinstance(condition, AllOf | AnyOf | NotSo):
        return condition.look(facts)
    return Found(condition, condition.see(facts))


def walk(condition: "When", path: Path = ()) -> Iterator[tuple[Path, "When"]]:
    """The condition and all its parts, each with its place: as in `{all: [...]}`, be it written as a list or not."""
    yield path, condition
    match condition:
        case AllOf(all=parts) | AnyOf(any=parts):
            key = "all" if isinstance(condition, AllOf) else "any"
            for i, part in enumerate(parts):
                yield from walk(part, (*path, key, i))
        case NotSo(not_=part):
            yield from walk(part, (*path, "not"))


def groups_named(condition: "When") -> frozenset[str]:
    """The groups of GitLab's whose members it asks for."""
    found = [part for _, part in walk(condition) if isinstance(part, AuthorIn | AssigneeIn)]
    named = [g.author_in if isinstance(g, AuthorIn) else g.assignee_in for g in found]
    return frozenset().union(*map(paths_among, named))


def counts_from(condition: "When") -> frozenset[str]:
    """What its ages count from."""
    return frozenset(part.age.since or "label_on" for _, part in walk(condition) if isinstance(part, AgeIs))


def names_closed(condition: "When") -> bool:
    """Whether it speaks of closed issues: of their being closed, or of how long they have been."""
    parts = [part for _, part in walk(condition)]
    states = [part for part in parts if isinstance(part, StateIs)]
    ages = [part for part in parts if isinstance(part, AgeIs)]
    return any(s.state == "closed" for s in states) or any(a.age.since == "closed" for a in ages)


# One condition of a rule's own: a leaf, or several joined.
When = Annotated[
    Annotated[AllOf, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[NotSo, Tag("not")]
    | Annotated[LabelIs, Tag("label")]
    | Annotated[LabelsAre, Tag("labels")]
    | Annotated[StateIs, Tag("state")]
    | Annotated[ConfidentialIs, Tag("confidential")]
    | Annotated[TypeIs, Tag("type")]
    | Annotated[AuthorIs, Tag("author")]
    | Annotated[AuthorIn, Tag("author_in")]
    | Annotated[AssigneeIs, Tag("assignee")]
    | Annotated[AssigneeIn, Tag("assignee_in")]
    | Annotated[TextSays, Tag("text")]
    | Annotated[FieldSays, Tag("field")]
    | Annotated[AgeIs, Tag("age")]
    | Annotated[CountIs, Tag("count")]
    | Annotated[DueDateIs, Tag("due_date")]
    | Annotated[MilestoneIs, Tag("milestone")]
    | Annotated[Upvotes, Tag("upvotes")]
    | Annotated[Downvotes, Tag("downvotes")]
    | Annotated[WeightIs, Tag("weight")]
    | Annotated[CelSays, Tag("cel")],
    Discriminator(_kind),
    BeforeValidator(_one_thing),
]
_CLASSES: dict[str, Any] = {"all": AllOf, "any": AnyOf, "not": NotSo, **_LEAVES}
for _join in (AllOf, AnyOf, NotSo):
    _join.model_rebuild()
