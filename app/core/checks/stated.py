"""Finds requests that say something, or have a label, by which something else should follow."""

from typing import ClassVar, Literal

from pydantic import Field

from app.core.condition import Condition, Conditions
from app.core.document import Model
from app.core.effects import Effects, all_of
from app.core.facts import Facts
from app.core.given import clause, holds, since
from app.core.plan import Clause
from app.core.result import Result
from app.core.text import Ours
from app.core.validators.reading import listed


class Stated(Model):
    """What a request says in one place often asks for something in another: whoever asks for a POV wants the label for
    it. This finds requests of which all the conditions hold, and nothing else.

    Example: "SA Asks" names a POV, and SA POV is off.
    """

    PLACEHOLDERS: ClassVar = frozenset({"said"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["stated"]
    when: Conditions = Field(min_length=1, description="One condition, or a list of which all must hold.")

    def effects(self) -> Effects:
        """It reads what `when` says."""
        return Effects((all_of(self.when),))

    def still(self, facts: Facts) -> str:
        """Why it finds nothing."""
        open_ = [str(condition) for condition in self.when if not holds(condition, facts)]
        return f"not so: {listed(open_, 'and')}" if open_ else ""

    def look(self, facts: Facts) -> Result:

        def clauses() -> tuple[Clause, ...]:
            return tuple(clause(condition, facts) for condition in self.when)

        if reason := self.still(facts):
            return Result(False, reason, clauses)
        began = since(self.when, facts)
        said = [name for condition in self.when for name in _said(condition, facts)]
        return Result(
            True,
            listed([str(c) for c in self.when], "and"),
            clauses,
            since=began,
            cause_at=began,
            values={"said": Ours(listed(list(dict.fromkeys(said)), "and"))},
        )


def _said(condition: Condition, facts: Facts) -> list[str]:
    """What was understood of that which the condition is about: the choices that it names, or the sum."""
    answer = facts.answer(condition.block) if condition.block else None
    if answer is None:
        return []
    if condition.says:
        return [key for key in condition.says if key in answer.choices]
    return [str(answer.amount)] if answer.amount else []
