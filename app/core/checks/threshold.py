"""Finds a sum that is below a bound."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from app.core.condition import Conditions, Sum
from app.core.document import Model
from app.core.effects import Effects, all_of, none_if_all
from app.core.facts import Facts
from app.core.given import clause, holds, since, written_at
from app.core.plan import Clause
from app.core.result import Result
from app.core.text import Ours
from app.core.validators.money import Amount


class Threshold(Model):
    """Some things are only done from a certain sum on. Below it the request is told so, and what else helps.

    Only a sum that is surely meant, in the bound's own currency, is compared: no sum, "up to USD 5,000" or euros for a
    bound in dollars are never below. Example: `at_least: USD 10,000` finds USD 9,999.99, and USD 10,000 not;
    `more_than: USD 10,000` finds USD 10,000 too.
    """

    PLACEHOLDERS: ClassVar = frozenset({"amount", "bound"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["threshold"]
    block: str = Field(min_length=1, description="The heading of the block that names the sum.")
    when: Conditions = Field(
        default=[], description="Only where this holds: one condition, or a list of which all must."
    )
    unless: Conditions = Field(
        default=[], description="Not where this holds: one condition, or a list of which all must."
    )
    at_least: Sum | None = Field(default=None, description="The sum must be this or more.")
    more_than: Sum | None = Field(default=None, description="The sum must be more than this.")

    @model_validator(mode="after")
    def _one_bound(self) -> "Threshold":
        if (self.at_least is None) == (self.more_than is None):
            raise ValueError(
                "give one bound: at_least, which the sum may equal, or more_than, which it may not"
            )
        return self

    def effects(self) -> Effects:
        """It reads what `when` and `unless` say."""
        return Effects((all_of(self.when),)).only_where(*none_if_all(self.unless))

    def still(self, facts: Facts) -> str:
        """Why it finds nothing."""
        answer = facts.answer(self.block)
        amount = answer.amount if answer else None
        if amount is None or not self._below(amount):
            return self._compared(amount, answer.shown if answer else "")
        others = bool(self.unless) and all(holds(c, facts) for c in self.unless)
        if others or not all(holds(c, facts) for c in self.when):
            return "the bound is for other requests"
        return ""

    def look(self, facts: Facts) -> Result:
        answer = facts.answer(self.block)
        amount = answer.amount if answer else None
        read = answer.shown if answer else ""
        below = amount is not None and self._below(amount)

        def clauses() -> tuple[Clause, ...]:
            return (
                Clause(f"{self.block} is {self._asked}", self._compared(amount, read), below),
                *(clause(condition, facts) for condition in self.when),
                *(clause(condition, facts, unless=True) for condition in self.unless),
            )

        if reason := self.still(facts):
            return Result(False, reason, clauses)
        began = max(since(self.when, facts), written_at(facts))
        return Result(
            True,
            f"{amount} is {self._asked}",
            clauses,
            since=began,
            cause_at=began,
            values={"amount": Ours(str(amount)), "bound": Ours(str(self._bound))},
        )

    @property
    def _bound(self) -> Amount:
        bound = self.at_least or self.more_than
        assert bound is not None  # `_one_bound` saw to it
        return bound

    @property
    def _asked(self) -> str:
        return f"below {self._bound}" if self.at_least else f"{self._bound} or below"

    def _below(self, amount: Amount) -> bool:
        if amount.currency != self._bound.currency:
            return False
        return amount.amount < self._bound.amount or (
            amount.amount == self._bound.amount and self.at_least is None
        )

    def _compared(self, amount: Amount | None, read: str) -> str:
        """The sum that was compared, or why none was."""
        if amount is None:
            return f"no sum that is sure: {read}" if read else "no sum is named"
        if amount.currency != self._bound.currency:
            return f"{amount}, not compared with {self._bound}: another currency"
        return str(amount)
