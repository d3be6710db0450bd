"""What tests of calendars share: the shipped ones, any others, and instants near changes of clocks."""

import random
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.core.calendar import Calendar, Count
from app.core.hours import WEEKDAYS, Pairs, cut_off
from app.rulebook import load_calendars
from tests.conftest import ROOT

SHIPPED = load_calendars(ROOT / "rules")
COUNTS: tuple[Count, ...] = get_args(Count)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1) // TICK
ZONES = (
    "UTC",
    "America/New_York",
    "America/Havana",  # back at 01:00, over midnight
    "Asia/Beirut",  # forward at midnight
    "Asia/Kathmandu",  # 05:45 ahead
    "Australia/Lord_Howe",  # by half an hour
    "Pacific/Apia",
    "Africa/Casablanca",  # back for Ramadan
)
LONG = range(2019, 2031)
SHORT = range(2025, 2027)  # a calendar that lives for one example need not build many years
LEFT_OUT = {"Pacific/Apia": range(2011, 2013)}  # it had no 30 December in 2011


@lru_cache
def changes(zone: ZoneInfo, years: range) -> tuple[datetime, ...]:
    """The first midnight, in UTC, after each change of the zone's clocks in those years."""
    first = datetime(years[0], 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=n) for n in range(366 * len(years))]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    return tuple(day for day, (a, b) in zip(days[1:], pairwise(offsets), strict=True) if a != b)


def instants_of(zone: ZoneInfo, years: range) -> st.SearchStrategy[datetime]:
    """Instants in UTC, half of them within half a week of a change of clocks."""
    low, high = datetime(years[0], 1, 1), datetime(years[-1] + 1, 1, 1)  # noqa: DTZ001 - bounds must be naive
    anywhere = st.datetimes(low, high, timezones=st.just(UTC))
    near = changes(zone, years)
    around = st.timedeltas(timedelta(days=-4), timedelta(days=3))
    return anywhere | st.builds(lambda day, by: day + by, st.sampled_from(near), around) if near else anywhere


def random_instant(zone: ZoneInfo, chance: random.Random) -> datetime:
    """The same without hypothesis, to the microsecond."""
    near = changes(zone, LONG)
    if near and chance.random() < 0.5:
        return chance.choice(near) + TICK * chance.randrange(-4 * DAY, 3 * DAY)
    return datetime(LONG[0], 1, 1, tzinfo=UTC) + TICK * chance.randrange(365 * len(LONG) * DAY)


@st.composite
def hours_of_a_day(draw: st.DrawFn, least: int = 0) -> Pairs:
    """Up to three intervals, in quarters of an hour, up to 24:00; some adjoin."""
    marks = sorted(draw(st.sets(st.integers(0, 96), min_size=2 * least, max_size=6)))
    edges = [f"{n // 4:02}:{n % 4 * 15:02}" for n in marks]
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    if len(pairs) > 1 and draw(st.booleans()):
        pairs[1] = (pairs[0][1], pairs[1][1])
    return pairs


@st.composite
def any_calendars(draw: st.DrawFn) -> Calendar:
    """A calendar with several intervals a day, closed days, half days, shifts, and other hours before some date."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    weeks = st.dictionaries(st.sampled_from(WEEKDAYS), hours_of_a_day(1), min_size=1)
    days = special_days(zone)
    week = draw(weeks)
    half = draw(st.dictionaries(days, st.sampled_from(["00:15", "12:00", "13:30"]), max_size=4))
    halves = {day: cut_off(week.get(WEEKDAYS[day.weekday()], []), closes) for day, closes in half.items()}
    return Calendar(
        zone,
        week,
        draw(st.dictionaries(days, st.just("a holiday"), max_size=6)),
        shifts=halves | draw(st.dictionaries(days, hours_of_a_day(), max_size=4)),
        earlier=draw(st.lists(st.tuples(days, weeks), max_size=2, unique_by=lambda entry: entry[0])),
    )


def years_of(zone: ZoneInfo) -> range:
    """The years in which a calendar that any_calendars made is looked at."""
    return LEFT_OUT.get(zone.key, SHORT)


def special_days(zone: ZoneInfo) -> st.SearchStrategy[date]:
    """Days near changes of clocks, where instants are looked for too."""
    near = changes(zone, years_of(zone)) or (datetime(2026, 3, 1, tzinfo=UTC),)
    return st.builds(
        lambda day, by: day.date() + timedelta(days=by), st.sampled_from(near), st.integers(-8, 8)
    )
