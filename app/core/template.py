"""Issue templates: the text that people are given, what counts as filled, and which template an issue follows."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field

from app.core.blocks import Marks, blocks, marks, openings
from app.core.condition import Conditions
from app.core.document import Model
from app.core.outline import outline
from app.core.sections import Given, given_by, heading_key, marker, own_words, sections, without_comments
from app.core.validators import Validator

LIKENESS_NEEDED = 0.5

Severity = Literal["required", "recommended", "advice", "later"]


class BlockSpec(Model):
    """One block of a template: what it is for, how much it matters, and what its words must amount to."""

    heading: str = Field(description="The block's heading, as in the template.")
    ask: str = Field(description="What to write there, said to the requester in half a sentence.")
    example: str = Field(description="One good answer.")
    severity: Severity = Field(
        default="required",
        description="Required: an SA cannot start without. Recommended: asked for beside it. Advice: only mentioned. "
        "Later: not asked for here; a rule asks when its time has come.",
    )
    faults: Severity = Field(
        default="required", description="How much it matters when something is written, and it is not enough."
    )
    when: Conditions = Field(
        default=[],
        description="Only asked for when this holds: one condition on other blocks, or a list of them.",
    )
    also_in: str = Field(
        default="",
        description="The heading of another block where people write it instead; read while this is empty.",
    )
    accepts: list[Validator] = Field(default=[], description="What the words must amount to: all of these.")

    @cached_property
    def key(self) -> str:
        return heading_key(self.heading)

    @cached_property
    def insisted(self) -> "BlockSpec":
        """The block where a board insists on it."""
        return self.model_copy(update={"severity": "required", "faults": "required"})

    @property
    def keys(self) -> frozenset[str]:
        """What the block may be called: its heading, or one half of a heading such as "Challenges/Pain Points"."""
        return frozenset({self.key, *(heading_key(part) for part in self.heading.split("/"))})


class OneOf(Model):
    """Blocks of which one at least must be filled: an answer, or why there is none yet."""

    blocks: list[str] = Field(min_length=2, description="Their headings.")
    ask: str = Field(description="What to write in one of them.")
    example: str = Field(description="One good answer.")
    severity: Severity = Field(default="required", description="How much it matters; as for a block.")


class TemplateFile(Model):
    """`issue_templates/<Name>.yaml`, beside `<Name>.md`: what filled means for that template."""

    id: str = Field(description="What the hidden marker in the template names.")
    version: int = Field(ge=1, description="Raised when the template's text changes.")
    blocks: list[BlockSpec] = Field(min_length=1, description="Its blocks, in the template's order.")
    one_of: list[OneOf] = Field(default=[], description="Blocks of which one at least must be filled.")


@dataclass(frozen=True)
class Template:
    """A template ready for use. `text` is what GitLab copies into a new issue, `earlier` what it copied once."""

    name: str
    file: TemplateFile
    text: str
    earlier: tuple[str, ...] = ()

    @cached_property
    def all_bodies(self) -> dict[str, str]:
        """What this and the earlier versions say under each heading: issues live on when a template changes."""
        found: dict[str, str] = {}
        for text in (self.text, *self.earlier):
            for section in [] if self.whole else outline(text):
                found[section.key] = f"{found.get(section.key, '')}\n{section.body}"
        return found or dict.fromkeys(self.bodies, "\n".join((self.text, *self.earlier)))

    @cached_property
    def bodies(self) -> dict[str, str]:
        """What the template itself says under each heading, by the heading's key."""
        return {s.key: s.body for s in outline(self.text)}

    @cached_property
    def headed(self) -> bool:
        """Whether the template has headings, not only what stands for them."""
        return bool(sections(self.text))

    @cached_property
    def whole(self) -> bool:
        """Whether the template has no structure at all: its one block is then the whole text."""
        return outline(self.text)[0].level == 0

    @cached_property
    def names(self) -> dict[str, str]:
        """The key of each block by all that it may be called; empty for a section that nobody has to fill."""
        found = dict.fromkeys(self.bodies, "")
        found |= {key: block.key for block in self.file.blocks for key in block.keys}
        return found | {block.key: block.key for block in self.file.blocks}

    def filled(self, answers: dict[str, str]) -> str:
        """The template's text with an answer under each heading that has one."""
        out = []
        for line in self.text.splitlines():
            out.append(line)
            if line.startswith("#"):
                answer = answers.get(heading_key(line.lstrip("#")))
                if answer:
                    out += ["", answer]
        return "\n".join(out) + "\n"

    def faults(self) -> list[str]:
        """Where text and file do not fit together."""
        mine = f"<!-- triage-template: {self.file.id} v{self.file.version} -->"
        found = (
            [] if marker(self.text) == (self.file.id, self.file.version) else [f"{self.name}.md lacks {mine}"]
        )
        keys = [f.key for f in self.file.blocks]
        found += [
            f'the block "{f.heading}" is not in {self.name}.md'
            for f in self.file.blocks
            if f.key not in self.bodies
        ]
        found += [
            f'the block "{f.heading}" is given twice' for f in self.file.blocks if keys.count(f.key) > 1
        ]
        found += [
            f'the block "{f.heading}" is asked for by "{c.block or c.label}", which is no block of {self.name}'
            for f in self.file.blocks
            for c in f.when
            if heading_key(c.block) not in keys
        ]
        found += [
            f'the block "{f.heading}" is also read in "{f.also_in}", which is no block of {self.name}'
            for f in self.file.blocks
            if f.also_in and heading_key(f.also_in) not in keys
        ]
        return list(dict.fromkeys(found))

    @cached_property
    def given(self) -> dict[str, Given]:
        """The lines that are ours in each block, by its key."""
        return {block.key: given_by(self.instructions(block)) for block in self.file.blocks}

    def instructions(self, block: BlockSpec) -> str:
        """All that we say of a block ourselves: in the template, and in the status note."""
        asked = f"{block.ask}, such as `{block.example}`"
        return "\n".join((self.all_bodies.get(block.key, ""), block.ask, asked))


@dataclass(frozen=True)
class Match:
    """Which template an issue follows, and why: its marker, the likeness of its headings (0..1), or the board."""

    template: Template
    by: str
    likeness: float


def find_template(description: str, templates: dict[str, Template], default: str) -> Match:
    """The template with the issue's marker, else the one whose blocks it has most of, else the default."""
    given = marker(description)
    for template in templates.values():
        if given and template.file.id == given[0]:
            return Match(template, f"marker {given[0]} v{given[1]}", 1.0)
    found = marks(description, frozenset().union(*(t.names for t in templates.values())))
    scored = [(_likeness(t, found), t) for t in templates.values()]
    best, likest = max(scored, key=lambda pair: (pair[0], pair[1].name == default))
    if best >= LIKENESS_NEEDED:
        return Match(likest, f"{best:.0%} of its headings", best)
    return Match(templates[default], "the board's template, since it follows none", best)


def _likeness(template: Template, found: Marks) -> float:
    """How many of the blocks that must be there are there, from 0 to 1; of all blocks where none must.

    A template without structure is like nothing: only its marker tells that it was followed.
    """
    if template.whole:
        return 0.0
    fields = {b.key for b in template.file.blocks if b.severity == "required"}
    fields = fields or {b.key for b in template.file.blocks}
    there = {opening.block for opening in openings(found, template.names, headed=template.headed)}
    return len(fields & there) / len(fields)


class Words(NamedTuple):
    """What stands in one block: `own` is what the requester wrote there, empty when nothing; `whole` has the template's
    own lines too, such as questions and boxes, but no comments."""

    own: str
    whole: str


def words_of(description: str, template: Template) -> dict[str, Words]:
    """What stands in each block, by the block's key.

    A block is what stands under its heading, smaller or unknown headings included, or behind its name where that was
    written as a label (`**SA Asks**: a demo`). A block that occurs twice counts by both. Where the template has no
    structure, its block is the whole text.
    """
    found = {} if template.whole else blocks(description, template.names, headed=template.headed)
    words = {}
    for key, beside in template.given.items():
        whole = without_comments(description if template.whole else "\n".join(found.get(key, ())))
        words[key] = Words(own_words(whole, beside), whole)
    return words
