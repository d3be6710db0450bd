"""Finds what a request lacks: blocks that say nothing, and blocks that do not say enough."""

from typing import ClassVar, Literal

from app.core.answers import Answer, gaps
from app.core.document import Model
from app.core.facts import Facts, Result
from app.core.plan import Clause
from app.core.text import count

VALUE_LENGTH = 200  # of a value that is kept for people who ask why


class MissingInformation(Model):
    """An SA can only start when each required block of the template says something, and says enough: the template's own
    text, comments, blanks and words such as TBD do not, nor does a link to an account where one to an opportunity is
    asked for. Recommended blocks are asked for in the same comment, but no comment is written for them alone.

    Example: "SA Asks" still holds only its hint; it is listed as missing.
    """

    PLACEHOLDERS: ClassVar = frozenset({"count", "verb", "template"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["missing_information"]

    def look(self, facts: Facts) -> Result:
        template = facts.match.template
        found = gaps(facts.answers, template)
        required = [gap for gap in found if gap.severity == "required"]
        clauses = (
            Clause("follows the template", f"{template.name}: {facts.match.by}", False),
            *(_clause(answer) for answer in facts.answers),
        )
        understood = tuple((a.block.heading, _shown(a)) for a in facts.answers if not a.missing)
        if not required:
            return Result(False, "every block says enough", clauses, understood=understood, gaps=found)
        edits = [a.at for a in facts.acts if a.kind == "edited"]
        cause = max(edits, default=facts.issue.created_at)
        return Result(
            True,
            f"missing or not enough: {', '.join(gap.title for gap in required)}",
            clauses,
            since=cause,
            cause_at=cause,
            values={
                "count": count(len(required), "thing"),
                "verb": "is" if len(required) == 1 else "are",
                "template": template.name,
            },
            gaps=found,
            understood=understood,
        )


def _clause(answer: Answer) -> Clause:
    asks = f"{answer.block.heading} ({answer.block.severity})"
    if not answer.asked:
        return Clause(asks, "not asked for here", False)
    value = answer.problem or answer.text[:VALUE_LENGTH] or "nothing"
    return Clause(asks, value, answer.missing or bool(answer.problem))


def _shown(answer: Answer) -> str:
    """What was read: what the validators understood, or else the beginning of the words."""
    return (answer.understood or answer.text)[:VALUE_LENGTH]
