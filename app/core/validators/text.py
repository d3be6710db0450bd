"""The validator `text`."""

from typing import Literal

from pydantic import Field

from app.core.validators.reading import About, Kind, Reading
from app.core.validators.wording import said_lines, word_count


class Text(Kind):
    """Finds blocks that say nothing yet: TBD, TODO, `<name>`, `...`, lorem ipsum, "same as above", or too few words.

    A block that holds a placeholder looks filled in a list and costs a round of questions later. A line counts when it
    is none of these; one such line is enough. "n/a" counts when `allow_na` is set. Words are counted in any script:
    two Chinese or Japanese signs are about one. Example: "Acme Corp, 400 developers in Boston" is fine, "[Customer
    name]" is not.
    """

    kind: Literal["text"]
    min_words: int = Field(1, ge=1, description="The fewest words that count as an answer.")
    allow_na: bool = Field(False, description='Whether "n/a" is an answer here.')
    example: str = Field("Acme Corp, 400 developers in Boston", description="One good answer.")

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
        return Reading(value=answer)
