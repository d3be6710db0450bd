"""Issue templates: the text that people are given, what counts as filled, and which template an issue follows."""

from dataclasses import dataclass

from pydantic import Field

from app.core.document import Model
from app.core.sections import Section, heading_key, marker, own_words, sections

LIKENESS_NEEDED = 0.5


class FieldSpec(Model):
    """One block that must be filled before an SA can start."""

    heading: str = Field(description="The block's heading, as in the template.")
    ask: str = Field(description="What to write there, said to the requester in half a sentence.")
    example: str = Field(description="One good answer.")


class TemplateFile(Model):
    """`issue_templates/<Name>.yaml`, beside `<Name>.md`: what filled means for that template."""

    id: str = Field(description="What the hidden marker in the template names.")
    version: int = Field(ge=1, description="Raised when the template's text changes.")
    required: list[FieldSpec] = Field(min_length=1)


@dataclass(frozen=True)
class Template:
    """A template ready for use. `text` is what GitLab copies into a new issue."""

    name: str
    file: TemplateFile
    text: str

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


@dataclass(frozen=True)
class Answer:
    """One required block as an issue has it: `text` is what the requester wrote, empty when nothing."""

    field: FieldSpec
    text: str

    @property
    def missing(self) -> bool:
        return not self.text


@dataclass(frozen=True)
class Match:
    """Which template an issue follows, and why: its marker, the likeness of its headings (0..1), or the board."""

    template: Template
    by: str
    likeness: float


def find_template(description: str, templates: dict[str, Template], default: str) -> Match:
    """The template with the issue's marker, else the one whose headings it has most of, else the default."""
    given = marker(description)
    for template in templates.values():
        if given and template.file.id == given[0]:
            return Match(template, f"marker {given[0]} v{given[1]}", 1.0)
    there = {s.key for s in sections(description)}
    scored = [(_likeness(t, there), t) for t in templates.values()]
    best, likest = max(scored, key=lambda pair: (pair[0], pair[1].name == default))
    if best >= LIKENESS_NEEDED:
        return Match(likest, f"{best:.0%} of its headings", best)
    return Match(templates[default], "the board's template, since it follows none", best)


def _likeness(template: Template, there: set[str]) -> float:
    wanted = {heading_key(f.heading) for f in template.file.required}
    return len(wanted & there) / len(wanted)


def answers(description: str, template: Template) -> tuple[Answer, ...]:
    """What stands in each required block, what is under its smaller headings included.

    A heading that occurs twice counts by all that is under it.
    """
    given = {s.key: s.body for s in sections(template.text)}
    wanted = {heading_key(f.heading) for f in template.file.required}
    found: dict[str, list[str]] = {key: [] for key in wanted}
    current: Section | None = None
    for section in sections(description):
        if section.key in wanted:
            current = section
        elif current and section.level <= current.level:
            current = None
        if current:
            found[current.key].append(own_words(section.body, given.get(section.key, "")))
    return tuple(
        Answer(f, "\n".join(part for part in found[heading_key(f.heading)] if part))
        for f in template.file.required
    )
