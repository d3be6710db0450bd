"""How much of the technical discovery is there: its questions, answered in the description or in people's comments."""

from dataclasses import dataclass

from app.core.answers import Answer
from app.core.facts import Facts
from app.core.template import BlockSpec, Template
from app.core.validators import Questions
from app.core.validators.questions import Answered


@dataclass(frozen=True)
class Discovery:
    """`answered` of `asked` questions; `open` are the headings under which some are not."""

    answered: int
    asked: int
    open: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return not self.open

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.asked if self.asked else 100


def discovery(facts: Facts, template: Template) -> Discovery:
    """The template's required blocks as the request and its comments have them, each where most of it is answered.

    The bot's own notes do not count.
    """
    blocks = [block for block in template.file.blocks if block.severity == "required"]
    issue, board = facts.issue, facts.board
    notes = [note.body for note in issue.comments]
    best = dict.fromkeys((block.heading for block in blocks), 0)
    for text in dict.fromkeys([issue.description, *notes]):
        comment = text != issue.description
        for answer in facts.readings.discovered(text, template, board, issue.created_at, comment=comment):
            if answer.block.heading in best:
                best[answer.block.heading] = max(best[answer.block.heading], _given(answer))
    asked = {block.heading: _asked(block) for block in blocks}
    left = tuple(heading for heading, given in best.items() if given < asked[heading])
    return Discovery(sum(best.values()), sum(asked.values()), left)


def _asked(block: BlockSpec) -> int:
    """How many answers the block wants: one for each question, or one."""
    return sum(len(v.questions) for v in block.accepts if isinstance(v, Questions)) or 1


def _given(answer: Answer) -> int:
    if answer.missing:
        return 0
    if not answer.problem:
        return _asked(answer.block)
    values = (r.value for r in answer.readings if isinstance(r.value, tuple))
    return sum(isinstance(v, Answered) and bool(v.answer) for value in values for v in value)
