"""Open time over all years, each built when it is first asked for. Microseconds since 1970, UTC; no zones, no hours."""

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta

from app.core.open_year import OpenYear

MICROSECOND = timedelta(microseconds=1)
MEAN_YEAR = timedelta(days=365.2425) // MICROSECOND
FARTHEST_YEARS = 60
FIRST_YEAR = 2025  # open time is summed up from its beginning, to both sides
ALIKE_WITHIN = 40  # years, among which every kind of year is: leap or not, by the weekday on which it begins


class OpenTime:
    """When it is open, year after year.

    `build` makes one year. Those outside the numbers in `special` differ from each other only as years do by kind, so
    that only a few of them are built, and whoever writes the year 9999 does not have eight thousand built.
    Threads may share one: sums do not depend on who asked first, and what is built twice is the same.
    """

    def __init__(self, build: Callable[[int], OpenYear], special: range) -> None:
        self._build = build
        self._special = special
        self._years: dict[int, OpenYear] = {}
        self._sums = {FIRST_YEAR: 0}  # open time from there to the beginning of each year

    def until(self, moment: int) -> int:
        """The open time from the beginning of FIRST_YEAR to that moment; negative before it."""
        number, year = self._at(moment)
        return self._sum(number) + year.open_before(moment)

    def first(self, start: int, amount: int) -> int:
        """The earliest moment by which so much was open since `start`; more than nothing. Errors: OverflowError."""
        number, year = self._at(start)
        wanted = year.open_before(start) + amount
        if wanted <= year.total:  # as nearly always
            return year.first(wanted)
        wanted += self._sum(number)
        for candidate in range(number, number + FARTHEST_YEARS):
            if wanted <= self._sum(candidate + 1):
                return self._year(candidate).first(wanted - self._sum(candidate))
        raise OverflowError(f"not reached within {FARTHEST_YEARS} years")

    def last(self, end: int, amount: int) -> int:
        """The latest moment from which so much is open until `end`; more than nothing. Errors: OverflowError."""
        number, year = self._at(end)
        wanted = year.open_before(end) - amount
        if wanted >= 0:  # as nearly always
            return year.last(wanted)
        wanted += self._sum(number)
        for candidate in range(number, number - FARTHEST_YEARS, -1):
            if wanted >= self._sum(candidate):
                return self._year(candidate).last(wanted - self._sum(candidate))
        raise OverflowError(f"not reached within {FARTHEST_YEARS} years")

    def next_open(self, moment: int) -> int:
        """The earliest open moment from that one on. Errors: OverflowError."""
        number, _ = self._at(moment)
        for candidate in range(number, number + FARTHEST_YEARS):
            found = self._year(candidate).next_open(moment)
            if found is not None:
                return found
        raise OverflowError(f"never open within {FARTHEST_YEARS} years")

    def is_open(self, moment: int) -> bool:
        return self._at(moment)[1].next_open(moment) == moment

    def _at(self, moment: int) -> tuple[int, OpenYear]:
        """The year in which a moment lies: its number and its open time."""
        number = 1970 + moment // MEAN_YEAR
        year = self._year(number)
        while moment < year.low:
            number -= 1
            year = self._year(number)
        while moment >= year.high:
            number += 1
            year = self._year(number)
        return number, year

    def _sum(self, number: int) -> int:
        sums = self._sums
        if number in sums:
            return sums[number]
        step = 1 if number > FIRST_YEAR else -1
        known = number
        while known not in sums:
            known -= step
        while known != number:
            total = self._year(self._alike(min(known, known + step))).total
            sums[known + step] = sums[known] + step * total
            known += step
        return sums[number]

    def _year(self, number: int) -> OpenYear:
        if number not in self._years:
            alike = self._alike(number)
            if alike == number:
                self._years[number] = self._build(number)
            else:
                later = date(number, 1, 1) - date(alike, 1, 1)
                self._years[number] = self._year(alike).moved(later // MICROSECOND)
        return self._years[number]

    def _alike(self, number: int) -> int:
        """The year itself if it is special, else the one of its kind that is nearest to those."""
        if not date.min.year <= number <= date.max.year:
            raise OverflowError("only the years 1 to 9999 can be counted")
        if number in self._special:
            return number
        low, high = self._special.start, self._special.stop
        after, before = range(high, high + ALIKE_WITHIN), range(low - 1, low - 1 - ALIKE_WITHIN, -1)
        kind = _kind(number)
        return next(year for year in (after if number >= high else before) if _kind(year) == kind)


def _kind(year: int) -> tuple[bool, int]:
    return isleap(year), date(year, 1, 1).weekday()
