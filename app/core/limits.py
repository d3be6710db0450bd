"""Rules that do only so much at a time: of all requests for which one wants something done, whose turn it is. Pure.

What one request shows does not tell: it takes a sweep, which sees them all. So only sweeps let such rules act.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from pydantic import Field, model_validator

from app.core.document import Model
from app.core.model import IssueRef

WAITS = "it waits for its turn in a sweep"


class Limit(Model):
    """So many requests of a board at each sweep: those opened last, or first."""

    most_recent: int | None = Field(default=None, ge=1, le=10_000, description="So many, those opened last.")
    oldest: int | None = Field(default=None, ge=1, le=10_000, description="So many, those opened first.")

    @model_validator(mode="after")
    def _one_of_two(self) -> "Limit":
        if (self.most_recent is None) == (self.oldest is None):
            raise ValueError("say whose turn it is: one of most_recent and oldest")
        return self


class Wanting(NamedTuple):
    """A request for which rules want something done, by their ids."""

    ref: IssueRef
    board: str
    opened_at: datetime
    rules: frozenset[str]


def chosen(wanting: Iterable[Wanting], limits: Mapping[str, Limit]) -> dict[IssueRef, frozenset[str]]:
    """The limited rules whose turn it is, by the request; of two opened at one instant the lower number comes first."""
    waiting: dict[tuple[str, str], list[Wanting]] = defaultdict(list)
    for each in wanting:
        for rule in each.rules & limits.keys():
            waiting[rule, each.board].append(each)
    found: dict[IssueRef, frozenset[str]] = {}
    for (rule, _), there in waiting.items():
        limit = limits[rule]
        there.sort(key=lambda one: one.ref)
        there.sort(key=lambda one: one.opened_at, reverse=limit.oldest is None)
        for one in there[: limit.most_recent or limit.oldest]:
            found[one.ref] = found.get(one.ref, frozenset()) | {rule}
    return found
