"""Hours as written, and the instants at which local clocks show them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.hours import cut_off, reached, read_pairs


@pytest.mark.parametrize(
    ("zone", "day", "time", "utc"),
    [
        ("America/New_York", "2026-03-02", "09:00", "2026-03-02T14:00"),
        ("America/New_York", "2026-03-02", "24:00", "2026-03-03T05:00"),
        # Forward from 02:00 to 03:00, at 07:00 UTC: what is left out is reached at the jump.
        ("America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59"),
        ("America/New_York", "2026-03-08", "02:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00"),
        ("America/New_York", "2026-03-08", "03:01", "2026-03-08T07:01"),
        # Back from 02:00 to 01:00, at 06:00 UTC: what comes twice counts the first time.
        ("America/New_York", "2026-11-01", "01:00", "2026-11-01T05:00"),
        ("America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30"),
        ("America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00"),
        ("Europe/London", "2026-03-29", "01:30", "2026-03-29T01:00"),
        ("Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30"),
        ("Australia/Sydney", "2026-10-04", "02:30", "2026-10-03T16:00"),
        ("Australia/Sydney", "2026-04-05", "02:30", "2026-04-04T15:30"),
        # Lord Howe moves by half an hour, from 02:00 to 02:30.
        ("Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "2026-10-04", "02:30", "2026-10-03T15:30"),
        # Beirut goes forward at midnight, so that both ends of two days are one instant.
        ("Asia/Beirut", "2026-03-28", "24:00", "2026-03-28T22:00"),
        ("Asia/Beirut", "2026-03-29", "00:00", "2026-03-28T22:00"),
        ("Asia/Beirut", "2026-03-29", "00:30", "2026-03-28T22:00"),
        # Havana goes back over midnight, which comes twice.
        ("America/Havana", "2026-11-01", "00:00", "2026-11-01T04:00"),
        ("America/Havana", "2026-11-01", "01:00", "2026-11-01T06:00"),
        # Toronto once went forward from 23:30 to 00:30, over midnight.
        ("America/Toronto", "1919-03-30", "24:00", "1919-03-31T04:30"),
        # Apia left out 30 December 2011, whole.
        ("Pacific/Apia", "2011-12-29", "24:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00"),
        ("Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00"),
        ("Asia/Kolkata", "2026-03-02", "09:30", "2026-03-02T04:00"),
    ],
)
def test_the_instant_at_which_a_local_clock_shows_a_time(zone: str, day: str, time: str, utc: str) -> None:
    minute = int(time[:2]) * 60 + int(time[3:])
    found = reached(date.fromisoformat(day), minute, ZoneInfo(zone))
    assert found == datetime.fromisoformat(f"{utc}+00:00")
    assert found.utcoffset() == timedelta()


@pytest.mark.parametrize(
    ("pairs", "closes", "kept"),
    [
        ([("09:00", "17:00")], "13:00", [("09:00", "13:00")]),
        ([("09:00", "12:00"), ("13:00", "17:00")], "13:00", [("09:00", "12:00")]),
        ([("09:00", "12:00"), ("13:00", "17:00")], "14:30", [("09:00", "12:00"), ("13:00", "14:30")]),
        ([("09:00", "12:00")], "12:00", [("09:00", "12:00")]),
        ([("9:00", "17:00")], "10:00", [("9:00", "10:00")]),  # by time, not by letters
        ([("13:00", "17:00")], "13:00", []),
        ([], "13:00", []),
    ],
)
def test_hours_up_to_a_time(pairs: list[tuple[str, str]], closes: str, kept: list[tuple[str, str]]) -> None:
    assert cut_off(pairs, closes) == kept


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        ([("22:00", "06:00")], "a night is two"),
        ([("09:00", "09:00")], "must end after it starts"),
        ([("09:00", "13:00"), ("12:00", "17:00")], "in order and apart"),
        ([("13:00", "17:00"), ("09:00", "12:00")], "in order and apart"),
        ([("09:60", "17:00")], "'09:60' is no time of day"),
        ([("09:00", "24:01")], "the last one is 24:00"),
        ([("nine", "17:00")], "write it as 09:00"),
    ],
)
def test_hours_that_make_no_sense_are_told_with_the_remedy(pairs: list[tuple[str, str]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_pairs(pairs)


def test_intervals_may_adjoin_and_end_at_midnight() -> None:
    assert read_pairs([("09:00", "12:00"), ("12:00", "24:00")]) == ((540, 720), (720, 1440))
