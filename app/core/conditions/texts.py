"""Leaf on people's words: in the title, the description or their comments."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from app.core.conditions.globs import fits
from app.core.conditions.history import title_since
from app.core.conditions.seen import Seen, steady
from app.core.conditions.shapes import as_list
from app.core.document import Model
from app.core.facts import Facts

LONGEST = 100_000  # characters of a description or comment that are read; GitLab takes a million
_WORD = re.compile(r"\w+")

Phrase = Annotated[str, Field(min_length=1, max_length=200)]
Phrases = Annotated[list[Phrase], BeforeValidator(as_list), Field(max_length=100)]


class Words(Model):
    """Where to look, and for what: one of several phrases (`contains`), whole words (`words`), or a pattern for the
    whole text (`like`). None of them minds case, nor how many blanks stand between words."""

    in_: Literal["title", "description", "comments"] = Field(
        alias="in", description="Comments are people's, neither GitLab's lines nor the bot's."
    )
    contains: Phrases = Field(default=[], description="A phrase, or several of which one is there.")
    words: Phrases = Field(
        default=[], description="A word or words in a row, or several of which one is there."
    )
    like: str = Field(
        default="",
        max_length=200,
        description="The whole text, `*` standing for any text, `?` for one character.",
    )

    @model_validator(mode="before")
    @classmethod
    def _no_expressions(cls, value: object) -> object:
        if isinstance(value, dict) and "matches" in value:
            raise ValueError(
                "there are no regular expressions here, since some take for ever; write contains, words or like, or a "
                "clause in CEL: cel: 'issue.title.matches(\"...\")'"
            )
        return value

    @model_validator(mode="after")
    def _one_thing(self) -> "Words":
        if sum(map(bool, (self.contains, self.words, self.like))) != 1:
            raise ValueError("say what to look for: one of contains, words and like")
        return self

    def fit(self, text: str) -> bool:
        """Whether they are in the text."""
        text = _plain(text)
        if self.like:
            return fits(_plain(self.like), text)
        if self.contains:
            return any(_plain(phrase) in text for phrase in self.contains)
        there = f" {' '.join(_WORD.findall(text))} "
        return any(f" {' '.join(_WORD.findall(_plain(word)))} " in there for word in self.words)

    def told(self) -> str:
        """What is looked for, in words."""
        if self.like:
            return f"is like {self.like!r}"
        word = "contains" if self.contains else "has the word"
        return f"{word} {' or '.join(repr(one) for one in (*self.contains, *self.words))}"


class TextSays(Model):
    """Words in the title, the description or a comment: `text: {in: title, contains: [poc, pilot]}`.

    It is so since the title or the description was last changed, else since the opening; of comments since the first
    that says so.
    """

    text: Words = Field(description="Where, and which words.")

    def __str__(self) -> str:
        where = "a comment" if self.text.in_ == "comments" else f"the {self.text.in_}"
        return f"{where} {self.text.told()}"

    def see(self, facts: Facts) -> Seen:
        issue = facts.issue
        if self.text.in_ == "title":
            return steady(self.text.fit(issue.title), issue.title, title_since(issue))
        if self.text.in_ == "description":
            text = issue.description
            return steady(self.text.fit(text), f"{len(text)} characters", facts.edited_at)
        at = self._first_comment(facts)
        value = f"{len(issue.comments)} comments"
        return steady(at is not None, value, at or issue.created_at)

    def _first_comment(self, facts: Facts) -> datetime | None:
        notes: Iterable[datetime] = (n.at for n in facts.issue.comments if self.text.fit(n.body))
        return next(iter(notes), None)


def _plain(text: str) -> str:
    return " ".join(text[:LONGEST].casefold().split())
