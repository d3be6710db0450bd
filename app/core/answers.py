"""What a request says, block by block, and whether that is enough."""

from dataclasses import dataclass

from app.core.sections import heading_key
from app.core.template import BlockSpec, Severity, Template, Words, words_of
from app.core.validators import About, Reading


@dataclass(frozen=True)
class Answer:
    """One block as the request has it. `text` is what the requester wrote; `readings` what its validators made of it,
    in their order; `asked` is false where the block is not asked for here."""

    block: BlockSpec
    text: str
    readings: tuple[Reading, ...] = ()
    asked: bool = True

    @property
    def missing(self) -> bool:
        return not self.text

    @property
    def problem(self) -> str:
        """What is wrong with what was written: the first thing that a validator found; empty when nothing was."""
        return next((r.problem for r in self.readings if r.problem), "")

    @property
    def example(self) -> str:
        """A good answer: that of the validator which found something wrong, else the block's own."""
        faulty = (v.example for v, r in zip(self.block.accepts, self.readings, strict=False) if r.problem)
        return next((e for e in faulty if e), "") or self.block.example

    @property
    def understood(self) -> str:
        """What the validators understood, where they echo something."""
        return "; ".join(r.understood for r in self.readings if r.understood)

    @property
    def choices(self) -> frozenset[str]:
        """The keys of the choices made in it."""
        found: set[str] = set()
        for validator, reading in zip(self.block.accepts, self.readings, strict=False):
            if validator.kind == "choice" and isinstance(reading.value, frozenset):
                found |= reading.value
        return frozenset(found)


@dataclass(frozen=True)
class Gap:
    """Something that a request lacks: `problem` is empty when nothing was written."""

    title: str
    ask: str
    example: str
    problem: str
    severity: Severity


def read_answers(description: str, template: Template, about: About) -> tuple[Answer, ...]:
    """Every block of the template as the description has it."""
    words = words_of(description, template)
    plain = [_read(block, words[block.key], about) for block in template.file.blocks]
    by_key = {answer.block.key: answer for answer in plain}
    return tuple(_conditioned(answer, by_key) for answer in plain)


def _read(block: BlockSpec, words: Words, about: About) -> Answer:
    """The block's answer. Boxes and questions are the template's own lines, so those kinds read the whole block."""
    if not words.own:
        return Answer(block, "")
    readings = tuple(
        v.read(words.whole if v.kind in ("choice", "checklist", "questions") else words.own, about)
        for v in block.accepts
    )
    return Answer(block, words.own, readings)


def _conditioned(answer: Answer, by_key: dict[str, Answer]) -> Answer:
    """The answer, not asked for when its condition does not hold."""
    condition = answer.block.when
    if condition is None:
        return answer
    other = by_key.get(heading_key(condition.block))
    holds = other is not None and bool(other.choices & set(condition.says))
    return Answer(answer.block, answer.text, answer.readings, asked=holds)


def gaps(answers: tuple[Answer, ...], template: Template) -> tuple[Gap, ...]:
    """What is missing or not enough, in the order of the template, either/or blocks last."""
    found = [_gap(a) for a in answers if a.asked and (a.missing or a.problem)]
    grouped = {heading: group for group in template.file.one_of for heading in group.blocks}
    found = [g for g in found if g.title not in grouped or g.problem]
    by_heading = {a.block.heading: a for a in answers}
    for group in template.file.one_of:
        if all(by_heading[heading].missing for heading in group.blocks):
            title = " or ".join(group.blocks)
            found.append(Gap(title, group.ask, group.example, "", group.severity))
    return tuple(found)


def _gap(answer: Answer) -> Gap:
    block = answer.block
    severity = block.faults if answer.problem else block.severity
    return Gap(block.heading, block.ask, answer.example, answer.problem, severity)
