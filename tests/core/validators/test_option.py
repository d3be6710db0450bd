"""When an offered date is meant: an instant, or a whole day somewhere."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.validators.option import Option, Span, whole_day

NEW_YORK = ZoneInfo("America/New_York")
INSTANTS = "%Y-%m-%dT%H:%MZ"


def shown(span: Span) -> tuple[str, str]:
    return f"{span.start:{INSTANTS}}", f"{span.end:{INSTANTS}}"


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Tue 17 March 10:00 ET", ("2026-03-17T14:00Z", "2026-03-17T14:00Z")),
        ("Tue 17 March 10:00 CET", ("2026-03-17T09:00Z", "2026-03-17T09:00Z")),
        ("Tue 17 March 10:00", ("2026-03-17T14:00Z", "2026-03-17T14:00Z")),  # the board's zone is assumed
        ("Tue 17 March", ("2026-03-17T04:00Z", "2026-03-18T04:00Z")),
        ("Tue 17 March, CET", ("2026-03-16T23:00Z", "2026-03-17T23:00Z")),  # the day there
        ("Tue 17 March, UTC+9", ("2026-03-16T15:00Z", "2026-03-17T15:00Z")),
        ("Tue 17 March in the afternoon", ("2026-03-17T04:00Z", "2026-03-18T04:00Z")),
        ("Tue 17 March EOD, PT", ("2026-03-17T07:00Z", "2026-03-18T07:00Z")),
        ("Sun 8 March", ("2026-03-08T05:00Z", "2026-03-09T04:00Z")),  # 23 hours in New York
        ("Sun 29 March, CET", ("2026-03-28T23:00Z", "2026-03-29T22:00Z")),
        ("1 November", ("2026-11-01T04:00Z", "2026-11-02T05:00Z")),  # 25 hours
    ],
)
def test_when_a_date_is_meant(read, text: str, span: tuple[str, str]) -> None:
    (option,) = read("{kind: dates, zone: recommended}", text).value
    assert option.sure
    assert shown(option.span(NEW_YORK)) == span


@pytest.mark.parametrize(
    ("text", "sure", "day"),
    [
        ("Tue 17 March 10:00 ET", True, True),
        ("Tue 17 March", True, True),
        ("Tue 17 March in the morning", True, True),
        ("Sat 14 March ET", True, True),  # the board is closed then: a remark, and no doubt
        ("4/3", False, True),  # April or March?
        ("Wed 17 March", False, True),  # a Tuesday
        ("next Tuesday", False, True),
        ("Tue 17 March 10am XST", False, True),
        ("Tue 12 May 10am EST", False, True),
        ("some day next week", False, False),
        ("the 10", False, False),
    ],
)
def test_which_dates_are_surely_meant(read, text: str, sure: bool, day: bool) -> None:
    (option,) = read("{kind: dates, zone: recommended}", text).value
    assert (option.sure, option.span(NEW_YORK) is not None) == (sure, day)


@pytest.mark.parametrize(
    ("text", "tz"),
    [
        ("Tue 17 March 10:00 ET", "America/New_York"),
        ("Tue 17 March 10:00 Europe/Paris", "Europe/Paris"),
        ("Tue 17 March, SGT", "Asia/Singapore"),
        ("Tue 17 March 10:00 UTC", "UTC"),
        ("Tue 17 March 10:00 UTC-5", "UTC-05:00"),
        ("Tue 17 March 10:00", "None"),
        ("Tue 17 March 10:00 XST", "None"),
    ],
)
def test_the_zone_is_the_one_that_was_named(read, text: str, tz: str) -> None:
    (option,) = read("{kind: dates, zone: recommended}", text).value
    assert str(option.tz) == tz


@pytest.mark.parametrize(
    ("zone", "day", "span", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), ("2026-03-08T05:00Z", "2026-03-09T04:00Z"), 23),
        ("America/New_York", date(2026, 11, 1), ("2026-11-01T04:00Z", "2026-11-02T05:00Z"), 25),
        ("Asia/Kolkata", date(2026, 3, 8), ("2026-03-07T18:30Z", "2026-03-08T18:30Z"), 24),
        # Midnight itself is left out, and the day begins at one.
        ("America/Santiago", date(2026, 9, 6), ("2026-09-06T04:00Z", "2026-09-07T03:00Z"), 23),
        # Midnight comes twice: the day before ends at the first, and the day begins there.
        ("America/Havana", date(2026, 11, 1), ("2026-11-01T04:00Z", "2026-11-02T05:00Z"), 25),
        ("America/Havana", date(2026, 10, 31), ("2026-10-31T04:00Z", "2026-11-01T04:00Z"), 24),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(
    zone: str, day: date, span: tuple[str, str], hours: int
) -> None:
    found = whole_day(day, ZoneInfo(zone))
    assert shown(found) == span
    assert found.end - found.start == timedelta(hours=hours)


@given(
    st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["UTC", "America/Santiago", "America/Havana", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_days_follow_one_another_without_a_gap(day: date, zone: str) -> None:
    there = ZoneInfo(zone)
    assert whole_day(day, there).end == whole_day(day + timedelta(days=1), there).start
    assert whole_day(day, there).start.astimezone(there).date() == day


def test_an_option_without_a_day_has_no_span() -> None:
    assert Option("the 10", doubt="not understood").span(NEW_YORK) is None
    at = datetime(2026, 3, 17, 14, tzinfo=UTC)
    assert Option("x", date(2026, 3, 17), at=at).span(NEW_YORK) == Span(at, at)
