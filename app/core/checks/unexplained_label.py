"""Finds a label that asks for a reason, with no reason given."""

import re
from functools import cached_property, partial
from typing import ClassVar, Literal

from pydantic import Field

from app.core.document import Model
from app.core.effects import Effects, label
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

    def effects(self) -> Effects:
        """It looks for its label."""
        return Effects((frozenset({label(self.label)}),))

    def still(self, facts: Facts) -> str:
        """Why it finds nothing."""
        return "" if self.label in facts.issue.labels else f"{self.label} is not on"

    def look(self, facts: Facts) -> Result:
        since = label_since(facts.issue, self.label)
        if since is None:
            return Result(False, self.still(facts), (Clause(f"{self.label} is on", "no", False),))
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
        if facts.description.once(self, partial(self._named, facts.description.text)):
            return True
        askers = {
            facts.issue.author.username,
            *(a.by.username for a in facts.acts if a.by and a.label == self.label),
        }
        for note in facts.issue.comments:
            if "<!--" not in note.body and not self._pattern.search(note.body):
                continue  # as with most
            if note.author.username in askers and self._named(note.body):
                return True
            if any(self._reasoned(line) for line in _plain_words(note.body).splitlines()):
                return True
        return False

    def _named(self, text: str) -> bool:
        """Whether the text has one of the words."""
        return self._pattern.search(_plain_words(text)) is not None

    def _reasoned(self, line: str) -> bool:
        """Whether the line has one of the words and a "because" after it."""
        match = self._pattern.search(line)
        return match is not None and _BECAUSE.search(line, match.end()) is not None

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\b(?:{'|'.join(map(re.escape, self.words))})", re.I)


def _plain_words(text: str) -> str:
    """The text without comments and addresses, which name things and give no reasons."""
    return _ADDRESS.sub(" ", without_comments(text))
