"""Finds a label that asks for a reason, with no reason given."""

import re
from typing import ClassVar, Literal

from pydantic import Field

from app.core.document import Model
from app.core.facts import Facts, Result
from app.core.history import label_since
from app.core.plan import Clause, stamp
from app.core.sections import without_comments


class UnexplainedLabel(Model):
    """Some labels cost others something, so whoever puts one on says why: in a comment, or in the description, that
    has one of the given words.

    Example: Expedite is on, and nobody wrote a word about why it is urgent.
    """

    PLACEHOLDERS: ClassVar = frozenset({"label"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["unexplained_label"]
    label: str = Field(description="The label that asks for a reason.")
    words: list[str] = Field(
        min_length=1, description="Beginnings of words that show that a reason is given."
    )

    def look(self, facts: Facts) -> Result:
        since = label_since(facts.issue, self.label)
        clauses = [
            Clause(f"{self.label} is on", f"since {stamp(since)}" if since else "no", since is not None)
        ]
        if since is None:
            return Result(False, f"{self.label} is not on", tuple(clauses))
        said = self._said(facts)
        clauses.append(Clause("nobody says why", "somebody does" if said else "nobody does", not said))
        return Result(
            not said,
            "a reason is given" if said else f"nobody says why {self.label} is on",
            tuple(clauses),
            since=since,
            cause_at=since,
            values={"label": self.label},
        )

    def _said(self, facts: Facts) -> bool:
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, self.words))})", re.IGNORECASE)
        notes = (n.body for n in facts.issue.notes if not n.system and not facts.issue.is_bot(n.author))
        return any(pattern.search(without_comments(text)) for text in (facts.issue.description, *notes))
