"""Leaves on the labels of an issue. GitLab tells labels apart by case, and so do these."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from app.core.conditions.globs import fits, is_glob
from app.core.conditions.seen import Seen, steady
from app.core.conditions.shapes import word_or_shape
from app.core.document import Model
from app.core.facts import Facts
from app.core.history import SWAP
from app.core.labels import label_stretches
from app.core.model import Issue

Pattern = Annotated[str, Field(min_length=1, max_length=255)]


class LabelIs(Model):
    """A label is on, or one that fits the pattern: `label: "workflow::*"`. With `on: false` none of them is.

    It is so since the label was put on, whoever did; a pattern's, since one of its labels has been on without a break,
    where a swap within 60 seconds is none.
    """

    label: Pattern = Field(description="A label's name; `*` stands for any text, `?` for one character.")
    on: bool = Field(default=True, description="Whether it is on, or off.")

    def __str__(self) -> str:
        return f"{self.label} is {'on' if self.on else 'off'}"

    def see(self, facts: Facts) -> Seen:
        found = sorted(name for name in facts.issue.labels if fits(self.label, name))
        since = on_or_off_since(facts.issue, self.label)
        return steady(bool(found) == self.on, ", ".join(found) or "off", since)


class LabelsFit(Model):
    """Which labels there are at all: `only` those that fit one of these patterns."""

    only: list[Pattern] = Field(
        min_length=1, max_length=100, description="Every label on the issue fits one of these; none is fine."
    )


class LabelsAre(Model):
    """Whether there are labels at all: `labels: none`, `labels: any`; or none but those named: `labels: {only: [bug,
    "type::*"]}`.

    It is so since the last label was put on or taken off that made it so.
    """

    labels: Annotated[
        Annotated[Literal["none", "any"], Tag("word")] | Annotated[LabelsFit, Tag("shape")],
        Discriminator(word_or_shape),
    ] = Field(description="`none`, `any`, or the only ones that there may be.")

    def __str__(self) -> str:
        if isinstance(self.labels, LabelsFit):
            return f"no labels but {', '.join(self.labels.only)}"
        return f"there are {'no' if self.labels == 'none' else 'any'} labels"

    def see(self, facts: Facts) -> Seen:
        issue, shown = facts.issue, ", ".join(sorted(facts.issue.labels)) or "none"
        if isinstance(self.labels, LabelsFit):
            others = [n for n in names_of(issue) if not any(fits(p, n) for p in self.labels.only)]
            return steady(not issue.labels & set(others), shown, _together_since(issue, others))
        return steady(bool(issue.labels) == (self.labels == "any"), shown, on_or_off_since(issue, "*"))


def names_of(issue: Issue) -> list[str]:
    """Every label that is or was on the issue, as far as GitLab still names it."""
    return sorted(issue.labels | issue.events_of.keys())


def on_or_off_since(issue: Issue, pattern: str) -> datetime:
    """Since when a label that fits has been on without a break, or none has been."""
    names = [n for n in names_of(issue) if fits(pattern, n)] if is_glob(pattern) else [pattern]
    return _together_since(issue, names)


def _together_since(issue: Issue, names: Iterable[str]) -> datetime:
    """Since when any of the labels has been on, or all have been off; the opening where nothing tells."""
    stretches = sorted(
        (stretch for name in names for stretch in label_stretches(issue, name)), key=lambda s: s[0]
    )
    since, on_until = issue.created_at, issue.created_at
    open_since: datetime | None = None
    several = len({*names}) > 1
    for start, end in stretches:
        if open_since is None or start > on_until + (SWAP if several else SWAP * 0):
            open_since = start
        if end is None:
            return open_since
        on_until = max(on_until, end)
        since = on_until
    return since
