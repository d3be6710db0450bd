"""A case: a request's story on a board, the instants at which the bot looks, and what must be so at each of them."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.core.document import Model
from app.core.plan import Verdict
from app.core.rule import EXPECTED
from app.core.timeline import read_instant

Effect = Annotated[str, Field(pattern=EXPECTED)]


def _instant(value: object) -> object:
    read_instant(str(value))  # Errors: ValueError, which says how to write it
    return value


Instant = Annotated[str, BeforeValidator(_instant)]


class Look(Model):
    """One look of the bot's at an instant. What is not named may be as it likes."""

    now: Instant
    expect: dict[str, list[Effect]] = Field(
        default={}, description="By rule: all that it does now, in the words of examples; empty: nothing."
    )
    others: Literal["nothing"] | None = Field(
        default=None, description="`nothing`: no rule but those in `expect` does anything now."
    )
    findings: list[str] | None = Field(
        default=None, description="The rules that fire now: these, and no others."
    )
    verdicts: dict[str, Verdict] = Field(
        default={}, description="By rule: `failing`, `fine`, `waived` or `not for this issue`."
    )
    due: dict[str, Instant | None] = Field(
        default={}, description="By rule: when its clock is due; empty where no clock is open."
    )
    notes: list[str] = Field(
        default=[], description="Each of these texts stands in a note that is written now."
    )
    no_notes: list[str] = Field(default=[], description="None of these texts does.")
    silent: str | None = Field(
        default=None, description="Why the bot does nothing, or a part of that; empty: it may act."
    )

    def rules(self) -> frozenset[str]:
        """The rules that are named."""
        return frozenset([*self.expect, *(self.findings or ()), *self.verdicts, *self.due])


class Case(Model):
    """One story. The bot does at each look what it plans, and the next look is at the issue as that left it."""

    name: str
    board: str = Field(
        description="Its calendar and manners count; sam and sofia are its SAs, maria the escalation."
    )
    timeline: str
    looks: list[Look] = Field(min_length=1)


class CaseFile(Model):
    """`rules/tests/*.yaml`."""

    about: str = Field(default="", description="What these cases show.")
    cases: list[Case] = Field(min_length=1)
