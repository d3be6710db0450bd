"""What a request says, block by block, and whether that is enough."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from app.core.lazily import lazily
from app.core.sections import heading_key
from app.core.template import BlockSpec, Severity, Template, Words, words_of
from app.core.validators import About, Reading
from app.core.validators.money import Amount
from app.core.validators.option import Option, Span

VALUE_LENGTH = 200  # of a value that is kept for people who ask why


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

    @lazily
    def problem(self) -> str:
        """What is wrong with what was written: the first thing that a validator found; empty when nothing was."""
        return next((r.problem for r in self.readings if r.problem), "")

    @property
    def nothing(self) -> bool:
        """Whether it comes to nothing: nothing was written, or only words that put the answer off."""
        return self.missing or any(r.evasive for r in self.readings)

    @property
    def example(self) -> str:
        """A good answer: that which the template's file gives for what was found wrong, else the block's own."""
        pairs = zip(self.block.accepts, self.readings, strict=False)
        faulty = (v.example for v, r in pairs if r.problem and "example" in v.model_fields_set)
        return next(faulty, self.block.example)

    @lazily
    def understood(self) -> str:
        """What the validators understood, where they echo something."""
        return "; ".join(r.understood for r in self.readings if r.understood)

    @lazily
    def shown(self) -> str:
        """What was read: what the validators understood, or else the beginning of the words."""
        return (self.understood or self.text)[:VALUE_LENGTH]

    @lazily
    def choices(self) -> frozenset[str]:
        """The keys of the choices made in it."""
        return self._names("choice")

    @lazily
    def ticked(self) -> frozenset[str]:
        """The names of the items of its checklists that are there."""
        return self._names("checklist")

    @lazily
    def amount(self) -> Amount | None:
        """The sum of money in it, where one is surely meant."""
        sums = (r.value for r in self._read_by("money") if not r.doubtful)
        return next((s for s in sums if isinstance(s, Amount)), None)

    @lazily
    def options(self) -> tuple[Option, ...]:
        """All dates that are offered in it, in its order: sure ones and others."""
        values = (r.value for r in self._read_by("dates"))
        found = (o for value in values if isinstance(value, tuple) for o in value)
        return tuple(o for o in found if isinstance(o, Option))

    def days(self, zone: tzinfo) -> tuple[Span, ...]:
        """When the dates are that are surely meant, the earliest first. A day without a time is the whole local day, in
        `zone` where none is named."""
        spans = [span for o in self.options if o.sure and (span := o.span(zone))]
        return tuple(sorted(spans, key=lambda span: (span.end, span.start)))

    @lazily
    def dates(self) -> tuple[datetime, ...]:
        """The instants (UTC) that are offered in it, those that are surely meant, the earliest first."""
        return tuple(sorted(o.at for o in self.options if o.at and o.sure))

    def _names(self, kind: str) -> frozenset[str]:
        values = (r.value for r in self._read_by(kind))
        return frozenset().union(*(value for value in values if isinstance(value, frozenset)))

    def _read_by(self, kind: str) -> list[Reading]:
        pairs = zip(self.block.accepts, self.readings, strict=False)
        return [reading for validator, reading in pairs if validator.kind == kind]


@dataclass(frozen=True)
class Gap:
    """Something that a request lacks: `problem` is empty when nothing was written."""

    title: str
    ask: str
    example: str
    problem: str
    severity: Severity


def read_answers(
    description: str, template: Template, about: About, insists_on: Collection[str] = ()
) -> tuple[Answer, ...]:
    """Every block of the template as the description has it. Blocks headed as in `insists_on` are required here."""
    words = words_of(description, template)
    musts = {heading_key(heading) for heading in insists_on}
    blocks = [b.insisted if b.key in musts else b for b in template.file.blocks]
    plain = [_read_also(block, words, about) for block in blocks]
    by_key = {answer.block.key: answer for answer in plain}
    return tuple(_conditioned(answer, by_key) for answer in plain)


def _read_also(block: BlockSpec, words: Mapping[str, Words], about: About) -> Answer:
    """The block's answer, or what its validators find of it in the block where people write it instead."""
    answer = _read(block, words[block.key], about)
    if not block.also_in or not answer.missing:
        return answer
    other = _read(block, words[heading_key(block.also_in)], about)
    tried = not other.problem or "://" in other.text  # a faulty link is told; other words are not about this
    return other if tried else answer


def _read(block: BlockSpec, words: Words, about: About) -> Answer:
    """The block's answer. Boxes and questions are the template's own lines, so those kinds read the whole block."""
    if not words.own:
        return Answer(block, "")
    readings = tuple(v.read(words.whole if v.reads_whole else words.own, about) for v in block.accepts)
    return Answer(block, words.own, readings)


def _conditioned(answer: Answer, by_key: dict[str, Answer]) -> Answer:
    """The answer, not asked for when one of its conditions does not hold."""
    asked = not answer.block.when or all(condition.holds(by_key) for condition in answer.block.when)
    return answer if asked else replace(answer, asked=False)


def requester_zone(answers: Iterable[Answer]) -> ZoneInfo | None:
    """The zone that the requester names with dates that are surely meant; None when that is none, or several.

    A bare offset (`UTC+2`) tells no place, and counts for nothing.
    """
    named = {o.tz for answer in answers for o in answer.options if o.sure and isinstance(o.tz, ZoneInfo)}
    return named.pop() if len(named) == 1 else None


def gaps(answers: tuple[Answer, ...], template: Template) -> tuple[Gap, ...]:
    """What is missing or not enough, in the order of the template, either/or blocks last."""
    found = [_gap(a) for a in answers if a.asked and (a.missing or a.problem)]
    found = [gap for gap in found if gap.severity != "later"]
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
    severity = block.severity if answer.nothing else block.faults
    return Gap(block.heading, block.ask, answer.example, answer.problem, severity)
