"""Lengths by the calendar: months and years of the wall, each as long as it is. UTC, as GitLab's instants."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, Field

from app.core.length import read_length

_WRITTEN = re.compile(r"(?P<number>[1-9][0-9]{0,2})(?P<unit>mo|y)")
MOST = 120


class Months(NamedTuple):
    """So many months of the calendar."""

    number: int

    def __str__(self) -> str:
        years, rest = divmod(self.number, 12)
        return f"{self.number}mo" if rest else f"{years}y"

    def after(self, start: datetime) -> datetime:
        """The first instant at which the start is so many months back: the same day and time of that month, or the
        next month's beginning where it has no such day. Errors: OverflowError past the year 9999."""
        year, month = divmod(start.year * 12 + start.month - 1 + self.number, 12)
        if year > 9998:
            raise OverflowError("that is no date any more")
        if start.day <= monthrange(year, month + 1)[1]:
            return start.replace(year=year, month=month + 1)
        year, month = divmod(year * 12 + month + 1, 12)
        return start.replace(year=year, month=month + 1, day=1, hour=0, minute=0, second=0, microsecond=0)


def read_long(value: object) -> timedelta | Months:
    """`5d`, `48h`, `90m`; or `6mo`, `1y` by the calendar. Errors: ValueError, ten years being the most."""
    if isinstance(value, Months):
        return value
    if match := _WRITTEN.fullmatch(value) if isinstance(value, str) else None:
        number = int(match["number"]) * (12 if match["unit"] == "y" else 1)
        if number > MOST:
            raise ValueError(f"{value!r} is more than ten years; write a shorter time, such as 6mo")
        return Months(number)
    try:
        return read_length(value)
    except ValueError as error:
        raise ValueError(str(error).replace("48h, 90m or 5d", "48h, 90m, 5d, 6mo or 1y")) from None


# As an editor knows it: what `read_long` takes.
Written = Annotated[str, Field(pattern="^([1-9][0-9]{0,4}[mhd]|[1-9][0-9]{0,2}(mo|y))$")]
LongLength = Annotated[timedelta | Months, BeforeValidator(read_long, json_schema_input_type=Written)]
