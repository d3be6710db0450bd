"""Fiscal quarters: when each begins, what it is called, and which one a text names. Days, and no instants."""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator, Field, field_validator

from app.core.document import Model

MonthDay = tuple[int, int]

_FIRST: tuple[MonthDay, ...] = ((2, 1), (5, 1), (8, 1), (11, 1))
_COMMON_YEAR = 2001  # without 29 February, on which no quarter can begin
_MONTH_DAY = re.compile(r"(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_YEARS = re.compile(r"[^{}]*\{(?:year|yy)\}")
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_NUMBER = re.compile(
    r"(?<![a-z])q\s?(?P<q>[1-4])(?:[-–/&+](?P<to>[1-4]))?(?!\d)"  # Q2, FY27Q2, Q2-3
    r"|(?<!\d)(?P<before>[1-4])\s?q(?![a-z0-9])"
    r"|\bquarter\s(?P<after>[1-4])(?!\d)"
    rf"|\b(?P<word>{'|'.join(_ORDINALS)})\squarter\b",
    re.IGNORECASE,
)
_DIGITS = "(20[0-9]{2}|[0-9]{2})"
_BARE_YEAR = re.compile(r"(?<!\w)(?P<year>20[0-9]{2})(?!\w|[-./]\d)|['’](?P<yy>[0-9]{2})(?!\d)")


class Quarter(NamedTuple):
    """One quarter of a fiscal year, from 1 to 4; quarters compare as they follow one another."""

    fiscal_year: int
    number: int


def _month_day(value: object) -> MonthDay:
    match = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    try:
        found = date(_COMMON_YEAR, int(match["month"]), int(match["day"])) if match else None
    except ValueError:
        found = None
    if found is None:
        raise ValueError(f"{value!r} is no day of every year; write month and day as 02-01")
    return found.month, found.day


class Quarters(Model):
    """`rules/quarters.yaml`: the fiscal year of those who use the boards.

    Without the file the year begins on 1 February and is named after the calendar year in which it ends: FY27 is
    February 2026 to January 2027.
    """

    starts: tuple[Annotated[MonthDay, BeforeValidator(_month_day, json_schema_input_type=str)], ...] = Field(
        default=_FIRST,
        description="On which day each quarter begins, month and day, the first quarter first.",
    )
    year_of: Literal["start", "end"] = Field(
        default="end",
        description="After which calendar year a fiscal year is named: that of its first or last day.",
    )
    years: str = Field(
        default="FY{yy}",
        description="What years are called: {yy} is 27, {year} is 2027; ends with the number.",
    )

    @field_validator("starts")
    @classmethod
    def _follow_one_another(cls, value: tuple[MonthDay, ...]) -> tuple[MonthDay, ...]:
        if len(value) != 4:
            raise ValueError(f"a year has four quarters, and {len(value)} begin here; name four days")
        turns = sum(this >= that for this, that in pairwise((*value, value[0])))
        if turns != 1:  # the new year comes once in a round
            raise ValueError("quarters follow one another; name their days in order, the first quarter first")
        return value

    @field_validator("years")
    @classmethod
    def _with_a_number(cls, value: str) -> str:
        if not _YEARS.fullmatch(value):
            raise ValueError(f"{value!r} ends with no year; write it as FY{{yy}} or FY{{year}}")
        return value

    def quarter_of(self, day: date) -> Quarter:
        """The quarter in which the day is: each day is in exactly one."""
        begun = day.year if (day.month, day.day) >= self.starts[0] else day.year - 1
        year = begun + self._ahead
        return max(q for n in (1, 2, 3, 4) if self.begins(q := Quarter(year, n)) <= day)

    def begins(self, quarter: Quarter) -> date:
        """Its first day."""
        start = self.starts[quarter.number - 1]
        year = quarter.fiscal_year - self._ahead + (start < self.starts[0])
        return date(year, *start)

    def ends(self, quarter: Quarter) -> date:
        """The day after its last one, on which the next begins."""
        return self.begins(self.next(quarter))

    def next(self, quarter: Quarter) -> Quarter:
        """The quarter after it."""
        year, number = quarter
        return Quarter(year, number + 1) if number < 4 else Quarter(year + 1, 1)

    def name(self, quarter: Quarter) -> str:
        """What people call it: `FY27 Q2`."""
        year = self.years.format(year=quarter.fiscal_year, yy=f"{quarter.fiscal_year % 100:02}")
        return f"{year} Q{quarter.number}"

    def named(self, text: str, near: date) -> Quarter | None:
        """The quarter that the text names, read on the day `near`; None when it names none, or several.

        Without a year it is the next one of that number that is not over. A year that is not said to be fiscal
        ("Q2 2027") may be the calendar's too: it counts where only one of the two readings is not over.
        """
        numbers, fiscal, bare = _numbers(text), self._fiscal_years(text), _bare_years(text)
        years = fiscal or bare
        if len(numbers) != 1 or len(years) > 1:
            return None
        (number,) = numbers
        if not years:
            return self._nearest(number, near)
        (year,) = years
        return Quarter(year, number) if fiscal else self._of_bare(year, number, near)

    @property
    def _ahead(self) -> int:
        """By how many years a fiscal year's number is ahead of the calendar year in which it begins."""
        return int(self.year_of == "end" and self.starts[0] != (1, 1))

    def _fiscal_years(self, text: str) -> set[int]:
        """The years that are named as the file names them; where that is a bare number, any year is fiscal."""
        before = self.years.partition("{")[0].strip()
        if not before:
            return _bare_years(text)
        found = re.findall(rf"(?<![a-z]){re.escape(before)}\s?['’]?{_DIGITS}(?!\d)", text, re.IGNORECASE)
        return {2000 + int(digits) % 100 for digits in found}

    def _nearest(self, number: int, near: date) -> Quarter:
        quarter = self.quarter_of(near)
        while quarter.number != number:
            quarter = self.next(quarter)
        return quarter

    def _of_bare(self, year: int, number: int, near: date) -> Quarter | None:
        """The quarter of that number in the fiscal year, or the one that begins in the calendar year: that not over."""
        readings = {Quarter(year, number), Quarter(year + 1, number)}
        readings = {q for q in readings if q.fiscal_year == year or self.begins(q).year == year}
        ahead = [q for q in readings if self.ends(q) > near]
        return ahead[0] if len(ahead) == 1 else None


USUAL = Quarters()


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for match in _NUMBER.finditer(text):
        said = match.groupdict()
        word = said.pop("word")
        found |= {_ORDINALS[word.lower()]} if word else {int(digit) for digit in said.values() if digit}
    return found


def _bare_years(text: str) -> set[int]:
    return {int(m["year"] or 2000 + int(m["yy"])) for m in _BARE_YEAR.finditer(text)}
