"""The steps of a clock: before it is due and after it, each with labels, a call, and a line in the status note."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.core.calls import SummonSpec
from app.core.document import Model
from app.core.length import read_length

_SHARE = re.compile(r"(?P<share>[1-9][0-9]?)%")
_AWAY = re.compile(r"(?P<length>\S+) (?P<side>before|after)")


@dataclass(frozen=True)
class At:
    """Where a step is: at a share of the target (0..1), or so long before or after the due instant, counted as
    the clock is."""

    share: float = 0.0
    length: timedelta = timedelta()
    side: Literal["share", "before", "after"] = "share"
    said: str = ""

    @property
    def key(self) -> str:
        """Its name in the key of a note: `80-percent`, `14d-before`."""
        return self.said.replace("%", "-percent").replace(" ", "-")

    def __str__(self) -> str:
        return self.said


def read_at(value: object) -> At:
    """`80%`, `14d before` or `24h after`. Errors: ValueError."""
    if isinstance(value, str) and (match := _SHARE.fullmatch(value)):
        return At(share=int(match["share"]) / 100, said=value)
    if isinstance(value, str) and (match := _AWAY.fullmatch(value)):
        side: Literal["before", "after"] = "before" if match["side"] == "before" else "after"
        return At(length=read_length(match["length"]), side=side, said=value)
    raise ValueError(f"{value!r} is no step of a clock; write it as 80%, 14d before or 24h after")


# As an editor knows it: what `read_at` takes.
AtText = Annotated[str, Field(pattern=r"^([1-9][0-9]?%|[1-9][0-9]{0,4}[mhd] (before|after))$")]


class Step(Model):
    """What is so from an instant of the clock on: until the next step or the due instant before it, from then on
    after it. What holds at the due instant itself stands in `while_failing`."""

    at: Annotated[At, BeforeValidator(read_at, json_schema_input_type=AtText)] = Field(
        description="`80%`, `14d before` or `24h after`."
    )
    labels: list[str] = Field(default=[], description="On while the step is in force.")
    summon: SummonSpec | None = Field(default=None, description="Who is called once the step is reached.")
    says: str = Field(default="", description="A line in the status note while the step is in force.")


@dataclass(frozen=True)
class Reached:
    """A step that is in force: since when, and with what."""

    step: Step
    at: datetime
