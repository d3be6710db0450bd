"""Leaf on what a block of the request's template says."""

from functools import cached_property

from pydantic import Field, model_validator

from app.core.condition import Condition, Sum
from app.core.conditions.seen import Seen, steady
from app.core.document import Model
from app.core.facts import Facts


class Block(Model):
    """One block: what it says, what it is worth, or whether anything was filled in."""

    block: str = Field(min_length=1, description="The heading of a block.")
    says: list[str] = Field(default=[], description="Keys of the block's choice, one of which was made.")
    at_least: Sum | None = Field(default=None, description="The block's sum is this or more.")
    more_than: Sum | None = Field(default=None, description="The block's sum is more than this.")
    at_most: Sum | None = Field(default=None, description="The block's sum is this or less.")
    less_than: Sum | None = Field(default=None, description="The block's sum is less than this.")
    filled: bool | None = Field(
        default=None, description="Whether anything but the template's own text is in it."
    )
    enough: bool | None = Field(
        default=None, description="Whether something is in it, and its validators find nothing wrong."
    )

    @model_validator(mode="after")
    def _one_thing(self) -> "Block":
        values = bool(self.says) or any((self.at_least, self.more_than, self.at_most, self.less_than))
        if sum((values, self.filled is not None, self.enough is not None)) != 1:
            raise ValueError("say one thing of the block: says, a sum (at_least, ...), filled, or enough")
        if values:
            assert self.condition  # which says what is wrong between sums
        return self

    @cached_property
    def condition(self) -> Condition:
        """What it says or is worth, as a condition."""
        given = self.model_dump(exclude={"filled", "enough"}, exclude_defaults=True)
        return Condition(**{name: getattr(self, name) for name in given})


class FieldSays(Model):
    """What a block of the template says: `field: {block: "Opportunity Size", at_least: "USD 10,000"}`, `field: {block:
    "SA Asks", filled: false}`. A block that the request's template has not is not filled, and says nothing.

    It is so since the description was last written by people.
    """

    field: Block = Field(description="Which block, and what it must say.")

    def __str__(self) -> str:
        if self.field.filled is not None:
            return f"{self.field.block} is {'filled in' if self.field.filled else 'missing'}"
        if self.field.enough is not None:
            return f"{self.field.block} says {'' if self.field.enough else 'not '}enough"
        return str(self.field.condition)

    def see(self, facts: Facts) -> Seen:
        answer = facts.answer(self.field.block)
        value = (answer.shown if answer else "") or "nothing"
        if self.field.filled is not None:
            holds = (answer is not None and not answer.missing) == self.field.filled
        elif self.field.enough is not None:
            enough = answer is not None and not answer.missing and not answer.problem
            holds = enough == self.field.enough
            value = answer.problem if answer and answer.problem else value
        else:
            holds = self.field.condition.holds(facts.by_key)
        return steady(holds, value, facts.edited_at)
