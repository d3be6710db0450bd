"""Our calendars against the timetables of four stock exchanges, which `exchange_calendars` keeps in its own way.

Ours are made of regular hours, holidays and shifts; theirs are tables of sessions, added up here one by one.
"""

import random
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import exchange_calendars
import pytest

from app.core.calendar import EPOCH, Calendar
from app.core.hours import Hours, cut_off

FIRST, LAST = date(2015, 1, 1), date(2026, 12, 31)
SECOND = timedelta(seconds=1)
WEEK = ("mon", "tue", "wed", "thu", "fri")
CASES = 600  # for each of four exchanges, of each kind


@dataclass(frozen=True)
class Market:
    """One exchange: our calendar, and its sessions as half-open intervals, in seconds since 1970, in order."""

    ours: Calendar
    sessions: list[tuple[int, int]]
    odd_days: list[date]

    def between(self, start: int, end: int) -> int:
        return sum(max(0, min(closes, end) - max(opens, start)) for opens, closes in self.sessions)

    def add(self, start: int, length: int) -> int:
        for opens, closes in self.sessions:
            here = closes - max(opens, start)
            if 0 < here < length:
                length -= here
            elif here > 0:
                return max(opens, start) + length
        raise AssertionError("the timetable ends before")


@pytest.fixture(scope="module", params=["XNYS", "XLON", "XTKS", "XASX"])
def market(request: pytest.FixtureRequest) -> Market:
    with warnings.catch_warnings():
        # Its own use of pandas, which we cannot change.
        warnings.filterwarnings("ignore", "Series.values returning an ndarray that drops timezone")
        theirs = exchange_calendars.get_calendar(request.param, start=str(FIRST), end=str(LAST))
        return Market(our_calendar(theirs), sessions(theirs), [*special_closes(theirs), date(2024, 11, 5)])


def sessions(theirs: Any) -> list[tuple[int, int]]:
    found = []
    for row in theirs.schedule.itertuples():
        edges = [row.open, row.break_start, row.break_end, row.close]
        marks = [int(edge.timestamp()) for edge in edges if edge == edge]  # NaT where there is no break
        found += zip(marks[::2], marks[1::2], strict=True)
    return found


def our_calendar(theirs: Any) -> Calendar:
    """The same exchange by our means: weekly hours, earlier ones, holidays, and a shift for each early close."""
    changes = theirs.close_times  # (first date or None, time) in order
    weeks = [week(theirs, closes) for _, closes in changes]
    untils = [since.date() for since, _ in changes[1:]]
    closed = {*days(theirs.regular_holidays), *only_days(theirs.adhoc_holidays)}
    shifts = {}
    for day, closes in special_closes(theirs).items():
        if day not in closed and day.weekday() < 5:
            hours = next((w for w, until in zip(weeks, untils, strict=False) if day < until), weeks[-1])
            shifts[day] = cut_off(hours["mon"], f"{closes:%H:%M}")
    earlier = list(zip(untils, weeks, strict=False))
    return Calendar(theirs.tz.key, weeks[-1], sorted(closed), shifts=shifts, earlier=earlier)


def week(theirs: Any, closes: time) -> Hours:
    ((_, opens),) = theirs.open_times
    marks = [opens, closes]
    if theirs.break_start_times:
        ((_, pause),), ((_, resume),) = theirs.break_start_times, theirs.break_end_times
        marks = [opens, pause, resume, closes]
    edges = [f"{mark:%H:%M}" for mark in marks]
    return dict.fromkeys(WEEK, tuple(zip(edges[::2], edges[1::2], strict=True)))


def special_closes(theirs: Any) -> dict[date, time]:
    found = {day: closes for closes, calendar in theirs.special_closes for day in days(calendar)}
    return found | {day: closes for closes, dates in theirs.special_closes_adhoc for day in only_days(dates)}


def days(calendar: Any) -> list[date]:
    return only_days(calendar.holidays(str(FIRST), str(LAST)))


def only_days(stamps: Iterable[Any]) -> list[date]:
    return [day for stamp in stamps if FIRST <= (day := date(stamp.year, stamp.month, stamp.day)) <= LAST]


def starts(market: Market, chance: random.Random) -> list[datetime]:
    """Instants to the second over ten years, half of them around days with odd hours."""
    found = []
    for _ in range(CASES):
        if chance.random() < 0.5:
            day = chance.choice([d for d in market.odd_days if 2015 < d.year < 2026])
            noon = datetime.combine(day, time(12), UTC)
            found.append(noon + SECOND * chance.randrange(-3 * 86400, 3 * 86400))
        else:
            found.append(datetime(2015, 6, 1, tzinfo=UTC) + SECOND * chance.randrange(3650 * 86400))
    return found


def test_it_is_open_for_as_long_as_the_sessions_last(market: Market) -> None:
    chance = random.Random(1)
    differences = []
    for start in starts(market, chance):
        longest = chance.choice([3600, 86400, 20 * 86400, 3000 * 86400])
        end = min(start + SECOND * chance.randrange(longest), datetime.combine(LAST, time(), UTC))
        theirs = market.between(seconds(start), seconds(end))
        if market.ours.between(start, end) != theirs * SECOND:
            differences.append((start, end))
    assert differences == []


def test_as_much_is_added_as_the_sessions_hold(market: Market) -> None:
    chance = random.Random(2)
    differences = []
    for start in starts(market, chance):
        length = chance.randrange(1, chance.choice([3600, 30_000, 400_000]))
        theirs = market.add(seconds(start), length)
        if market.ours.add(start, length * SECOND) != EPOCH + theirs * SECOND:
            differences.append((start, length))
    assert differences == []


def test_the_days_on_which_it_is_open_are_the_days_with_a_session(market: Market) -> None:
    closed = {day for day, _ in market.ours.closed_days(FIRST, LAST + timedelta(days=1))}
    held = {(EPOCH + opens * SECOND).astimezone(market.ours.zone).date() for opens, _ in market.sessions}
    every = {FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)}
    assert closed == every - held


def seconds(at: datetime) -> int:
    return (at - EPOCH) // SECOND
