"""Finds a request of which those who should know were not told."""

from typing import ClassVar, Literal

from pydantic import Field

from app.core.document import Model
from app.core.facts import Facts
from app.core.orders import mentions
from app.core.plan import Clause
from app.core.result import Result
from app.core.text import Ours, quote
from app.core.validators.reading import listed


class Told(Model):
    """Somebody with the given role knows of the request: one of them is mentioned in the description or a comment of
    a person's, is assigned, or has written there. The board file says who holds the role.

    Names in code and in quotes tell nobody. Example: an event for which no SA manager was mentioned.
    """

    PLACEHOLDERS: ClassVar = frozenset({"role", "holders"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["told"]
    role: str = Field(description="The role, whose holders the board files name.")

    def look(self, facts: Facts) -> Result:
        holders = facts.board.file.roles.get(self.role, [])
        aware = _aware(facts)
        found = [name for name in holders if name.casefold() in aware]

        def clauses() -> tuple[Clause, ...]:
            return (
                Clause(f"somebody holds {self.role}", ", ".join(holders) or "nobody", bool(holders)),
                Clause("nobody of them knows", ", ".join(found) or "nobody does", not found),
            )

        if found or not holders:
            reason = f"{listed(found, 'and')} knows of it" if found else f"nobody holds {self.role} here"
            return Result(False, reason, clauses)
        return Result(
            True,
            f"nobody of {self.role} was mentioned or assigned",
            clauses,
            since=facts.issue.created_at,
            cause_at=facts.issue.created_at,
            values={
                "role": Ours(self.role),
                "holders": Ours(listed([quote(name) for name in holders])),
            },
        )


def _aware(facts: Facts) -> set[str]:
    """Who is mentioned by a person, assigned, or has written here, without regard to case."""
    issue = facts.issue
    texts = [issue.description, *(n.body for n in issue.comments)]
    mentioned = {name for text in texts for name in mentions(text)}
    present = {
        user.username for user in (issue.author, *issue.assignees, *(n.author for n in issue.comments))
    }
    return {name.casefold() for name in mentioned | present}
