"""Finds an issue that an SA works on without being its assignee."""

from typing import ClassVar, Literal

from pydantic import Field

from app.core.document import Model
from app.core.facts import Change, Facts, Result
from app.core.history import StateSpan, stretch
from app.core.model import User
from app.core.plan import Clause


class Unowned(Model):
    """Claiming an issue means owning it: in these states it takes the SA who began the present stretch as assignee.

    Whom a person unassigned since then is not assigned again, and the escalation never is.
    Example: an SA puts SA Triaged on; nobody is assigned; the SA becomes the assignee.
    """

    PLACEHOLDERS: ClassVar = frozenset({"owner", "state"})
    ALSO_CLOSED: ClassVar = True

    kind: Literal["unowned"]
    states: list[str] = Field(min_length=1, description="The state labels that need an assignee.")

    def look(self, facts: Facts) -> Result:
        current = stretch(facts.spans, frozenset(self.states), facts.labels.waiting)
        names = ", ".join(u.username for u in facts.issue.assignees)
        clauses = [
            Clause(f"the state is one of {', '.join(self.states)}", facts.in_force.label or "Open", bool(current)),
            Clause("nobody is assigned", names or "nobody", not names),
        ]
        if not current or names:
            return Result(False, "somebody is assigned" if names else "no state that needs an owner", tuple(clauses))
        owner = self._starter(facts, current)
        clauses.append(Clause("an SA began this stretch", owner.username if owner else "no", owner is not None))
        vetoed = owner is not None and self._vetoed(facts, owner, current[0])
        clauses.append(Clause("no person unassigned them since", "unassigned" if vetoed else "nobody did", not vetoed))
        values = {"owner": owner.username if owner else "", "state": facts.in_force.label or "Open"}
        return Result(
            True,
            "nobody is assigned" + (", and a person wanted it so" if vetoed else ""),
            tuple(clauses),
            since=current[0].start,
            cause_at=current[0].start,
            values=values,
            changes=(Change(assign=owner),) if owner and not vetoed else (),
        )

    @staticmethod
    def _starter(facts: Facts, current: tuple[StateSpan, ...]) -> User | None:
        """The first SA who put on a label of the stretch."""
        for span in current:
            if span.by and facts.people.role(span.by, span.start) == "sa":
                return span.by
        return None

    @staticmethod
    def _vetoed(facts: Facts, owner: User, first: StateSpan) -> bool:
        return any(
            act.kind == "assigned" and owner.username in act.unassigned and act.at >= first.start
            for act in facts.acts
        )


