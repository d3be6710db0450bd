from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.core.calendar import Calendar, Count

WEEK = ("mon", "tue", "wed", "thu", "fri")
NINE_TO_FIVE = {day: [("09:00", "17:00")] for day in WEEK}
NEW_YORK = Calendar("America/New_York", NINE_TO_FIVE, {date(2026, 12, 25): "Christmas"})
DAYS = NEW_YORK.counting("working_days")
HOUR = timedelta(hours=1)
CHRISTMAS = Calendar(
    "America/New_York",
    NINE_TO_FIVE,
    {date(2026, 12, 24): "Christmas Eve", date(2026, 12, 25): "Christmas", date(2026, 12, 28): "Boxing Day"},
    shifts={
        date(2026, 12, 24): [("09:00", "13:00")],  # a half day
        date(2026, 12, 26): [("10:00", "12:00"), ("20:00", "24:00")],  # a Saturday
        date(2026, 12, 28): [("12:00", "17:00")],  # open although a holiday
        date(2026, 12, 30): [],
    },
)


def at(text: str, zone: str = "America/New_York") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def day(text: str) -> date:
    return date.fromisoformat(text)


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


def test_an_interval_is_half_open() -> None:
    assert NEW_YORK.is_open(at("2026-03-02T09:00"))
    assert not NEW_YORK.is_open(at("2026-03-02T17:00"))


def test_a_holiday_and_a_weekend_are_closed() -> None:
    assert NEW_YORK.between(at("2026-12-24T17:00"), at("2026-12-28T09:00")) == timedelta(0)


def test_48_hours_of_working_days_from_friday_at_four_end_on_tuesday_at_four() -> None:
    assert DAYS.add(at("2026-03-20T16:00"), timedelta(hours=48)) == at("2026-03-24T16:00")


def test_the_hours_of_a_shift_go_before_the_weekdays_and_a_holiday() -> None:
    hours = {
        d: CHRISTMAS.between(at(f"2026-12-{d}T00:00"), at(f"2026-12-{d + 1}T00:00")) for d in range(23, 31)
    }
    assert hours == {
        23: 8 * HOUR,
        24: 4 * HOUR,
        25: 0 * HOUR,
        26: 6 * HOUR,
        27: 0 * HOUR,
        28: 5 * HOUR,
        29: 8 * HOUR,
        30: 0 * HOUR,
    }
    assert CHRISTMAS.add(at("2026-12-24T12:00"), 3 * HOUR) == at("2026-12-26T12:00")
    assert CHRISTMAS.add(at("2026-12-24T12:00"), 3 * HOUR + timedelta.resolution) > at("2026-12-26T20:00")


def test_a_day_with_a_shift_or_half_a_day_is_a_whole_working_day() -> None:
    days = CHRISTMAS.counting("working_days")
    counted = [d for d in range(23, 31) if days.is_open(at(f"2026-12-{d}T03:00"))]
    assert counted == [23, 24, 26, 28, 29]
    assert days.add(at("2026-12-24T16:00"), 48 * HOUR) == at("2026-12-28T16:00")


def test_hours_that_held_before_a_date_hold_there_still() -> None:
    calendar = Calendar(
        "Asia/Tokyo",
        {day: [("09:00", "15:30")] for day in WEEK},
        earlier=[
            (day("2024-11-05"), {day: [("09:00", "15:00")] for day in WEEK}),
            (day("2020-01-01"), {"sat": [("10:00", "11:00")]}),
        ],
    )
    hours = {
        text: calendar.between(at(f"{text}T00:00", "Asia/Tokyo"), at(f"{text}T23:00", "Asia/Tokyo")) / HOUR
        for text in ("2019-12-28", "2019-12-31", "2020-01-01", "2024-11-04", "2024-11-05")
    }
    assert [*hours.values()] == [1, 0, 6, 6, 6.5]
    old, new = at("2019-12-31T12:00", "Asia/Tokyo"), at("2020-01-01T12:00", "Asia/Tokyo")
    days = calendar.counting("working_days")
    assert (days.is_open(old), days.is_open(new)) == (False, True)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-02T08:59:59", "2026-03-02T09:00"),
        ("2026-03-02T09:00", "2026-03-02T09:00"),
        ("2026-03-02T16:59:59", "2026-03-02T16:59:59"),
        ("2026-03-02T17:00", "2026-03-03T09:00"),  # an end is outside
        ("2026-03-06T17:00", "2026-03-09T09:00"),  # over a weekend on which clocks change
        ("2026-12-24T18:00", "2026-12-28T09:00"),
        ("2026-12-31T17:00", "2027-01-01T09:00"),  # in the next year
    ],
)
def test_the_next_instant_at_which_it_is_open(moment: str, opens: str) -> None:
    assert NEW_YORK.next_open(at(moment)) == at(opens)


def test_what_never_opens_again_is_no_endless_search() -> None:
    once = Calendar("UTC", {}, shifts={day("2026-03-02"): [("09:00", "10:00")]})
    assert once.next_open(at("2026-03-02T09:59", "UTC")) == at("2026-03-02T09:59", "UTC")
    assert once.next_open(at("1990-01-01T00:00", "UTC")) == at("2026-03-02T09:00", "UTC")
    for ask in (once.next_open, lambda it: once.add(it, HOUR)):
        with pytest.raises(OverflowError, match="60 years"):
            ask(at("2026-03-02T10:00", "UTC"))
    with pytest.raises(OverflowError, match="60 years"):
        once.before(at("2026-03-02T09:00", "UTC"), HOUR)


def test_closed_days_are_told_with_their_names() -> None:
    assert CHRISTMAS.closed_days(day("2026-12-24"), day("2026-12-31")) == (
        (day("2026-12-25"), "Christmas"),
        (day("2026-12-27"), ""),
        (day("2026-12-30"), ""),
    )
    assert CHRISTMAS.closed_days(day("2026-12-25"), day("2026-12-25")) == ()
    assert CHRISTMAS.counting("wall").closed_days(day("2026-01-01"), day("2027-01-01")) == ()


def test_a_days_intervals_are_instants() -> None:
    assert CHRISTMAS.intervals(day("2026-12-26")) == (
        (datetime(2026, 12, 26, 15, tzinfo=UTC), datetime(2026, 12, 26, 17, tzinfo=UTC)),
        (datetime(2026, 12, 27, 1, tzinfo=UTC), datetime(2026, 12, 27, 5, tzinfo=UTC)),
    )
    assert CHRISTMAS.intervals(day("2026-12-25")) == ()


@pytest.mark.parametrize(
    ("zone", "start", "hours", "due"),
    [
        # A wall clock moved by 48 hours over the change would be wrong by one.
        ("America/New_York", "2026-03-07T12:00", 48, "2026-03-09T13:00"),
        ("America/New_York", "2026-10-31T12:00", 48, "2026-11-02T11:00"),
        ("Europe/London", "2026-03-28T12:00", 48, "2026-03-30T13:00"),
        ("Europe/London", "2026-10-24T12:00", 48, "2026-10-26T11:00"),
        ("Australia/Sydney", "2026-04-04T12:00", 48, "2026-04-06T11:00"),
        ("Australia/Sydney", "2026-10-03T12:00", 48, "2026-10-05T13:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00", 48, "2026-10-05T12:30"),
        ("Asia/Kolkata", "2026-03-07T12:00", 48, "2026-03-09T12:00"),
        ("Pacific/Apia", "2011-12-29T12:00", 24, "2011-12-31T12:00"),  # there was no 30 December
    ],
)
def test_an_hour_is_an_hour_when_clocks_change(zone: str, start: str, hours: int, due: str) -> None:
    wall = Calendar(zone, NINE_TO_FIVE).counting("wall")
    assert wall.add(at(start, zone), hours * HOUR) == at(due, zone)
    assert wall.between(at(start, zone), at(due, zone)) == hours * HOUR


@pytest.mark.parametrize(
    ("zone", "friday", "monday"),
    [
        ("America/New_York", "2026-03-06", "2026-03-09"),
        ("Europe/London", "2026-10-23", "2026-10-26"),
        ("Australia/Sydney", "2026-04-03", "2026-04-06"),
        ("Asia/Kolkata", "2026-03-06", "2026-03-09"),
    ],
)
def test_working_time_over_a_change_of_clocks_goes_by_the_local_clock(
    zone: str, friday: str, monday: str
) -> None:
    calendar = Calendar(zone, NINE_TO_FIVE)
    start, due = at(f"{friday}T16:00", zone), at(f"{monday}T10:00", zone)
    assert calendar.between(start, due) == 2 * HOUR
    assert calendar.add(start, 2 * HOUR) == due
    days = calendar.counting("working_days")
    assert days.add(start, 24 * HOUR) == at(f"{monday}T16:00", zone)


def test_a_zone_of_half_hours_is_open_at_its_own_hours() -> None:
    kolkata = Calendar("Asia/Kolkata", {"mon": [("09:30", "18:30")]})
    assert kolkata.next_open(datetime(2026, 3, 1, tzinfo=UTC)) == datetime(2026, 3, 2, 4, tzinfo=UTC)
    assert kolkata.intervals(day("2026-03-02"))[0][1] == datetime(2026, 3, 2, 13, tzinfo=UTC)


def test_a_day_that_a_zone_leaves_out_counts_for_nothing() -> None:
    apia = Calendar("Pacific/Apia", {day: [("09:00", "17:00")] for day in (*WEEK, "sat", "sun")})
    assert apia.intervals(day("2011-12-30")) == ()
    assert apia.closed_days(day("2011-12-29"), day("2012-01-01")) == ((day("2011-12-30"), ""),)
    assert (
        apia.between(at("2011-12-29T16:00", "Pacific/Apia"), at("2011-12-31T10:00", "Pacific/Apia"))
        == 2 * HOUR
    )
    days = apia.counting("working_days")
    first, last = at("2011-12-29T00:00", "Pacific/Apia"), at("2012-01-01T00:00", "Pacific/Apia")
    assert days.between(first, last) == 48 * HOUR == last - first.astimezone(UTC)


@pytest.mark.parametrize("year", [2, 1000, 1799, 1969, 2036, 2099, 2101, 2400, 5000, 9997])
def test_years_far_off_are_counted_like_any_other(year: int) -> None:
    """Weekdays of a year, counted by hand: New York keeps no clock from nine to five on other days."""
    first = date(year, 1, 1)
    weekdays = [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]
    worked = sum(it.weekday() < 5 for it in weekdays)
    begins, ends = at(f"{year:04}-01-01T00:00"), at(f"{year + 1:04}-01-01T00:00")
    calendar = Calendar("America/New_York", NINE_TO_FIVE)
    assert calendar.between(begins, ends) == worked * 8 * HOUR
    assert (
        calendar.add(begins, worked * 8 * HOUR)
        == calendar.before(ends, timedelta.resolution) + timedelta.resolution
    )
    half = at("2026-03-02T12:00")
    assert calendar.between(half, ends) - calendar.between(half, begins) == worked * 8 * HOUR


def test_decades_on_it_is_still_exact() -> None:
    start = at("2026-03-02T09:00")
    end = NEW_YORK.add(start, 50 * 365 * HOUR)
    assert NEW_YORK.between(start, end) == 50 * 365 * HOUR
    assert NEW_YORK.before(end, 50 * 365 * HOUR) == start


def test_what_lies_beyond_the_years_that_can_be_counted_is_refused() -> None:
    with pytest.raises(OverflowError):
        NEW_YORK.add(datetime(9999, 12, 30, tzinfo=UTC), 90 * HOUR)
    with pytest.raises(OverflowError):
        NEW_YORK.before(datetime(1, 1, 2, tzinfo=UTC), 90 * HOUR)


def test_nothing_can_be_changed_from_outside() -> None:
    hours: dict[str, list[tuple[str, str]]] = {"mon": [("09:00", "17:00")]}
    closed = {day("2026-03-02"): "x"}
    shifts: dict[date, list[tuple[str, str]]] = {day("2026-03-09"): [("09:00", "10:00")]}
    calendar: Any = Calendar("UTC", hours, closed, shifts=shifts)
    hours["mon"].append(("18:00", "19:00"))
    closed.clear()
    shifts[day("2026-03-09")].clear()
    week = at("2026-03-02T00:00", "UTC"), at("2026-03-16T12:00", "UTC")
    assert calendar.between(*week) == 4 * HOUR
    with pytest.raises(TypeError):
        calendar.holidays[day("2026-03-16")] = "y"
    with pytest.raises(AttributeError):
        calendar.holidays = {}
    with pytest.raises(AttributeError):
        calendar.zone = ZoneInfo("Asia/Tokyo")


def test_threads_that_share_a_calendar_count_the_same() -> None:
    spans = [(at(f"{year}-03-02T10:00"), at(f"{year + 9}-07-03T11:00")) for year in range(1990, 2050, 4)]
    alone = [Calendar("America/New_York", NINE_TO_FIVE).between(*span) for span in spans]
    shared, together = Calendar("America/New_York", NINE_TO_FIVE), Barrier(8)

    def work(turn: int) -> list[timedelta]:
        together.wait()
        turned = spans[turn:] + spans[:turn]
        found = [shared.between(*span) for span in turned]
        return found[len(spans) - turn :] + found[: len(spans) - turn]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(work, range(8))) == [alone] * 8


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
        {"mon": []},
    ],
)
def test_hours_that_make_no_sense_are_refused(hours: dict[str, list[tuple[str, str]]]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Calendar("UTC", hours)


def test_two_ends_of_earlier_hours_on_one_date_are_refused() -> None:
    week = {"mon": [("09:00", "10:00")]}
    with pytest.raises(ValueError, match="same date"):
        Calendar("UTC", week, earlier=[(day("2026-03-02"), week), (day("2026-03-02"), week)])


def test_a_shift_that_runs_backwards_is_refused_by_its_date() -> None:
    with pytest.raises(ValueError, match=r"2026-03-02: an interval must end .*22:00 to 06:00"):
        Calendar("UTC", NINE_TO_FIVE, shifts={day("2026-03-02"): [("22:00", "06:00")]})


@pytest.mark.parametrize("ask", ["add", "before", "between", "is_open", "next_open"])
def test_every_question_wants_a_zone(ask: str) -> None:
    naive = datetime(2026, 3, 2)  # noqa: DTZ001 - that is the point
    more = {"add": [timedelta()], "before": [timedelta()], "between": [naive]}.get(ask, [])
    with pytest.raises(ValueError, match="time zone"):
        getattr(NEW_YORK, ask)(naive, *more)
