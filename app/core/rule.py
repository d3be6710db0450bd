"""A rule as its YAML file says it: which check, for which issues, and what holds while it fails."""

from string import Formatter
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.core.checks import Check
from app.core.document import Model

EXPECTED = r"^(ask|summon|[+-].+|(un)?assign \S+)$"
Recipient = Literal["assignees", "requester", "board.escalation"]


class AppliesTo(Model):
    """Which issues: all, unless boards or templates are named."""

    boards: list[str] = Field(default=[], description="Board ids; none named means every board.")
    templates: list[str] = Field(default=[], description="Template names; none named means every template.")


class SummonSpec(Model):
    """One short new note, once per cause, that mentions those who must act."""

    who: list[Recipient] = Field(min_length=1)
    text: str = Field(description="What they are told; may hold the check's placeholders.")


class WhileFailing(Model):
    """What is so while the check finds something. All of it is undone when it finds nothing any more."""

    labels: list[str] = Field(default=[], description="On while it fails, off when it is over.")
    status: str = Field(
        default="", description="What the status note asks; may hold the check's placeholders."
    )
    summon: SummonSpec | None = None
    repair: bool = Field(
        default=False, description="Whether the check's own repair is done, such as taking a label off."
    )


class Example(Model):
    """One history, an instant, and what this rule does then; run as a test whenever rules are loaded."""

    name: str
    board: str = Field(
        description="Whose calendar counts; sam and sofia are its SAs here, maria its escalation."
    )
    timeline: str
    now: str
    expect: list[Annotated[str, Field(pattern=EXPECTED)]] = Field(
        description="`+label`, `-label`, `assign NAME`, `ask` (status note), `summon`; empty: nothing."
    )


class Rule(Model):
    """`rules/<id>.yaml`. The id names the problem and reads after \"allow\"."""

    id: Annotated[str, BeforeValidator(str)] = Field(pattern=r"^[a-z][a-z0-9-]*$")
    summary: str = Field(description="What is so when the rule is kept, in one sentence.")
    why: str = Field(description="Where the rule comes from.")
    applies_to: AppliesTo = AppliesTo()
    check: Check
    while_failing: WhileFailing = WhileFailing()
    examples: list[Example] = Field(min_length=2, description="At least one that fails and one that passes.")

    def texts(self) -> dict[tuple[str | int, ...], str]:
        """The texts that may hold placeholders, by their place in the file."""
        found: dict[tuple[str | int, ...], str] = {}
        if self.while_failing.status:
            found[("while_failing", "status")] = self.while_failing.status
        if self.while_failing.summon:
            found[("while_failing", "summon", "text")] = self.while_failing.summon.text
        if self.check.kind == "sla":
            for name, text in self.check.says:
                found[("check", "says", name)] = text
        return found


def placeholders(text: str) -> frozenset[str]:
    """The names in braces. Errors: ValueError for braces that do not match or hold more than a name."""
    found = set()
    for _, name, spec, conversion in Formatter().parse(text):
        if spec or conversion:
            raise ValueError(f"{{{name}}} takes no format")
        if name is not None:
            found.add(name)
    return frozenset(found)
