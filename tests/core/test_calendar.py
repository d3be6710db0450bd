from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.calendar import WEEKDAYS, Calendar, Count

NINE_TO_FIVE = {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")}
NEW_YORK = Calendar("America/New_York", NINE_TO_FIVE, {date(2026, 12, 25): "Christmas"})
LUNCH = Calendar(
    "Asia/Tokyo", {day: [("09:00", "12:00"), ("13:00", "18:00")] for day in ("mon", "tue", "sat")}
)
NIGHTS = Calendar(
    "Europe/Berlin", {"sun": [("00:00", "08:00"), ("22:00", "24:00")], "mon": [("00:00", "06:00")]}
)
DAYS = NEW_YORK.counting("working_days")
ALL = {"new york": NEW_YORK, "lunch": LUNCH, "nights": NIGHTS, "days": DAYS}

instants = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds must be naive
lengths = st.timedeltas(timedelta(0), timedelta(days=40))
calendars = st.sampled_from(sorted(ALL))


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@given(calendars, instants, lengths)
def test_adding_reaches_exactly_what_is_between(name: str, start: datetime, working: timedelta) -> None:
    calendar = ALL[name]
    end = calendar.add(start, working)
    assert calendar.between(start, end) == working


@given(calendars, instants, lengths.filter(bool))
def test_adding_gives_the_earliest_such_instant(name: str, start: datetime, working: timedelta) -> None:
    calendar = ALL[name]
    end = calendar.add(start, working)
    assert calendar.between(start, end - timedelta(microseconds=1)) < working


@given(calendars, instants, lengths)
def test_counting_backwards_reaches_exactly_what_is_between(
    name: str, end: datetime, working: timedelta
) -> None:
    calendar = ALL[name]
    assert calendar.between(calendar.before(end, working), end) == working


@given(calendars, instants, lengths.filter(bool))
def test_counting_backwards_gives_the_latest_such_instant(
    name: str, end: datetime, working: timedelta
) -> None:
    calendar = ALL[name]
    start = calendar.before(end, working)
    assert calendar.is_open(start)
    assert calendar.between(start + timedelta(microseconds=1), end) < working


@st.composite
def any_calendars(draw: st.DrawFn) -> Calendar:
    """A calendar of any zone, with up to three intervals on some days and some closed days."""
    hours = {}
    for day in draw(st.sets(st.sampled_from(WEEKDAYS), min_size=1)):
        marks = sorted(draw(st.sets(st.integers(0, 48), min_size=2, max_size=6)))
        edges = [f"{n // 2:02}:{n % 2 * 30:02}" for n in marks]
        hours[day] = list(zip(edges[::2], edges[1::2], strict=False))
    zone = draw(st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]))
    closed = draw(st.sets(st.dates(date(2025, 12, 1), date(2026, 5, 1)), max_size=9))
    return Calendar(zone, hours, sorted(closed))


@given(any_calendars(), instants, st.timedeltas(timedelta(microseconds=1), timedelta(days=9)))
def test_there_and_back_again_on_any_calendar(calendar: Calendar, end: datetime, working: timedelta) -> None:
    start = calendar.before(end, working)
    assert calendar.between(start, end) == working
    assert calendar.between(start + timedelta(microseconds=1), end) < working
    assert calendar.add(start, working) <= end


@pytest.mark.parametrize(
    ("end", "hours", "start"),
    [
        ("2026-03-10T10:00", 48, "2026-03-06T10:00"),  # a Tuesday; the weekend is left out
        (
            "2026-03-10T00:00",
            48,
            "2026-03-06T00:00",
        ),  # up to an edge: from the start of a day, not the end of one
        ("2026-03-08T12:00", 24, "2026-03-06T00:00"),  # a Sunday, which counts for nothing
        ("2026-12-28T10:00", 24, "2026-12-24T10:00"),  # over Christmas
        ("2026-01-01T01:00", 1, "2026-01-01T00:00"),
        ("2026-01-01T01:00", 2, "2025-12-31T23:00"),  # into the year before
        ("2026-03-10T10:00", 0, "2026-03-10T10:00"),
    ],
)
def test_so_many_hours_of_working_days_before_an_instant(end: str, hours: int, start: str) -> None:
    assert DAYS.before(at(end), timedelta(hours=hours)) == at(start)


def test_counting_backwards_takes_no_negative_time_and_ends_somewhere() -> None:
    with pytest.raises(ValueError, match="negative"):
        DAYS.before(at("2026-03-02T09:00"), timedelta(hours=-1))
    with pytest.raises(OverflowError):
        DAYS.before(at("2090-03-02T09:00"), timedelta(days=366 * 60))


@given(calendars, instants, instants, instants)
def test_splitting_a_stretch_changes_no_total(name: str, a: datetime, b: datetime, c: datetime) -> None:
    calendar = ALL[name]
    low, middle, high = sorted((a, b, c))
    assert calendar.between(low, high) == calendar.between(low, middle) + calendar.between(middle, high)


@given(calendars, instants)
def test_an_instant_is_open_when_the_next_moment_counts(name: str, moment: datetime) -> None:
    calendar = ALL[name]
    tick = timedelta(microseconds=1)
    assert calendar.is_open(moment) == (calendar.between(moment, moment + tick) == tick)


def test_an_interval_is_half_open() -> None:
    assert NEW_YORK.is_open(at("2026-03-02T09:00"))
    assert not NEW_YORK.is_open(at("2026-03-02T17:00"))


def test_a_holiday_and_a_weekend_are_closed() -> None:
    assert NEW_YORK.between(at("2026-12-24T17:00"), at("2026-12-28T09:00")) == timedelta(0)


def test_48_hours_of_working_days_from_friday_at_four_end_on_tuesday_at_four() -> None:
    assert DAYS.add(at("2026-03-20T16:00"), timedelta(hours=48)) == at("2026-03-24T16:00")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-08T00:00", "2026-03-09T00:00", 23),  # clocks go forward
        ("2026-11-01T00:00", "2026-11-02T00:00", 25),  # and back
    ],
)
def test_a_day_on_which_clocks_change_has_its_real_length(start: str, end: str, hours: int) -> None:
    sundays = Calendar("America/New_York", {"sun": [("00:00", "24:00")]})
    assert sundays.between(at(start), at(end)) == timedelta(hours=hours)


@pytest.mark.parametrize(("count", "hours"), [("wall", 24), ("working_days", 24), ("working_hours", 8)])
def test_a_working_day_counts_by_the_way_of_counting(count: Count, hours: int) -> None:
    counting = NEW_YORK.counting(count)
    assert counting.between(at("2026-03-02T00:00"), at("2026-03-03T00:00")) == timedelta(hours=hours)


def test_a_year_that_ends_in_working_time_goes_on_in_the_next() -> None:
    calendar = Calendar("UTC", {day: [("00:00", "24:00")] for day in ("thu", "fri")})
    start = datetime(2026, 12, 31, 12, tzinfo=UTC)
    assert calendar.add(start, timedelta(hours=13)) == datetime(2027, 1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {"mon": [("17:00", "09:00")]},
        {"mon": [("09:00", "12:00"), ("11:00", "13:00")]},
        {"mon": [("09:00", "25:00")]},
        {"mon": [("9", "17:00")]},
        {"monday": [("09:00", "17:00")]},
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: dict[str, list[tuple[str, str]]]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Calendar("UTC", hours)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        NEW_YORK.between(datetime(2026, 3, 2), datetime(2026, 3, 3))  # noqa: DTZ001 - that is the point
