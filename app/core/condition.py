"""Conditions on a request, as rules and templates write them: what a block says or is worth, and labels."""

import operator
import re
from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Annotated, Protocol

from pydantic import BeforeValidator, Field, model_validator

from app.core.document import Model
from app.core.sections import heading_key
from app.core.validators.money import Amount

_SUM = re.compile(r"(?P<currency>[A-Z]{3}) (?P<amount>\d{1,3}(?:,\d{3})*|\d+)")


def read_sum(value: object) -> object:
    """`USD 10,000` as an amount; nothing else, so that nobody need guess what a file means."""
    if isinstance(value, Amount):
        return value
    match = _SUM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is no sum of money; write it as USD 10,000")
    return Amount(Decimal(match["amount"].replace(",", "")), match["currency"])


# As an editor knows it: what `read_sum` takes.
SumText = Annotated[str, Field(pattern=r"^[A-Z]{3} (\d{1,3}(,\d{3})*|\d+)$")]
Sum = Annotated[Amount, BeforeValidator(read_sum, json_schema_input_type=SumText)]


class Said(Protocol):
    """What a block must be able to tell."""

    @property
    def choices(self) -> frozenset[str]: ...

    @property
    def amount(self) -> Amount | None: ...


class Condition(Model):
    """One thing that must be so: a choice made in a block, a sum named in it, or a label on (or off) the issue.

    `at_least` includes the sum itself, `more_than` does not; likewise `at_most` and `less_than`. A sum in another
    currency, or none, is no answer: the condition does not hold.
    """

    block: str = Field(default="", description="The heading of a block.")
    says: list[str] = Field(default=[], description="Keys of the block's choice, one of which was made.")
    at_least: Sum | None = Field(default=None, description="The block's sum is this or more.")
    more_than: Sum | None = Field(default=None, description="The block's sum is more than this.")
    at_most: Sum | None = Field(default=None, description="The block's sum is this or less.")
    less_than: Sum | None = Field(default=None, description="The block's sum is less than this.")
    label: str = Field(default="", description="The name of a label.")
    on: bool = Field(default=True, description="Whether the label is on, or off.")

    @model_validator(mode="after")
    def _one_thing(self) -> "Condition":
        sums = [s for s in (self.at_least, self.more_than, self.at_most, self.less_than) if s]
        if bool(self.block) == bool(self.label):
            raise ValueError("a condition is on a block or on a label; write one of the two")
        if self.block and bool(self.says) == bool(sums):
            raise ValueError("say what the block says (says) or what it is worth (at_least, more_than, ...)")
        if self.label and (self.says or sums):
            raise ValueError("a label is on or off, and says nothing more")
        if len({s.currency for s in sums}) > 1:
            raise ValueError("both sums must be in one currency")
        return self

    def holds(self, answers: Mapping[str, Said], labels: Set[str] = frozenset()) -> bool:
        """Whether it is so. `answers` are by the block's key."""
        if self.label:
            return (self.label in labels) == self.on
        said = answers.get(heading_key(self.block))
        if said is None:
            return False
        return bool(said.choices & set(self.says)) if self.says else self._fits(said.amount)

    def _fits(self, amount: Amount | None) -> bool:
        bounds = [
            (self.at_least, operator.ge),
            (self.more_than, operator.gt),
            (self.at_most, operator.le),
            (self.less_than, operator.lt),
        ]
        asked = [(bound, fits) for bound, fits in bounds if bound]
        return amount is not None and all(
            amount.currency == bound.currency and fits(amount.amount, bound.amount) for bound, fits in asked
        )

    def __str__(self) -> str:
        if self.label:
            return f"{self.label} is {'on' if self.on else 'off'}"
        if self.says:
            return f"{self.block} says {' or '.join(self.says)}"
        names = {"at least": self.at_least, "more than": self.more_than}
        names |= {"at most": self.at_most, "less than": self.less_than}
        return f"{self.block} is {' and '.join(f'{word} {bound}' for word, bound in names.items() if bound)}"


def _as_list(value: object) -> object:
    return [value] if isinstance(value, Mapping) else value


# One condition, or a list of which all must hold.
Conditions = Annotated[
    list[Condition], BeforeValidator(_as_list, json_schema_input_type=Condition | list[Condition])
]
