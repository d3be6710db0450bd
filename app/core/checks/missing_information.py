"""Finds the blocks of the template that the requester has not filled in."""

from typing import ClassVar, Literal

from app.core.document import Model
from app.core.facts import Facts, Item, Result
from app.core.plan import Clause
from app.core.template import answers
from app.core.text import count

VALUE_LENGTH = 200  # of a value that is kept for people who ask why


class MissingInformation(Model):
    """An SA can only start when each block of the template says something: the template's own text, comments, blanks
    and words such as TBD do not.

    Example: "SA Asks" still holds only its hint; it is listed as missing.
    """

    PLACEHOLDERS: ClassVar = frozenset({"count", "verb", "template"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["missing_information"]

    def look(self, facts: Facts) -> Result:
        template = facts.match.template
        found = answers(facts.issue.description, template)
        missing = [a.field for a in found if a.missing]
        clauses = (
            Clause("follows the template", f"{template.name}: {facts.match.by}", True),
            *(
                Clause(f"{a.field.heading} says nothing", a.text[:VALUE_LENGTH] or "nothing", a.missing)
                for a in found
            ),
        )
        understood = tuple((a.field.heading, a.text[:VALUE_LENGTH]) for a in found if not a.missing)
        if not missing:
            return Result(False, "every block says something", clauses, understood=understood)
        edits = [a.at for a in facts.acts if a.kind == "edited"]
        cause = max(edits, default=facts.issue.created_at)
        return Result(
            True,
            f"missing: {', '.join(f.heading for f in missing)}",
            clauses,
            since=cause,
            cause_at=cause,
            values={
                "count": count(len(missing), "thing"),
                "verb": "is" if len(missing) == 1 else "are",
                "template": template.name,
            },
            items=tuple(Item(f.heading, f.ask, f.example) for f in missing),
            understood=understood,
        )
