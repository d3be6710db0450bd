"""The validator `text`."""

import re
from typing import Literal

from pydantic import Field

from app.core.validators.reading import About, Kind, Reading
from app.core.validators.wording import points, said_lines, word_count

_NUMBER = re.compile(
    r"\d|%|[一二三四五六七八九十百千万半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|dozen"
    r"|hundred|thousand|zero|none|all|every|both|half|third|quarter|once|twice|double|single)\b",
    re.IGNORECASE,
)


class Text(Kind):
    """Finds blocks that say nothing yet: TBD, TODO, `<name>`, `...`, lorem ipsum, "same as above", or too few words.

    A block that holds a placeholder looks filled in a list and costs a round of questions later. A line counts when it
    is none of these; one such line is enough. "n/a" counts when `allow_na` is set. Words are counted in any script:
    two Chinese or Japanese signs are about one. With `number`, every item of a list (or every line) must hold one, so
    that it can be measured: "20 demos", "half of them", "every team". Example: "Acme Corp, 400 developers in Boston"
    is fine, "[Customer name]" is not.
    """

    kind: Literal["text"]
    min_words: int = Field(1, ge=1, description="The fewest words that count as an answer.")
    allow_na: bool = Field(False, description='Whether "n/a" is an answer here.')
    number: bool = Field(False, description="Whether each item of the list must hold a number.")
    example: str = Field("Acme Corp, 400 developers in Boston", description="One good answer.")

    @property
    def reads_whole(self) -> bool:
        return self.number

    def _look(self, text: str, about: About) -> Reading:
        if not text:
            return Reading("nothing is written here yet")
        said = said_lines(text, allow_na=self.allow_na)
        if not said:
            return Reading("only a placeholder stands here so far")
        answer = "\n".join(said)
        not_applicable = self.allow_na and not said_lines(text)
        if not not_applicable and word_count(answer) < self.min_words:
            return Reading(f"this is very short; please write at least {self.min_words} words", value=answer)
        if self.number and not not_applicable:
            return Reading(self._unmeasured(text), value=answer)
        return Reading(value=answer)

    @staticmethod
    def _unmeasured(text: str) -> str:
        """What is wrong with items that hold no number; empty when all hold one."""
        items = points(text)
        bare = sum(1 for item in items if not _NUMBER.search(item))
        some = f"still without a number: {bare} of {len(items)}; " if bare < len(items) else ""
        return f"{some}please say it with a number, so that it can be measured" if bare else ""
