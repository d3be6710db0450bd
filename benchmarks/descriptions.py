"""What requests say: descriptions from templates, filled in more or less, and comments; made up by chance."""

import re
from datetime import UTC, datetime, timedelta
from random import Random

from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.template import Template

TEMPLATES = {  # each with how often it is used
    "SA Activity": 10,
    "Follow Up": 3,
    "Services Request": 2,
    "Technical Discovery": 2,
    "Product support": 1,
    "Workshop": 1,
    "": 1,  # no template at all
}
TEXTS = 200
FIRST = datetime(2026, 3, 2, 8, tzinfo=UTC)  # no request is older
CUSTOMERS = ("Acme", "Initech", "Globex", "Umbrella", "Hooli", "Stark", "Wayne", "Wonka")
WORDS = (
    "They have moved the meeting to next week, and would like to see the pipelines first.",
    "I spoke with the team lead of {customer}; {number} developers would use it.",
    "Could somebody look at the questionnaire until Thursday?\n\nIt has {number} questions.",
    "Done. The slides are in the shared folder, number {number}.",
    "@sam can you say more about {customer}? I know them only from the call on the {number}th.",
    "> What do they use today?\n\nJenkins, and {number} scripts of their own.",
    "Thanks, that helps. We will come back to you because their budget is not settled yet.",
)
_DAY = re.compile(r"\b(?:Mon|Tue|Wed|Thu|Fri) \d+ (?:March|April|May|June)")
_OWN = "Our own number for it is {:06}."
_NUMBER = re.compile(r"Our own number for it is \d{6}\.")


def texts(ruleset: Ruleset, random: Random) -> list[str]:
    """So many different descriptions: templates, filled in more or less."""
    names = random.choices(list(TEMPLATES), list(TEMPLATES.values()), k=TEXTS)
    return [_text(ruleset.templates.get(name), random, number) for number, name in enumerate(names)]


def _text(template: Template | None, random: Random, number: int) -> str:
    customer = random.choice(CUSTOMERS)
    last = _OWN.format(number)
    if template is None:
        return f"{words(random, customer)}\n\n{words(random, customer)}\n\n{last}"
    likely = {"required": 0.9, "recommended": 0.6, "advice": 0.4, "later": 0.0}
    answers = {
        block.key: _DAY.sub(lambda _: _day(random), block.example.replace("Acme", customer))
        for block in template.file.blocks
        if random.random() < likely[block.severity]
    }
    answers[heading_key(template.file.blocks[0].heading)] = f"{customer}, {number + 20} developers. {last}"
    return template.filled(answers)


def _day(random: Random) -> str:
    day = FIRST + timedelta(days=random.randrange(3, 60))
    return f"{day:%a} {day.day} {day:%B}"


def words(random: Random, customer: str) -> str:
    """A comment about the customer."""
    return random.choice(WORDS).format(customer=customer, number=random.randrange(2, 900))


def with_own_number(text: str, number: int) -> str:
    """The description with a number of its own, below a million, so that no other has it; or what quotes it."""
    return _NUMBER.sub(_OWN.format(number), text)
