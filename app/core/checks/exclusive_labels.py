"""Finds more state labels on an issue than the one in force."""

from typing import ClassVar, Literal

from app.core.document import Model
from app.core.effects import Effects
from app.core.facts import Facts
from app.core.history import StateSpan
from app.core.labels import last_person_act
from app.core.plan import Clause, stamp
from app.core.result import Change, Result
from app.core.text import Ours


class ExclusiveLabels(Model):
    """State labels say where a request stands, so at most one may be on: the one that a person set last.

    Example: an SA puts SA Doing on an SA Triaged issue; SA Triaged comes off.
    """

    PLACEHOLDERS: ClassVar = frozenset({"kept", "extra"})
    ALSO_CLOSED: ClassVar = True

    kind: Literal["exclusive_labels"]

    def effects(self) -> Effects:
        """It moves the state label: that is the history's to tell, and no label that it reads."""
        return Effects(repairs=frozenset())

    def look(self, facts: Facts) -> Result:
        span = facts.in_force
        present = facts.state_labels
        kept = self._kept(facts, span, present)
        extra = [label for label in present if label != kept]

        def clauses() -> tuple[Clause, ...]:
            return (
                Clause("several state labels are on", ", ".join(present) or "none", len(present) > 1),
                Clause(
                    "some are not in force", f"{kept or 'Open'} is, since {stamp(span.start)}", bool(extra)
                ),
            )

        if not extra:
            return Result(False, "no state label but the one in force", clauses)
        return Result(
            True,
            f"{kept or 'no state label'} is in force, {', '.join(extra)} no longer",
            clauses,
            since=span.start,
            cause_at=span.start,
            values={"kept": Ours(kept or "Open"), "extra": Ours(", ".join(extra))},
            changes=tuple(Change(remove=label) for label in extra),
        )

    @staticmethod
    def _kept(facts: Facts, span: StateSpan, present: list[str]) -> str | None:
        """The label that stays. An answered wait is another check's; a label in force that is gone protects the
        last one put on, whoever did it."""
        if span.answered and facts.labels.waiting in present and len(present) == 1:
            return facts.labels.waiting
        if span.label is None or span.label in facts.issue.labels or span.answered:
            return span.label
        act = last_person_act(facts.acts, span.label)
        if act and act.kind == "label_off":  # a person took it off after the closing: nothing takes its place
            return span.label
        newest = [e.label for e in facts.issue.label_history if e.action == "add" and e.label in present]
        return newest[-1] if newest else present[-1] if present else None
