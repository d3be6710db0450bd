"""What calendars say of days and instants, as people and programs read it."""

from datetime import date, datetime, timedelta

import pytest

from app.almanac import deadline, deadline_data, deadline_text, page, page_data, page_text, parts_of
from app.core.calendar import Calendar
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from app.errors import ConfigError
from tests.calendars import SHIPPED

HOURS = {"thu": [("09:00", "12:00"), ("13:00", "24:00")], "sun": [("00:00", "24:00")]}
ODD = {
    "odd": Calendar(
        "America/New_York",
        HOURS,
        {date(2026, 12, 24): "Christmas Eve", date(2026, 12, 31): ""},
        shifts={date(2026, 12, 24): [("09:00", "12:00")]},
    )
}


def text(name: str, start: str, end: str, calendars: dict[str, Calendar] = ODD) -> list[str]:
    (part,) = parts_of(name, {}, calendars)
    return page_text(page(part, date.fromisoformat(start), date.fromisoformat(end))).splitlines()[1:]


def test_each_day_has_its_hours_or_why_it_is_closed_and_all_have_totals() -> None:
    assert text("odd", "2026-12-17", "2026-12-18") == [
        "Thu 17 Dec 2026  09:00–12:00, 13:00–24:00  14 hours",
        "One day, one working day, 14 hours.",
    ]
    assert text("odd", "2026-12-24", "2026-12-26") == [
        "Thu 24 Dec 2026  09:00–12:00  3 hours  Christmas Eve",
        "Fri 25 Dec 2026  closed",
        "Two days, one working day, 3 hours.",
    ]
    assert text("odd", "2026-12-31", "2027-01-01")[0] == "Thu 31 Dec 2026  closed"


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-08", "23 hours"), ("2026-03-15", "24 hours"), ("2026-11-01", "25 hours")]
)
def test_a_day_on_which_clocks_change_has_its_real_length(day: str, hours: str) -> None:
    after = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    assert text("odd", day, after)[0].endswith(f"00:00–24:00  {hours}")


def test_a_page_as_data_has_instants_and_local_times() -> None:
    (part,) = parts_of("odd", {}, ODD)
    data = page_data(page(part, date(2026, 12, 24), date(2026, 12, 26)))
    assert data == {
        "calendar": "odd",
        "part": None,
        "zone": "America/New_York",
        "days": [
            {
                "date": "2026-12-24",
                "open": [
                    {
                        "from": "2026-12-24T14:00:00Z",
                        "to": "2026-12-24T17:00:00Z",
                        "local": ["09:00", "12:00"],
                    }
                ],
                "seconds": 10800,
                "name": "Christmas Eve",
            },
            {"date": "2026-12-25", "open": [], "seconds": 0, "name": None},
        ],
        "working_days": 1,
        "open_seconds": 10800,
    }


def test_a_board_shows_its_own_calendar_first_and_then_those_of_its_parts(ruleset: Ruleset) -> None:
    parts = parts_of("apac", ruleset.boards, SHIPPED)
    assert [(part.title, part.id, part.part) for part in parts] == [
        ("APAC", "apac-sea", ""),
        ("APAC ANZ", "apac-anz", "APAC ANZ"),
        ("APAC SEA", "apac-sea", "APAC SEA"),
        ("APAC India", "apac-india", "APAC India"),
        ("APAC Korea", "apac-korea", "APAC Korea"),
        ("APAC Japan", "apac-japan", "APAC Japan"),
    ]
    assert [part.title for part in parts_of("us-federal", ruleset.boards, SHIPPED)] == ["Calendar"]


@pytest.mark.parametrize(
    ("length", "count", "due", "skipped"),
    [
        ("48", "working_days", "2026-05-05T16:00:00Z", ["2026-05-01", "2026-05-02", "2026-05-03"]),
        ("48", "wall", "2026-05-03T06:00:00Z", []),
        ("9", "working_hours", "2026-05-04T10:00:00Z", ["2026-05-01", "2026-05-02", "2026-05-03"]),
        ("18", "working_hours", "2026-05-05T10:00:00Z", ["2026-05-01", "2026-05-02", "2026-05-03"]),
    ],
)
def test_what_is_due_when_and_what_did_not_count(
    length: str, count: str, due: str, skipped: list[str]
) -> None:
    """From the afternoon of Labour Day, a Friday, in Singapore, where the office keeps nine to six."""
    (part,) = parts_of("apac-sea", {}, SHIPPED)
    found = deadline(part, timedelta(hours=int(length)), count, read_instant("2026-05-01T06:00Z"))
    data = deadline_data(found)
    assert data["due"] == due
    assert [day["date"] for day in data["not_counted"]] == skipped
    assert datetime.fromisoformat(data["due_local"]) == found.due


def test_a_day_that_begins_when_it_is_due_was_not_passed_over() -> None:
    (part,) = parts_of("us-east", {}, SHIPPED)
    found = deadline(part, timedelta(hours=24), "working_days", read_instant("2026-03-06T05:00Z"))
    assert found.due == read_instant("2026-03-07T05:00Z")  # the first instant of Saturday
    assert found.not_counted == ()
    assert deadline_text(found).endswith("not counted: no day")


def test_holidays_that_did_not_count_are_named_and_very_many_days_only_counted() -> None:
    (part,) = parts_of("us-east", {}, SHIPPED)
    start = read_instant("2026-12-24T15:00Z")
    assert deadline_text(deadline(part, timedelta(hours=24), "working_days", start)).splitlines()[-1] == (
        "not counted: Fri 25 Dec 2026 (Christmas Day), Sat 26 Dec 2026, Sun 27 Dec 2026"
    )
    year = deadline_text(deadline(part, timedelta(days=250), "working_days", start)).splitlines()[-1]
    assert year == "not counted: 118 days, 15 of them with a name"


@pytest.mark.parametrize(
    ("start", "end", "warned"),
    [
        ("2036-12-30", "2037-01-01", False),
        ("2036-12-30", "2037-01-02", True),
        ("2019-12-31", "2020-01-01", True),
    ],
)
def test_years_of_which_no_holidays_are_known_are_told(start: str, end: str, warned: bool) -> None:
    said = "Holidays are known for 2020 to 2036 only."
    assert (said in text("us-east", start, end, SHIPPED)) is warned
    assert said not in text("worldwide", start, end, SHIPPED)  # it has none


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2026-03-02", "2026-03-02", "holds no day"),
        ("2026-03-02", "2026-03-01", "holds no day"),
        ("2026-03-02", "2036-03-10", "more than ten years"),
    ],
)
def test_days_that_cannot_be_shown_are_refused(start: str, end: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        text("us-east", start, end, SHIPPED)


def test_days_at_the_end_of_time_are_shown_too() -> None:
    assert len(text("us-east", "9999-12-01", "9999-12-31", SHIPPED)) == 30 + len(["totals", "warning"])


def test_what_is_due_after_the_end_of_time_is_refused() -> None:
    (part,) = parts_of("us-east", {}, SHIPPED)
    with pytest.raises(ConfigError, match="9999"):
        deadline(part, timedelta(days=90), "working_days", read_instant("9999-12-01T00:00Z"))
