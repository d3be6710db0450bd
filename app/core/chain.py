"""Calendars one after another: a request that moves is counted by the calendar of the board on which it is."""

from bisect import bisect_right
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

from app.core.calendar import Calendar


class Counting(Protocol):
    """What a clock needs of a calendar: one, or several one after another."""

    def add(self, start: datetime, working: timedelta) -> datetime: ...

    def before(self, end: datetime, working: timedelta) -> datetime: ...

    def between(self, start: datetime, end: datetime) -> timedelta: ...

    def is_open(self, at: datetime) -> bool: ...

    def next_open(self, at: datetime) -> datetime: ...

    def closed_days(self, start: date, end: date) -> tuple[tuple[date, str], ...]: ...


class Chain:
    """Each calendar counts from its instant on until the next one's; the first counts for all that came before too.

    The same questions as a `Calendar`'s, with the same answers wherever one calendar counts for the whole of a span.
    """

    def __init__(self, links: tuple[tuple[datetime, Calendar], ...]) -> None:
        self._starts = [start.astimezone(UTC) for start, _ in links]
        self._calendars = [calendar for _, calendar in links]

    def _link(self, at: datetime) -> int:
        return max(bisect_right(self._starts, at) - 1, 0)

    def _end(self, link: int) -> datetime | None:
        """Where the link ends; None for the last."""
        return self._starts[link + 1] if link + 1 < len(self._starts) else None

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time in [start, end); negative when `end` comes first."""
        if end < start:
            return -self.between(end, start)
        total, at = timedelta(), start
        for link in range(self._link(start), self._link(end) + 1):
            until = min(self._end(link) or end, end)
            total += self._calendars[link].between(at, until)
            at = until
        return total

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The earliest instant at which `between(start, it)` reaches `working`, in UTC."""
        at, link = start, self._link(start)
        while (end := self._end(link)) is not None:
            there = self._calendars[link].between(at, end)
            if working <= there:
                break
            working, at, link = working - there, end, link + 1
        return self._calendars[link].add(at, working)

    def before(self, end: datetime, working: timedelta) -> datetime:
        """The latest instant from which `between(it, end)` reaches `working`, in UTC."""
        at, link = end, self._link(end)
        while link > 0 and working > (there := self._calendars[link].between(self._starts[link], at)):
            working, at, link = working - there, self._starts[link], link - 1
        return self._calendars[link].before(at, working)

    def is_open(self, at: datetime) -> bool:
        """Whether work is done at that instant where the request was then."""
        return self._calendars[self._link(at)].is_open(at)

    def next_open(self, at: datetime) -> datetime:
        """The first instant from `at` on at which work is done where the request is then."""
        link = self._link(at)
        found = self._calendars[link].next_open(at)
        while (end := self._end(link)) is not None and found >= end:
            link += 1
            found = self._calendars[link].next_open(max(at, end))
        return found

    def closed_days(self, start: date, end: date) -> tuple[tuple[date, str], ...]:
        """The days in [start, end) on which nothing is open where the request is on that day (at noon, UTC), with their
        names."""
        found: list[tuple[date, str]] = []
        for day in (start + timedelta(days=n) for n in range((end - start).days)):
            calendar = self._calendars[self._link(datetime.combine(day, time(12), UTC))]
            found += calendar.closed_days(day, day + timedelta(days=1))
        return tuple(found)
