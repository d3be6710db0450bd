"""Leaves on what an issue simply is: state, confidentiality, type, votes, weight."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from app.core.conditions.history import said_since
from app.core.conditions.seen import Seen, steady
from app.core.conditions.shapes import Bounds, word_or_shape
from app.core.document import Model
from app.core.facts import Facts
from app.core.model import CONFIDENTIAL, State


class StateIs(Model):
    """The issue is open or closed: `state: opened`. A rule that names `closed` looks at closed issues too, as others do
    not. It is so since it was opened, closed or opened again."""

    state: State = Field(description="Opened, or closed.")

    def __str__(self) -> str:
        return f"it is {'open' if self.state == 'opened' else 'closed'}"

    def see(self, facts: Facts) -> Seen:
        return steady(facts.issue.state == self.state, facts.issue.state, state_since(facts))


def state_since(facts: Facts) -> datetime:
    """Since when the issue has been open, or closed."""
    issue = facts.issue
    if issue.state == "closed":
        closings = [act.at for act in facts.acts if act.kind == "closed"]
        return issue.closed_at or max(closings, default=issue.created_at)
    return max((act.at for act in facts.acts if act.kind == "reopened"), default=issue.created_at)


class ConfidentialIs(Model):
    """Whether the issue is confidential: `confidential: true`. It is so since GitLab's last line about it."""

    confidential: bool = Field(description="Whether it is.")

    def __str__(self) -> str:
        return f"it is {'' if self.confidential else 'not '}confidential"

    def see(self, facts: Facts) -> Seen:
        issue = facts.issue
        since = said_since(issue, CONFIDENTIAL[issue.confidential])
        return steady(issue.confidential == self.confidential, "yes" if issue.confidential else "no", since)


class TypeIs(Model):
    """The kind of issue: `type: issue`. Rules only look at issues, so that another kind is never found; it can be
    written since other systems' policies have it."""

    type: Literal["issue", "incident", "task", "test_case", "ticket"] = Field(
        description="GitLab's kind of issue."
    )

    def __str__(self) -> str:
        return f"its type is {self.type}"

    def see(self, facts: Facts) -> Seen:
        return steady(facts.issue.type == self.type, facts.issue.type, facts.issue.created_at)


class Upvotes(Model):
    """So many thumbs up: `upvotes: {at_least: 3}`. Nothing tells when they came: it counts as so since the opening."""

    upvotes: Bounds = Field(description="How many thumbs up.")

    def __str__(self) -> str:
        return f"thumbs up: {self.upvotes.told()}"

    def see(self, facts: Facts) -> Seen:
        number = facts.issue.upvotes
        return steady(self.upvotes.fit(number), str(number), facts.issue.created_at)


class Downvotes(Model):
    """So many thumbs down: `downvotes: {at_most: 0}`; as with `upvotes`."""

    downvotes: Bounds = Field(description="How many thumbs down.")

    def __str__(self) -> str:
        return f"thumbs down: {self.downvotes.told()}"

    def see(self, facts: Facts) -> Seen:
        number = facts.issue.downvotes
        return steady(self.downvotes.fit(number), str(number), facts.issue.created_at)


class WeightIs(Model):
    """The issue's weight: `weight: none`, `weight: any`, `weight: {at_least: 3}`. GitLab's free tier has none."""

    weight: Annotated[
        Annotated[Literal["none", "any"], Tag("word")] | Annotated[Bounds, Tag("shape")],
        Discriminator(word_or_shape),
    ] = Field(description="`none`, `any`, or bounds.")

    def __str__(self) -> str:
        told = self.weight if isinstance(self.weight, str) else self.weight.told()
        return f"weight: {told}"

    def see(self, facts: Facts) -> Seen:
        weight = facts.issue.weight
        if isinstance(self.weight, Bounds):
            holds = weight is not None and self.weight.fit(weight)
        else:
            holds = (weight is not None) == (self.weight == "any")
        return steady(holds, "none" if weight is None else str(weight), facts.issue.created_at)
