from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from app.core.validators.dates import MOST_OPTIONS

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "understood"),
    [
        (
            "Tue 3 March 10am EST or 11am CET",
            "Tue 3 Mar 2026, 10:00 New York (15:00 UTC); Tue 3 Mar 2026, 11:00 Berlin (10:00 UTC)",
        ),
        (
            "Tue 17 March 10:00 ET, or Wed 18 March 14:00 ET",
            "Tue 17 Mar 2026, 10:00 New York (14:00 UTC); Wed 18 Mar 2026, 14:00 New York (18:00 UTC)",
        ),
        ("2026-03-10T14:00Z", "Tue 10 Mar 2026, 14:00 UTC"),
        ("2026-03-10 10:00-11:00 America/Chicago", "Tue 10 Mar 2026, 10:00 Chicago (15:00 UTC)"),
        ("March 10, 11-1pm PT", "Tue 10 Mar 2026, 11:00 Los Angeles (18:00 UTC)"),
        ("Between 2 and 4pm ET on Friday", "Fri 6 Mar 2026, 14:00 New York (19:00 UTC)"),
        ("tomorrow 9am et", "Tue 3 Mar 2026, 09:00 New York (14:00 UTC)"),
        ("noon ET tomorrow", "Tue 3 Mar 2026, 12:00 New York (17:00 UTC)"),
        ("day after tomorrow 10am ET", "Wed 4 Mar 2026, 10:00 New York (15:00 UTC)"),
        (
            "Tue 3 March:\n- 10am ET\n- 2pm ET",
            "Tue 3 Mar 2026, 10:00 New York (15:00 UTC); Tue 3 Mar 2026, 14:00 New York (19:00 UTC)",
        ),
        (
            "10am or 2pm on Tuesday (all times ET)",
            "Tue 3 Mar 2026, 10:00 New York (15:00 UTC); Tue 3 Mar 2026, 14:00 New York (19:00 UTC)",
        ),
        ("Tue 3 March - 10am IST", "Tue 3 Mar 2026, 10:00 Kolkata (04:30 UTC)"),
        ("Fri 13 March 8am SGT", "Fri 13 Mar 2026, 08:00 Singapore (00:00 UTC)"),
        ("Fri 13 March 7am SGT", "Fri 13 Mar 2026, 07:00 Singapore (Thu 23:00 UTC)"),
        ("13/3 2pm ET", "Fri 13 Mar 2026, 14:00 New York (18:00 UTC)"),
        ("10.03.2026 10 Uhr CET", "Tue 10 Mar 2026, 10:00 Berlin (09:00 UTC)"),
        ("March 10 at 10am UTC-5", "Tue 10 Mar 2026, 10:00 UTC-05:00 (15:00 UTC)"),
        ("2026-03-10 10:00 +05:30", "Tue 10 Mar 2026, 10:00 UTC+05:30 (04:30 UTC)"),
        ("Tuesday, March 10th at 10 a.m. New York time", "Tue 10 Mar 2026, 10:00 New York (14:00 UTC)"),
        ("Tue 10 March 10am EDT", "Tue 10 Mar 2026, 10:00 New York (14:00 UTC)"),
        ("12 Mar 14.30 CET", "Thu 12 Mar 2026, 14:30 Berlin (13:30 UTC)"),
        ("we sat in the sun until Tue 3 March 3pm ET", "Tue 3 Mar 2026, 15:00 New York (20:00 UTC)"),
        (
            "03-10-2026 3pm Europe/Berlin",
            "Tue 10 Mar 2026, 15:00 Berlin (14:00 UTC): could also be 3 October 2026",
        ),
        ("Mon 30 March ET", "Mon 30 Mar 2026 New York"),
        (
            "5 Jan 3pm GMT",
            "Tue 5 Jan 2027, 15:00 UTC: 5 January 2027 is far off; was it meant to be this year?",
        ),
    ],
)
def test_what_is_understood_is_said_in_full(read, text, understood) -> None:
    reading = read("kind: dates", text)
    assert (reading.problem, reading.understood) == ("", understood)


@pytest.mark.parametrize("text", ["", "ASAP", "TBD", "as soon as possible", "the customer will say", "a.m."])
def test_no_date_at_all_is_a_problem(read, text) -> None:
    assert read("kind: dates", text).problem.startswith("no date is")


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Wed 4/3 10am ET", "3 April 2026 would be a Friday, so read as 4 March 2026"),
        ("Fri 4/3 10am ET", ""),
        ("4/3 2pm ET", "could also be 4 March 2026"),
        ("Wed 3 March 10am ET", "3 March 2026 is a Tuesday, not a Wednesday"),
        ("Tue 12 May 10am EST", "New York is on EDT then, not on EST; read as the time there"),
        ("Tue 12 May 10am ET", ""),
        ("3 March 10am XST", '"XST" is no zone known here'),
        ("any time next week", '"next week" leaves the day open'),
        ("week of March 9", '"week of" leaves the day open'),
        ("end of March", '"march" leaves the day open'),
        ("end of next week", '"next week" leaves the day open'),
        ("mid March 10am ET", '"march" leaves the day open'),
        ("next Tuesday 3pm ET", '"next tuesday" may also be a week later'),
        ("Friday afternoon ET", "afternoon, with no time"),
        ("31 Feb 10am ET", "the day is missing"),
        ("the 10", "not understood"),
        ("20260310T1000Z", "not understood"),
        ("3-5 March ET", "a stretch of days is named; its last is read"),
        ("Tue/Thu 10am ET", "several weekdays are named; the first is read"),
        ("Mon-Fri 9-5 ET", "several weekdays are named; the first is read"),
        ("14 Sept 9am Eastern", '"Eastern" is no zone known here'),
        ("Sundays", "not understood"),
    ],
)
def test_a_doubtful_date_never_blocks(read, text, note) -> None:
    reading = read("kind: dates\nneed_time: true\nmin_options: 1", text)
    assert reading.problem == ""
    assert reading.doubtful is bool(note)
    assert reading.understood.endswith(note)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Tue 3 March 10am", "the time zone is missing"),
        ("4/3 10am", "the time zone is missing"),
        ("Tue 3 March 10am, Wed 4 March 11am", "the time zone is missing"),
        ("Tue 3 March 10am; Wed 4 March 11am ET", ""),
        ("Tue 3 March 10am XST", ""),
        ("next week", ""),
    ],
)
def test_the_zone_is_asked_for_once_a_day_is_read(read, text, problem) -> None:
    assert read("kind: dates", text).problem == problem


@pytest.mark.parametrize(
    ("zone", "text", "problem", "understood"),
    [
        ("required", "Tue 3 March 10am", "the time zone is missing", "Tue 3 Mar 2026, 10:00"),
        ("required", "Tue 3 March", "the time zone is missing", "Tue 3 Mar 2026"),
        ("required", "Tue 3 March 10am CET", "", "Tue 3 Mar 2026, 10:00 Berlin (09:00 UTC)"),
        (
            "recommended",
            "Tue 3 March 10am",
            "",
            "Tue 3 Mar 2026, 10:00 New York (15:00 UTC): the board's time zone is assumed",
        ),
        ("recommended", "Tue 3 March", "", "Tue 3 Mar 2026"),  # nothing to assume without a time
        ("recommended", "Tue 3 March 10am CET", "", "Tue 3 Mar 2026, 10:00 Berlin (09:00 UTC)"),
        (
            "recommended",
            "Tue 3 March 10am or 2pm CET",
            "",
            "Tue 3 Mar 2026, 10:00 Berlin (09:00 UTC); Tue 3 Mar 2026, 14:00 Berlin (13:00 UTC)",
        ),
        ("recommended", "Tue 3 March 10am XST", "", 'Tue 3 Mar 2026, 10:00 XST: "XST" is no zone known here'),
        (
            "recommended",
            "Wed 3 March 10am",
            "",
            "Tue 3 Mar 2026, 10:00 New York (15:00 UTC): 3 March 2026 is a Tuesday, not a Wednesday; "
            "the board's time zone is assumed",
        ),
        ("optional", "Tue 3 March 10am", "", "Tue 3 Mar 2026, 10:00 New York (15:00 UTC)"),
        ("optional", "Tue 3 March", "", "Tue 3 Mar 2026"),
        ("optional", "Tue 3 March 10am CET", "", "Tue 3 Mar 2026, 10:00 Berlin (09:00 UTC)"),
    ],
)
def test_a_zone_may_be_required_recommended_or_optional(read, zone, text, problem, understood) -> None:
    reading = read(f"kind: dates\nzone: {zone}", text)
    assert (reading.problem, reading.understood) == (problem, understood)


@pytest.mark.parametrize(
    ("zone", "text", "assumed"),
    [
        ("recommended", "3 March 10am", True),
        ("optional", "3 March 10am", True),
        ("optional", "3 March", False),
    ],
)
def test_an_option_tells_that_its_zone_is_assumed(read, zone, text, assumed) -> None:
    (option,) = read(f"kind: dates\nzone: {zone}", text).value
    assert (option.assumed, option.doubt, option.at is not None) == (assumed, "", assumed)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1 March 2026 11pm", "the date is in the past"),
        ("2 March 2026 8am", ""),  # past in New York, and not yet in Honolulu
        ("2 March 2026 8am ET", "the date is in the past"),
    ],
)
@pytest.mark.parametrize("zone", ["recommended", "optional"])
def test_in_an_assumed_zone_only_an_earlier_day_is_surely_past(read, zone, text, problem) -> None:
    assert read(f"kind: dates\nzone: {zone}", text).problem == problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2 March 2026 8:59 ET", "the date is in the past"),
        ("2 March 2026 9:00 ET", "the date is in the past"),
        ("2 March 2026 9:01 ET", ""),
        ("1 March 2026 ET", "the date is in the past"),
        ("2 March 2026 ET", ""),
        ("today 8am ET", "the date is in the past"),
        ("yesterday 8pm ET", "the date is in the past"),
        ("2026-02-01 10:00 ET or 2026-02-02 10:00 ET", "every date here is in the past"),
        ("2026-02-01 10:00 ET or 2026-03-03 10:00 ET", ""),
        ("20 February 10am ET", ""),  # a year was not said: doubtful
        ("2026-02-01 10:00 ET or some 5 others", ""),
    ],
)
def test_only_what_is_surely_past_is_a_problem(read, text, problem) -> None:
    assert read("kind: dates", text).problem == problem
    assert "past" not in read("kind: dates\nfuture: false", text).problem


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Tue 3 March 10am ET", "please offer 2 dates to choose from"),
        ("Tue 3 March 10am ET or Wed 4 March 10am ET", ""),
        ("Tue 3 March 10am ET or 11am or noon", ""),
        ("Tue 3 March 10am ET or next week", ""),
        ("next week", ""),
    ],
)
def test_as_many_options_as_asked_for(read, text, problem) -> None:
    assert read("kind: dates\nmin_options: 2", text).problem == problem


def test_a_time_of_day_may_be_asked_for(read) -> None:
    assert read("kind: dates\nneed_time: true", "Tue 3 March ET").problem == "the time of day is missing"
    assert read("kind: dates\nneed_time: true", "Tue 3 March ET or Wed 4 March 10am ET").problem == ""


@pytest.mark.parametrize(
    ("lead", "text", "note"),
    [
        ("2d", "Wed 4 March 8:59 ET", "less than two days ahead"),
        ("2d", "Wed 4 March 9:00 ET", ""),
        ("2d", "Tue 3 March ET", "less than two days ahead"),
        ("2d", "Wed 4 March ET", ""),
        ("48h", "Wed 4 March 8:59 ET", "less than two days ahead"),
        ("24h", "Tue 3 March 8:59 ET", "less than one day ahead"),
        ("36h", "Tue 3 March 20:59 ET", "less than 36 hours ahead"),
        ("36h", "Tue 3 March 21:00 ET", ""),
        ("90m", "Mon 2 March 10:29 ET", "less than 1 hour 30 minutes ahead"),
        ("90m", "Mon 2 March 10:30 ET", ""),
        ("6d", "Sun 8 March 9:59 ET", "less than six days ahead"),  # the clocks go forward that night
        ("6d", "Sun 8 March 10:00 ET", ""),
    ],
)
def test_a_near_date_gets_a_note_and_passes(read, lead, text, note) -> None:
    reading = read(f"kind: dates\nlead: {lead}", text)
    assert (reading.problem, reading.doubtful) == ("", bool(note))
    assert reading.understood.endswith(note or ")") or not note


@pytest.mark.parametrize(
    ("lead", "text", "note"),
    [
        ("1d", "Tue 3 March 8:59 ET", "less than one working day ahead"),
        ("1d", "Tue 3 March 9:00 ET", ""),
        ("4d", "Fri 6 March 8:59 ET", "less than four working days ahead"),
        ("4d", "Fri 6 March 9:00 ET", ""),
        ("5d", "Tue 10 March 8:59 ET", "less than five working days ahead"),  # the Monday is a holiday
        ("5d", "Tue 10 March 9:00 ET", ""),
        ("5d", "Fri 6 March ET", "less than five working days ahead"),
        ("5d", "Tue 10 March ET", ""),
        ("36h", "Tue 3 March 20:59 ET", "less than 36 hours ahead, counted on working days"),
        ("36h", "Tue 3 March 21:00 ET", ""),
        ("7d", "Thu 12 March 8:59 ET", "less than seven working days ahead"),
        ("7d", "Thu 12 March 9:00 ET", ""),
    ],
)
def test_a_lead_is_counted_on_the_boards_working_days(read, at_work, lead, text, note) -> None:
    reading = read(f"kind: dates\nlead: {lead}", text, at_work)
    assert reading.problem == ""
    assert reading.value[0].remark == note


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Fri 6 March 10am ET", ""),
        ("Sat 7 March 10am ET", "a closed day on the board"),
        ("Sat 7 March ET", "a closed day on the board"),
        ("Sun 8 March ET", "a closed day on the board"),
        ("Mon 9 March 10am ET", "a closed day on the board (Board Day)"),
        ("Mon 9 March 23:59 ET", "a closed day on the board (Board Day)"),
        ("Tue 10 March 00:00 ET", ""),
        ("Fri 13 March ET", "a closed day on the board"),
        ("Sat 14 March 8am SGT", "a closed day on the board"),  # a Friday in New York, and closed too
        ("Sat 7 March 8am SGT", ""),  # still Friday in New York
        ("Tue 10 March 8am SGT", "a closed day on the board (Board Day)"),  # still Monday there
        ("Thu 12 March 3am ET", ""),  # closed at that hour, and not all day
        ("Sat 7 March or Tue 10 March ET", "a closed day on the board"),
    ],
)
def test_a_closed_day_gets_a_note_and_passes(read, at_work, text, note) -> None:
    reading = read("kind: dates", text, at_work)
    assert (reading.problem, reading.doubtful) == ("", bool(note))
    assert (reading.value[0].remark, reading.value[0].doubt) == (note, "")


def test_without_a_calendar_every_day_is_open(read) -> None:
    assert read("kind: dates", "Sat 7 March 10am ET").value[0].note == ""


def test_a_near_or_closed_day_that_is_past_is_past(read, at_work) -> None:
    reading = read("kind: dates\nlead: 2d", "Sun 1 March 2026 10am ET", at_work)
    assert reading.problem == "the date is in the past"


def test_a_remark_is_no_time_of_day(read, at_work) -> None:
    spec = "kind: dates\nneed_time: true\nlead: 7d"
    assert read(spec, "Sat 7 March ET", at_work).problem == "the time of day is missing"


@pytest.mark.parametrize("lead", ["2", "0d", "two days", "2w"])
def test_a_lead_is_a_length(read, lead) -> None:
    with pytest.raises(ValidationError, match="no length of time; write it as 48h, 90m or 5d"):
        read(f'kind: dates\nlead: "{lead}"', "")


def test_days_go_before_months_outside_america(read, about) -> None:
    in_berlin = replace(about, zone=BERLIN)
    assert read("kind: dates", "4/3 2pm CET", in_berlin).value[0].day == date(2026, 3, 4)
    assert read("kind: dates\nday_first: false", "4/3 2pm CET", in_berlin).value[0].day == date(2026, 4, 3)
    assert read("kind: dates\nday_first: true", "4/3 2pm CET").value[0].day == date(2026, 3, 4)


def test_today_is_the_boards_day(read, about) -> None:
    late = replace(about, asked_at=datetime(2026, 3, 3, 3, tzinfo=UTC))  # still Monday in New York
    assert read("kind: dates", "tomorrow 10am ET", late).value[0].day == date(2026, 3, 3)


def test_the_options_are_instants(read) -> None:
    (option,) = read("kind: dates", "Tue 3 March 10am ET").value
    assert (option.text, option.at, option.zone) == (
        "Tue 3 March 10am ET",
        datetime(2026, 3, 3, 15, tzinfo=UTC),
        "New York",
    )


def test_only_so_many_options_are_read(read) -> None:
    text = "\n".join(f"{day} April 10am ET" for day in range(1, 29))
    assert len(read("kind: dates", text).value) == MOST_OPTIONS
