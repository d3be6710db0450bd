"""What a clock promises: how long it may take and how that is counted, or by which day."""

from datetime import date, datetime, time
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from app.core.calendar import Count
from app.core.document import Model, PlainDate, plain_date
from app.core.length import Length


def _clock_time(value: object) -> object:
    """`15:00`, and nothing else."""
    try:
        found = datetime.strptime(value, "%H:%M") if isinstance(value, str) else None  # noqa: DTZ007 - a time of day
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"{value!r} is no time of day; write it as 15:00")
    return found.time()


# As an editor knows it: what `_clock_time` takes.
ClockTime = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$")]


class Faster(Model):
    """A label that makes the promise shorter, counted from when it was put on."""

    label: str = Field(description="The label.")
    target: Length = Field(description="How long it may take while the label is on.")
    count: Count = Field(description="How that is counted.")


class SameDay(Model):
    """By the end of the working day on which it begins; after the cut-off, or where that day is over, of the next."""

    cut_off: Annotated[time, BeforeValidator(_clock_time, json_schema_input_type=ClockTime)] = Field(
        description="From then on (the board's time) the next working day is meant."
    )


class QuarterEnd(Model):
    """By the end of a quarter: the one that a label names, else a block, else the one in which the issue was opened."""

    block: str = Field(description="The heading of the block that names the quarter.")
    labels: str = Field(
        default="", description="What the labels begin with that name a quarter, such as `quarter::`."
    )


class Terms(Model):
    """One promise: a target with its count, the same day, the day that a block or GitLab's due date names, or the end
    of the quarter that a block names."""

    target: Length | None = Field(default=None, description="How long it may take: 48h, 90m or 5d.")
    count: Count = Field(
        default="working_days",
        description="Round the clock, 24 h of each working day, or working hours; also how steps are counted.",
    )
    expedite: Faster | None = Field(default=None, description="A label that makes the target shorter.")
    same_day: SameDay | None = Field(default=None, description="By the end of the working day instead.")
    by_date: str = Field(
        default="", description="The heading of the block that names the day; `due date`: GitLab's own."
    )
    by_quarter_end: QuarterEnd | None = Field(default=None, description="By the end of a quarter instead.")

    @model_validator(mode="after")
    def _one_promise(self) -> "Terms":
        given = [self.target, self.same_day, self.by_date, self.by_quarter_end]
        if sum(1 for one in given if one) != 1:
            raise ValueError("a clock has one promise; give one of target, same_day, by_date, by_quarter_end")
        if self.expedite and self.target is None:
            raise ValueError("expedite makes a target shorter, and there is none; give the target")
        return self


class Earlier(Terms):
    """The terms of cycles that began before a day, in the board's zone: what was promised then is not changed now."""

    before: Annotated[date, BeforeValidator(plain_date, json_schema_input_type=PlainDate)] = Field(
        description="Cycles that began before this day go by these terms."
    )
