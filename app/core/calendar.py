"""Working time: zone, hours, holidays. Arithmetic is in UTC; only the edges of intervals are local."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

Count = Literal["wall", "working_days", "working_hours"]
Hours = Mapping[str, Sequence[tuple[str, str]]]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FARTHEST_YEARS = 60


@dataclass(frozen=True)
class _Year:
    """The open intervals that begin in one local year, in microseconds since 1970, with running totals."""

    starts: list[int]
    ends: list[int]
    before: list[int]  # open time of this year before each interval
    total: int


class Calendar:
    """When work is done. Intervals are half-open; a weekday not named is closed.

    `hours` maps "mon".."sun" to ("09:00", "17:00") pairs in order, "24:00" allowed; `holidays` are closed dates, with
    their names where known. Raises ValueError for hours that overlap, run backwards or never open.
    """

    def __init__(
        self, zone: str | ZoneInfo, hours: Hours, holidays: Mapping[date, str] | Sequence[date] = ()
    ) -> None:
        self.zone = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
        self.holidays = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
        self._week = [_intervals(day, hours.get(day, ())) for day in WEEKDAYS]
        unknown = sorted(set(hours) - set(WEEKDAYS))
        if unknown:
            raise ValueError(f"unknown weekday {unknown[0]!r}; use {', '.join(WEEKDAYS)}")
        if not any(self._week):
            raise ValueError("a calendar must be open at some time")
        self._years: dict[int, _Year] = {}

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The earliest instant at which `between(start, it)` reaches `working`, in UTC.

        Errors: ValueError when `working` is negative, OverflowError when it is not reached within 60 years.
        """
        need = working // MICROSECOND
        if need < 0:
            raise ValueError("working time cannot be negative")
        if need == 0:
            return start.astimezone(UTC)
        at = _micros(start)
        first = self._local_year(start)
        for year in range(first, first + FARTHEST_YEARS):
            chunk = self._year(year)
            need += self._open_before(chunk, at)
            if need <= chunk.total:
                i = bisect_right(chunk.before, need - 1) - 1
                return EPOCH + MICROSECOND * (chunk.starts[i] + need - chunk.before[i])
            need -= chunk.total
        raise OverflowError(f"not reached within {FARTHEST_YEARS} years")

    def before(self, end: datetime, working: timedelta) -> datetime:
        """The latest instant from which `between(it, end)` reaches `working`, in UTC: `add` the other way round.

        Errors: ValueError when `working` is negative, OverflowError when it is not reached within 60 years.
        """
        need = working // MICROSECOND
        if need < 0:
            raise ValueError("working time cannot be negative")
        if need == 0:
            return end.astimezone(UTC)
        at = _micros(end)
        last = self._local_year(end)
        for year in range(last, last - FARTHEST_YEARS, -1):
            chunk = self._year(year)
            open_until = self._open_before(chunk, at)
            if need <= open_until:
                left = open_until - need
                i = bisect_right(chunk.before, left) - 1
                return EPOCH + MICROSECOND * (chunk.starts[i] + left - chunk.before[i])
            need -= open_until
        raise OverflowError(f"not reached within {FARTHEST_YEARS} years")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time in [start, end); negative when `end` comes first."""
        if end < start:
            return -self.between(end, start)
        low, high = _micros(start), _micros(end)
        total = 0
        for year in range(self._local_year(start), self._local_year(end) + 1):
            chunk = self._year(year)
            total += self._open_before(chunk, high) - self._open_before(chunk, low)
        return MICROSECOND * total

    def is_open(self, at: datetime) -> bool:
        """Whether work is done at that instant: true at an interval's start, false at its end."""
        chunk, moment = self._year(self._local_year(at)), _micros(at)
        i = bisect_right(chunk.starts, moment) - 1
        return i >= 0 and moment < chunk.ends[i]

    def next_open(self, at: datetime) -> datetime:
        """The first instant from `at` on at which it is open."""
        return at if self.is_open(at) else self.add(at, MICROSECOND) - MICROSECOND

    def closed_days(self, start: date, end: date) -> tuple[tuple[date, str], ...]:
        days = [start + timedelta(days=n) for n in range((end - start).days)]
        return tuple(
            (d, self.holidays.get(d, "")) for d in days if d in self.holidays or not self._week[d.weekday()]
        )

    def counting(self, count: Count) -> "Calendar":
        """This calendar as a way to count: the hours as they are, 24 h of each working day, or round the clock."""
        if count == "working_hours":
            return self
        whole = ("00:00", "24:00")
        if count == "wall":
            return Calendar(self.zone, {day: [whole] for day in WEEKDAYS})
        days = {day: [whole] for day, spans in zip(WEEKDAYS, self._week, strict=True) if spans}
        return Calendar(self.zone, days, self.holidays)

    def _local_year(self, at: datetime) -> int:
        return at.astimezone(self.zone).year

    def _year(self, year: int) -> _Year:
        if year not in self._years:
            self._years[year] = self._build(year)
        return self._years[year]

    def _build(self, year: int) -> _Year:
        starts: list[int] = []
        ends: list[int] = []
        before: list[int] = []
        total = 0
        day = date(year, 1, 1)
        while day.year == year:
            for opens, closes in () if day in self.holidays else self._week[day.weekday()]:
                start, end = self._edge(day, opens), self._edge(day, closes)
                if start < end:
                    starts.append(start)
                    ends.append(end)
                    before.append(total)
                    total += end - start
            day += timedelta(days=1)
        return _Year(starts, ends, before, total)

    def _edge(self, day: date, minutes: int) -> int:
        """A local minute of the day as microseconds since 1970; 1440 is the next midnight."""
        day += timedelta(days=minutes // 1440)
        local = datetime.combine(day, time(minutes // 60 % 24, minutes % 60), self.zone)
        return _micros(local)

    @staticmethod
    def _open_before(chunk: _Year, moment: int) -> int:
        i = bisect_right(chunk.starts, moment) - 1
        if i < 0:
            return 0
        return chunk.before[i] + min(moment, chunk.ends[i]) - chunk.starts[i]


def _micros(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (at.astimezone(UTC) - EPOCH) // MICROSECOND


def _intervals(day: str, pairs: Sequence[tuple[str, str]]) -> list[tuple[int, int]]:
    spans = [(_minutes(opens), _minutes(closes)) for opens, closes in pairs]
    for opens, closes in spans:
        if opens >= closes:
            raise ValueError(f"{day}: an interval must end after it starts")
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise ValueError(f"{day}: intervals must be in order and apart")
    return spans


def _minutes(text: str) -> int:
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and len(hour) <= 2):
        raise ValueError(f"{text!r} is no time of day; write it as 09:00")
    total = int(hour) * 60 + int(minute)
    if total > 1440 or int(minute) > 59:
        raise ValueError(f"{text!r} is no time of day; the last one is 24:00")
    return total
