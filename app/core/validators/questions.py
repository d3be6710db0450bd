"""The validator `questions`."""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from app.core.validators.reading import About, Kind, Reading, listed
from app.core.validators.wording import bare, is_command, is_placeholder, plain, said_lines

_HEAD = 400
_ALIKE = 0.75


@dataclass(frozen=True)
class Answered:
    """One question and what was written for it; empty when nothing was."""

    question: str
    answer: str


class Questions(Kind):
    """Finds lists of questions that are not answered, or not all of them.

    The answer to a question is what stands after it on its line and on the lines below, up to the next question.
    Placeholders are no answers; "yes" and "no" are. A question is found although its wording was touched a little.
    Where none of the questions is in the text (somebody deleted them and wrote answers), as many lines or sentences
    as answers are needed will do, and the reading is doubtful. Example: "Are the objectives clear to the customer?
    Yes, agreed on Monday."
    """

    kind: Literal["questions"]
    questions: list[str] = Field(min_length=1, description="The questions as the template asks them.")
    need: int | None = Field(None, ge=1, description="How many must be answered; all when not given.")
    example: str = Field(
        "Yes: a working pipeline by June, agreed with both teams.", description="One good answer."
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.need is not None and self.need > len(self.questions):
            raise ValueError(f"need is {self.need}, but there are {len(self.questions)} questions")
        forms = [plain(question) for question in self.questions]
        if not all(forms) or len(set(forms)) < len(forms):
            raise ValueError("each question must be there once and have letters in it")
        return self

    @property
    def reads_whole(self) -> bool:
        return True

    def _look(self, text: str, about: About) -> Reading:
        need = len(self.questions) if self.need is None else self.need
        asked, answers = self._answers(text)
        if not asked:
            return self._without_questions(text, need)
        value = tuple(Answered(question, answers.get(question, "")) for question in self.questions)
        open_ = [given.question for given in value if not given.answer]
        done = len(value) - len(open_)
        understood = f"{done} of {len(value)} answered"
        if done >= need:
            return Reading(understood=understood, value=value)
        which = listed([f'"{question}"' for question in open_], "and")
        return Reading(f"{understood}, {need} are needed; still open: {which}", understood, value=value)

    def _without_questions(self, text: str, need: int) -> Reading:
        said = said_lines(text)
        if not said:
            return Reading("none of the questions is answered yet")
        pieces = max(len(said), sum(line.count(". ") + 1 for line in said))
        if pieces >= need:
            return Reading(understood="answers without their questions", doubtful=True)
        return Reading(
            f"{need} answers are needed, and fewer are there; please keep the questions beside the answers"
        )

    def _answers(self, text: str) -> tuple[bool, dict[str, str]]:
        forms = [(question, plain(question)) for question in self.questions]
        found: dict[str, list[str]] = {}
        current = ""
        shortest = min(len(form) for _, form in forms) // 2
        for line in filter(str.strip, text.splitlines()):
            words = bare(line).strip("#*_` \t")
            question, rest = _asked(words, forms) if len(words) >= shortest else ("", "")
            if question:
                current = question
                found.setdefault(current, [])
                words = rest
            if current and not (is_placeholder(words) or is_command(line)):
                found[current].append(words)
        return bool(found), {question: "\n".join(lines) for question, lines in found.items()}


def _asked(line: str, forms: list[tuple[str, str]]) -> tuple[str, str]:
    """The question that a line asks, and what follows it on the line; two empty texts when it asks none."""
    head, mark, rest = line[:_HEAD].partition("?")
    form = plain(head)
    for question, wanted in forms:
        if form == wanted and (mark or len(line) <= _HEAD):
            return question, (rest + line[_HEAD:]).strip(" :*_-–")
    if not mark:
        head, mark, rest = line[:_HEAD].partition(":")
        form = plain(head) if mark else form
    words = set(form.split())
    for question, wanted in forms:
        needed = set(wanted.split())
        alike = len(words & needed) / max(len(words | needed), 1)
        if mark and (form == wanted or (len(needed) >= 3 and alike >= _ALIKE)):
            return question, (rest + line[_HEAD:]).strip(" :*_-–")
    return "", ""
