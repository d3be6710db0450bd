"""Leaf for what structure does not reach: one clause in CEL, Google's language without loops and side effects.

Needs the package cel-expr-python (`pip install triage-boards[cel]`); a rule that has a clause is refused without it.
Source: https://github.com/google/cel-spec
"""

from pydantic import Field, field_validator

from app.core.conditions.cel_clause import seen_by, why_not
from app.core.conditions.seen import Seen
from app.core.document import Model
from app.core.facts import Facts


class CelSays(Model):
    """One clause in CEL: `cel: 'title.matches("(?i)^rfp[: ]")'`.

    It may use `title`, `description`, `author`, `state`, `milestone`, `due_date`, `created_at`, `closed_at` (texts,
    empty without), `labels`, `assignees`, `comments` (lists of texts), `upvotes`, `downvotes` and `confidential`. There
    is no now in it, so that time alone changes nothing: ages are another condition's. An error is neither so nor not
    so, and the rule finds nothing. It goes through one list at most, of the last 50 comments, and reads no more than
    20,000 characters of a description. It counts as so since people last did anything.
    """

    cel: str = Field(min_length=1, max_length=500, description="The clause; docs/rules.md has its names.")

    @field_validator("cel")
    @classmethod
    def _can_be_read(cls, value: str) -> str:
        if fault := why_not(value):
            raise ValueError(fault)
        return value

    def __str__(self) -> str:
        return f"cel: {self.cel}"

    def see(self, facts: Facts) -> Seen:
        return seen_by(self.cel, facts)
