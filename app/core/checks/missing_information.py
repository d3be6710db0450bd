"""Finds what a request lacks: blocks that say nothing, and blocks that do not say enough."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from app.core.answers import VALUE_LENGTH, Answer, Gap
from app.core.calendar import Count
from app.core.document import Model
from app.core.facts import Facts
from app.core.given import written_at
from app.core.length import Length
from app.core.plan import Clause, stamp
from app.core.result import Result
from app.core.text import Ours, count, instant

ENOUGH = "every block says enough"


class MissingInformation(Model):
    """An SA can only start when each required block of the template says something, and says enough: the template's own
    text, comments, blanks and words such as TBD do not, nor does a link to an account where one to an opportunity is
    asked for. Recommended blocks are asked for in the same comment, but no comment is written for them alone.

    With `lasting` it fails only once the request has lacked something required for that long, counted from when people
    opened it, opened it again, moved it here or had it adopted. Nobody can tell what an earlier version of it said, so
    an edit that leaves it lacking neither begins the time anew nor repeats what follows. What is missing is another
    rule's to list.

    Example: "SA Asks" still holds only its hint; it is listed as missing.
    """

    PLACEHOLDERS: ClassVar = frozenset({"count", "verb", "template", "since"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["missing_information"]
    lasting: Length | None = Field(
        default=None, description="Only once something has been missing for so long."
    )
    count: Count = Field(default="working_days", description="How `lasting` is counted.")

    def still(self, facts: Facts) -> str:
        """Why it finds nothing, and has nothing to tell either."""
        return ENOUGH if self.lasting is not None and not facts.description.required else ""

    def look(self, facts: Facts) -> Result:
        if self.lasting is not None:
            return self._lasting(facts, self.lasting)
        clauses, required = partial(_clauses, facts), facts.description.required
        understood, found = facts.description.understood, facts.description.gaps
        if not required:
            return Result(False, ENOUGH, clauses, understood=understood, gaps=found)
        cause = written_at(facts)
        return Result(
            True,
            f"missing or not enough: {_titles(required)}",
            clauses,
            since=cause,
            cause_at=cause,
            values=lambda _names: _values(facts, required, cause),
            made_of=(cause,),
            gaps=found,
            understood=understood,
        )

    def _lasting(self, facts: Facts, lasting: timedelta) -> Result:
        required = facts.description.required
        start = facts.asked_since
        due = facts.board.counting(self.count).add(start, lasting)
        over = facts.now >= due

        def clauses() -> tuple[Clause, ...]:
            lasts = Clause(
                "it has been for long enough", f"since {stamp(start)}, enough at {stamp(due)}", over
            )
            first, *answers = _clauses(facts)
            return (first, lasts, *answers)

        if not required:
            return Result(False, ENOUGH, clauses)
        if not over:
            reason = f"missing or not enough, but not for long: {_titles(required)}"
            return Result(False, reason, clauses, recheck_at=due)
        return Result(
            True,
            f"missing or not enough since {stamp(start)}: {_titles(required)}",
            clauses,
            since=due,
            cause_at=start,
            values=lambda _names: _values(facts, required, start),
        )


def _values(facts: Facts, required: tuple[Gap, ...], since: datetime) -> dict[str, Any]:
    return {
        "count": count(len(required), "thing"),
        "verb": Ours("is" if len(required) == 1 else "are"),
        "template": Ours(facts.match.template.name),
        "since": instant(since, facts.board.calendar.zone),
    }


def _titles(found: tuple[Gap, ...]) -> str:
    return ", ".join(gap.title for gap in found)


def _clauses(facts: Facts) -> tuple[Clause, ...]:
    match, required = facts.match, facts.description.required
    lacks = f"{_titles(required) or 'nothing'}; read as {match.template.name}: {match.by}"
    first = Clause("something required is missing", lacks, bool(required))
    return (first, *(_clause(answer) for answer in facts.answers))


def _clause(answer: Answer) -> Clause:
    asks = f"{answer.block.heading} ({answer.block.severity})"
    if not answer.asked:
        return Clause(asks, "not asked for here", False)
    value = answer.problem or answer.text[:VALUE_LENGTH] or "nothing"
    return Clause(asks, value, answer.missing or bool(answer.problem))
