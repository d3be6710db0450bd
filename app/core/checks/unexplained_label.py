"""Finds a label that asks for a reason, with no reason given."""

import re
from typing import ClassVar, Literal

from pydantic import Field

from app.core.document import Model
from app.core.facts import Facts
from app.core.labels import label_since
from app.core.plan import Clause, stamp
from app.core.result import Result
from app.core.sections import without_comments
from app.core.text import Ours

_ADDRESS = re.compile(r"(?<!\w)\w{1,20}://\S+")
_BECAUSE = re.compile(r"\bbecause\b", re.I)


class UnexplainedLabel(Model):
    """Some labels cost others something, so whoever puts one on says why: with one of the given words in the
    description or a comment, or by anybody's comment that has such a word and a "because".

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
        if since is None:
            return Result(False, f"{self.label} is not on", (Clause(f"{self.label} is on", "no", False),))
        said = self._said(facts)

        def clauses() -> tuple[Clause, ...]:
            return (
                Clause(f"{self.label} is on", f"since {stamp(since)}", True),
                Clause("nobody says why", "somebody does" if said else "nobody does", not said),
            )

        return Result(
            not said,
            "a reason is given" if said else f"nobody says why {self.label} is on",
            clauses,
            since=since,
            cause_at=since,
            values={"label": Ours(self.label)},
        )

    def _said(self, facts: Facts) -> bool:
        """Whether whoever asks, or put the label on, uses one of the words; or anybody says one with a because."""
        words = "|".join(map(re.escape, self.words))
        named = re.compile(rf"\b(?:{words})", re.I)
        askers = {
            facts.issue.author.username,
            *(a.by.username for a in facts.acts if a.by and a.label == self.label),
        }
        for note in facts.issue.comments:
            said = _plain_words(note.body)
            if note.author.username in askers and named.search(said):
                return True
            if any(_reasoned(line, named) for line in said.splitlines()):
                return True
        return named.search(_plain_words(facts.issue.description)) is not None


def _reasoned(line: str, named: re.Pattern[str]) -> bool:
    """Whether the line has one of the words and a "because" after it."""
    match = named.search(line)
    return match is not None and _BECAUSE.search(line, match.end()) is not None


def _plain_words(text: str) -> str:
    """The text without comments and addresses, which name things and give no reasons."""
    return _ADDRESS.sub(" ", without_comments(text))
