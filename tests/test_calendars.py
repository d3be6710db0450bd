"""Calendar files: what they may say, what comes of it, and what is told of a mistake."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.calendars import YEARS, CalendarFile, calendar_faults, calendar_of
from app.core.calendar import Calendar
from app.core.document import parse
from tests.calendars import SHIPPED

HOURS = """\
zone: Europe/Athens
hours:
  mon: [["09:00", "17:00"]]
  tue: [["09:00", "17:00"]]
  wed: [["09:00", "17:00"]]
  thu: [["09:00", "12:00"], ["13:00", "17:00"]]
  fri: [["09:00", "15:00"]]
"""
GREECE = HOURS + "holidays: {country: GR}\n"  # it has half days: 24 and 31 December, both a Thursday in 2026


def told(text: str) -> list[str]:
    document = parse(text, "x.yaml")
    file = document.read(CalendarFile)
    return [str(p) for p in (calendar_faults(file, document) if file else document.problems)]


def calendar(text: str) -> Calendar:
    document = parse(text, "x.yaml")
    file = document.read(CalendarFile)
    assert file is not None, document.problems
    assert calendar_faults(file, document) == []
    return calendar_of(file)


def on(found: Calendar, day: str) -> str:
    """The hours of a day as its local clock shows them, and its name."""
    it = date.fromisoformat(day)
    spans = [[f"{at.astimezone(found.zone):%H:%M}" for at in span] for span in found.intervals(it)]
    return " ".join([*("-".join(span) for span in spans), found.holidays.get(it, "")]).strip()


@pytest.mark.parametrize(
    ("more", "day", "hours"),
    [
        ("", "2026-12-23", "09:00-17:00"),
        ("", "2026-12-24", "09:00-12:00 13:00-17:00"),
        ("", "2026-12-25", "Christmas Day"),
        ("half_days: {closes: '13:00'}", "2026-12-23", "09:00-17:00"),
        ("half_days: {closes: '13:00'}", "2026-12-24", "09:00-12:00 Christmas Eve"),
        ("half_days: {closes: '14:00'}", "2026-12-24", "09:00-12:00 13:00-14:00 Christmas Eve"),
        ("half_days: {closes: '13:00'}", "2022-12-24", ""),  # a Saturday has no hours to cut
        ("half_days: {closes: '13:00', dates: {2026-12-23: Outing}}", "2026-12-23", "09:00-13:00 Outing"),
        ("half_days: {closes: '13:00', dates: {2026-12-23: Outing}}", "2026-12-24", "09:00-12:00 Christmas Eve"),
        ("half_days: {closes: '13:00', dates: {2026-12-25: Late}}", "2026-12-25", "09:00-13:00 Late"),
        ("half_days: {closes: '16:00'}", "2021-12-24", "09:00-15:00 Christmas Eve"),  # ends before on a Friday
        ("half_days: {closes: '13:00'}\nopen: [2026-12-24]", "2026-12-24", "09:00-12:00 13:00-17:00"),
        ("half_days: {closes: '13:00'}\nclosed: {2026-12-24: Off}", "2026-12-24", "Off"),
        ("open: [2026-12-25]", "2026-12-25", "09:00-15:00"),
        ("closed: {2026-12-23: Off}", "2026-12-23", "Off"),
        ("closed: {2026-12-25: Yuletide}", "2026-12-25", "Yuletide"),
        ("shifts: {2026-12-25: [['10:00', '11:00']]}", "2026-12-25", "10:00-11:00 Christmas Day"),
        ("shifts: {2026-12-26: [['10:00', '11:00'], ['23:00', '24:00']]}", "2026-12-26",
            "10:00-11:00 23:00-00:00 Glorifying Mother of God"),
        ("shifts: {2026-12-23: []}", "2026-12-23", ""),
        ("earlier: [{before: 2026-01-01, hours: {wed: [['08:00', '09:00']]}}]", "2025-12-31", "08:00-09:00"),
        ("earlier: [{before: 2026-01-01, hours: {wed: [['08:00', '09:00']]}}]", "2026-01-07", "09:00-17:00"),
        ("earlier: [{before: 2026-01-01, hours: {wed: [['08:00', '14:00']]}}]\nhalf_days: {closes: '13:00'}",
            "2025-12-24", "08:00-13:00 Christmas Eve"),
    ],
)  # fmt: skip
def test_what_a_file_says_of_a_day(more: str, day: str, hours: str) -> None:
    assert on(calendar(GREECE + more), day) == hours


def test_half_a_day_is_a_whole_working_day() -> None:
    days = calendar(GREECE + "half_days: {closes: '13:00'}").counting("working_days")
    start = datetime(2026, 12, 23, 16, tzinfo=ZoneInfo("Europe/Athens"))
    assert days.add(start, timedelta(hours=24)) == start + timedelta(days=1)


def test_named_half_days_need_no_country() -> None:
    found = calendar(HOURS + "half_days: {closes: '13:00', dates: {2026-03-02: Carnival}}")
    assert on(found, "2026-03-02") == "09:00-13:00 Carnival"


def test_parts_and_categories_of_a_country_are_read() -> None:
    scotland = calendar(HOURS + "holidays: {country: GB, subdivision: SCT}")
    assert on(scotland, "2026-11-30") == "Saint Andrew's Day"
    japan = calendar(HOURS + "holidays: {country: JP, categories: [public, bank]}")
    assert (on(japan, "2026-12-31"), on(japan, "2026-02-11")) == ("Bank Holiday", "Foundation Day")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HOURS.replace("Athens", "Athen"), ':1:7: unknown time zone "Europe/Athen"; write it as America/New_York'),
        (HOURS.replace("fri:", "friday:"), ':7:11: unknown weekday "friday"; did you mean "fri"?'),
        (HOURS.replace("15:00", "08:00"), ":7:8: fri: an interval must end after it starts"),
        (HOURS.replace("15:00", "8pm"), ":7:8: fri: '8pm' is no time of day; write it as 09:00"),
        ("zone: UTC\nhours: {mon: []}", ":2:8: a calendar must be open at some time"),
        (HOURS + "holidays: {country: UK}", ':8:21: unknown country "UK", by its ISO 3166 code; known: AD, AE,'),
        (HOURS + "holidays: {country: gb}", ':8:21: unknown country "gb", by its ISO 3166 code; did you mean "GB"?'),
        (HOURS + "holidays: {country: GB, subdivision: WAL}",
            ':8:38: GB has no part "WAL"; did you mean "WLS"?'),
        (HOURS + "holidays: {country: GB, subdivision: XXX}",
            ':8:38: GB has no part "XXX"; known: ENG, NIR, SCT, WLS'),
        (HOURS + "holidays: {country: SG, subdivision: X}", 'SG has no part "X"; known: none'),
        (HOURS + "holidays: {country: US, categories: [publik]}",
            ':8:38: US has no holidays "publik"; did you mean "public"?'),
        (GREECE.replace("GR", "GR, categories: [public, half_day]"), "say when they close in half_days"),
        (GREECE + "half_days: {closes: 1pm}", ":9:21: '1pm' is no time of day; write it as 09:00"),
        (GREECE + "half_days: {closes: '09:00'}", ":9:21: Thursday 2020-12-24 begins at 09:00 or later"),
        (GREECE + "half_days: {closes: '17:00'}", ":9:21: Thursday 2020-12-24 ends by 17:00 anyway"),
        (HOURS + "half_days: {closes: '13:00'}", "without a country in holidays are known for 2020 to 2036; name them"),
        (HOURS + "holidays: {country: SG}\nhalf_days: {closes: '13:00'}",
            ":9:12: no half days of SG are known for 2020 to 2036; name them in half_days.dates"),
        (HOURS + "holidays: {country: US}\nhalf_days: {closes: '13:00'}",  # only some of its parts have any
            ":9:12: no half days of US are known for 2020 to 2036; name them in half_days.dates"),
        (GREECE + "half_days: {closes: '16:00', dates: {2026-03-06: x}}",
            ":9:50: Friday 2026-03-06 ends by 16:00 anyway; close earlier, or leave it out"),
        (GREECE + "half_days: {closes: '13:00', dates: {2026-03-01: x}}",
            ":9:50: Sunday 2026-03-01 has no hours to cut off; leave it out"),
        (GREECE + "closed: {2026-03-02: x}\nopen: [2026-03-02]",
            ":10:8: 2026-03-02 stands in closed already; keep one of the two"),
        (GREECE + "closed: {2026-03-02: x}\nshifts: {2026-03-02: []}", "2026-03-02 stands in closed already"),
        (GREECE + "open: [2026-03-03]", ":9:8: 2026-03-03 is no holiday here, and open anyway; leave it out"),
        (GREECE + "open: [2026-12-26]", ":9:8: Saturday 2026-12-26 has no hours to be open in; give it some in shifts"),
        (GREECE + "shifts: {2026-03-02: [['22:00', '06:00']]}",
            ":9:22: 2026-03-02: an interval must end after it starts, and 22:00 to 06:00 does not; a night is two"),
        (GREECE + "shifts: {2 March: []}", "'2 March' is no day; write it as 2026-03-02"),
        (GREECE + "earlier: [{before: 2026-01-01, hours: {mo: []}}]", ':9:44: unknown weekday "mo"; did you mean'),
        (GREECE + "earlier:\n- {before: 2026-01-01, hours: {}}\n- {before: 2026-01-01, hours: {}}",
            ":11:12: two earlier hours end before 2026-01-01; keep one"),
        (GREECE + "earlier: [{befor: 2026-01-01, hours: {}}]", 'unknown key "befor", did you mean "before"?'),
        (GREECE + "half_day: {closes: '13:00'}", 'unknown key "half_day", did you mean "half_days"?'),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place_and_its_remedy(text: str, said: str) -> None:
    found = told(text)
    assert any(said in fault for fault in found), found


def test_all_faults_are_told_at_once() -> None:
    found = told(HOURS.replace("Athens", "Athen").replace("15:00", "08:00") + "holidays: {country: XX}")
    assert [fault.partition(": ")[0] for fault in found] == ["x.yaml:1:7", "x.yaml:7:8", "x.yaml:8:21"]


def test_in_years_outside_those_that_are_known_only_named_dates_are_closed() -> None:
    found = calendar(GREECE + "closed: {2050-03-02: Far}")
    assert on(found, f"{YEARS[-1]}-12-25") == "Christmas Day"
    assert on(found, f"{YEARS[-1] + 2}-12-24") == "09:00-15:00"
    assert on(found, "2037-12-25") == "09:00-15:00"
    assert on(found, "2050-03-02") == "Far"


def test_every_shipped_calendar_knows_holidays_of_every_year_but_the_one_of_all_regions() -> None:
    for name, shipped in SHIPPED.items():
        assert {day.year for day in shipped.holidays} == ({*YEARS} if name != "worldwide" else set()), name


@pytest.mark.parametrize(
    ("name", "day", "hours"),
    [
        ("us-federal", "2021-12-31", "New Year's Day (observed)"),
        ("us-federal", "2022-06-20", "Juneteenth National Independence Day (observed)"),
        ("us-federal", "2026-01-19", "Martin Luther King Jr. Day"),
        ("us-federal", "2026-02-16", "Washington's Birthday"),
        ("us-federal", "2026-05-25", "Memorial Day"),
        ("us-federal", "2026-06-19", "Juneteenth National Independence Day"),
        ("us-federal", "2026-07-03", "Independence Day (observed)"),
        ("us-federal", "2026-09-07", "Labor Day"),
        ("us-federal", "2026-10-12", "Columbus Day"),
        ("us-federal", "2026-11-11", "Veterans Day"),
        ("us-federal", "2026-11-26", "Thanksgiving Day"),
        ("us-federal", "2026-12-25", "Christmas Day"),
        ("us-federal", "2025-12-24", "09:00-17:00"),  # a president's order, no federal holiday
        ("us-federal", "2026-11-27", "09:00-17:00"),
        ("us-west", "2026-11-26", "Thanksgiving Day"),
        ("commercial-amer", "2026-07-03", "Independence Day (observed)"),
        ("emea", "2026-12-28", "Boxing Day (observed)"),
        ("emea", "2026-03-17", "09:00-17:00"),  # Northern Ireland's
        ("apac-anz", "2026-06-08", "King's Birthday"),
        ("apac-anz", "2026-10-05", "Labour Day"),
        ("apac-sea", "2026-05-01", "Labour Day"),
        ("apac-india", "2026-08-14", "09:30-18:30"),
        ("apac-india", "2026-10-02", "Gandhi Jayanti"),
        ("apac-korea", "2026-09-24", "The day preceding Chuseok"),
        ("apac-japan", "2026-09-22", "National Holiday"),  # between two others
        ("worldwide", "2026-12-25", "00:00-00:00"),
    ],
)
def test_what_the_shipped_calendars_say_of_a_day(name: str, day: str, hours: str) -> None:
    assert on(SHIPPED[name], day) == hours


def test_the_security_teams_year_has_the_eleven_federal_holidays() -> None:
    names = {name.removesuffix(" (observed)") for name in SHIPPED["us-federal"].holidays.values()}
    assert len(names) == 11
