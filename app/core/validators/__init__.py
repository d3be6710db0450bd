"""What a field may demand of the words in it: one file a kind, listed here. Parameters come from YAML."""

from typing import Annotated

from pydantic import Field

from app.core.validators.checklist import Checklist
from app.core.validators.choice import Choice
from app.core.validators.dates import Dates
from app.core.validators.link import Link
from app.core.validators.money import Money
from app.core.validators.person import Person
from app.core.validators.questions import Questions
from app.core.validators.reading import About, Reading
from app.core.validators.reference import Reference
from app.core.validators.sentence import Sentence
from app.core.validators.text import Text

Validator = Annotated[
    Text | Sentence | Choice | Link | Dates | Money | Person | Checklist | Questions | Reference,
    Field(discriminator="kind"),
]

__all__ = [
    "About",
    "Checklist",
    "Choice",
    "Dates",
    "Link",
    "Money",
    "Person",
    "Questions",
    "Reading",
    "Reference",
    "Sentence",
    "Text",
    "Validator",
]
