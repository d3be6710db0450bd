"""Finds an issue that still waits although the requester has answered."""

from typing import ClassVar, Literal

from app.core.document import Model
from app.core.effects import Effects
from app.core.facts import Facts
from app.core.plan import Clause, stamp
from app.core.result import Change, Result
from app.core.text import Ours


class AnsweredWait(Model):
    """SA Waiting means that an SA waits for the requester. Once the requester has written a note or edited the
    description, the wait is over, and the state before it is the state again.

    Example: SA Doing, then SA Waiting, then a note by the requester: SA Doing comes back.
    """

    PLACEHOLDERS: ClassVar = frozenset({"back_to", "answered"})
    ALSO_CLOSED: ClassVar = True

    kind: Literal["answered_wait"]

    def effects(self) -> Effects:
        """It moves the state label: that is the history's to tell, and no label that it reads."""
        return Effects(repairs=frozenset())

    def look(self, facts: Facts) -> Result:
        span, waiting = facts.in_force, facts.labels.waiting
        still_on = waiting in facts.state_labels
        back_on = span.label is None or span.label in facts.issue.labels

        def clauses() -> tuple[Clause, ...]:
            ended = f"at {stamp(span.start)}" if span.answered else "no"
            return (
                Clause("the requester ended a wait", ended, span.answered),
                Clause(f"{waiting} is on", "yes" if still_on else "no", still_on),
                Clause("what was in force before it is off", span.label or "Open", not back_on),
            )

        if not span.answered or (not still_on and back_on):
            reason = "the wait is over on the board too" if span.answered else "no wait was answered"
            return Result(False, reason, clauses)
        changes = [Change(remove=waiting)] if still_on else []
        if span.label and not back_on:
            changes.append(Change(add=span.label))
        return Result(
            True,
            f"the requester answered; {span.label or 'Open'} is in force again",
            clauses,
            since=span.start,
            cause_at=span.start,
            values={"back_to": Ours(span.label or "Open"), "answered": Ours(stamp(span.start))},
            changes=tuple(changes),
        )
