"""Days that a request names, as the instants by which something is due."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.deadline import date_in_block, end_of_quarter, gitlab_due_date
from app.core.facts import Facts, gather
from app.core.model import Issue
from app.core.plan import stamp
from app.core.quarter import Quarters
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

NOW = "2026-03-02T14:01Z"
OCTOBER = Quarters(starts=("10-01", "01-01", "04-01", "07-01"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def facts_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Facts]:
    def make(lines: str, board: str = "us-east", **more: Quarters) -> Facts:
        there = ruleset.boards[board]
        issue = issue_of(lines, board)
        return gather(issue, there, ruleset.labels, ruleset.templates, read_instant(NOW), **more)

    return make


def filled(
    heading: str, text: str, template: str = "sa-request v2", opened: str = "2026-03-02T14:00Z"
) -> str:
    return f'{opened} alice opens "X"\n| <!-- triage-template: {template} -->\n| ## {heading}\n| {text}\n'


def shown(at: datetime | None) -> str | None:
    return stamp(at).replace(":00.000Z", "Z") if at else None


@pytest.mark.parametrize(
    ("text", "zone", "due"),
    [
        ("Thu 15 October, 09:00 Berlin", "America/New_York", "2026-10-15T07:00Z"),  # a time is meant
        ("Thu 15 October, 09:00", "America/New_York", "2026-10-15T13:00Z"),  # by the board's clock
        ("Thu 15 October", "America/New_York", "2026-10-16T04:00Z"),  # by the end of the day
        ("Thu 15 October", "Asia/Tokyo", "2026-10-15T15:00Z"),
        ("Thu 15 October, CET", "America/New_York", "2026-10-15T22:00Z"),  # the day there
        ("Thu 15 October in the morning", "America/New_York", "2026-10-16T04:00Z"),
        ("Thu 15 October or Tue 13 October", "America/New_York", "2026-10-14T04:00Z"),
        ("Tue 13 October or Tue 13 October, 09:00 ET", "America/New_York", "2026-10-13T13:00Z"),
        ("next week, or Thu 15 October", "America/New_York", "2026-10-16T04:00Z"),
        ("Tue 13 October; Thu 14 October", "America/New_York", "2026-10-14T04:00Z"),  # the 14th is a Wednesday
        ("Sun 8 March", "America/New_York", "2026-03-09T04:00Z"),  # a day of 23 hours
        ("Sat 7 March", "America/New_York", "2026-03-08T05:00Z"),
        ("Sun 1 November 2026", "America/New_York", "2026-11-02T05:00Z"),  # a day of 25 hours
        ("Sun 6 September 2026", "America/Santiago", "2026-09-07T03:00Z"),
        ("Sat 5 September 2026", "America/Santiago", "2026-09-06T04:00Z"),  # midnight is left out
        ("1 March 2026", "America/New_York", "2026-03-02T05:00Z"),  # over already when it was written
        ("15 or 16 weeks from now", "America/New_York", None),
        ("as soon as possible", "America/New_York", None),
        ("", "America/New_York", None),
    ],
)  # fmt: skip
def test_a_date_in_a_block_is_due_at_its_time_or_when_its_day_is_over(
    facts_of: Callable[..., Facts], text: str, zone: str, due: str | None
) -> None:
    facts = facts_of(filled("Event Date", text), "us-east")
    assert shown(date_in_block(facts, "Event Date", ZoneInfo(zone))) == due


def test_the_description_counts_as_it_was_written_last(facts_of: Callable[..., Facts]) -> None:
    later = "2026-03-05T14:00Z alice edits the description\n| <!-- triage-template: sa-request v2 -->\n"
    lines = filled("Event Date", "tomorrow") + later + "| ## Event Date\n| tomorrow\n"
    due = date_in_block(facts_of(lines), "Event Date", ZoneInfo("America/New_York"))
    assert shown(due) == "2026-03-07T05:00Z"


def test_a_block_that_is_not_there_or_offers_no_dates_has_none(facts_of: Callable[..., Facts]) -> None:
    facts = facts_of(filled("Event Name", "The day of 15 October"))
    for heading in ("Event Name", "Event Date", "Nothing"):
        assert date_in_block(facts, heading, ZoneInfo("UTC")) is None


@pytest.mark.parametrize(
    ("text", "opened", "zone", "due"),
    [
        ("FY27 Q2", "2026-03-02T14:00Z", "America/New_York", "2026-08-01T04:00Z"),
        ("FY27 Q2", "2026-03-02T14:00Z", "Asia/Tokyo", "2026-07-31T15:00Z"),
        ("Q2 FY27", "2026-03-02T14:00Z", "UTC", "2026-08-01T00:00Z"),
        ("Q3", "2026-03-02T14:00Z", "America/New_York", "2026-11-01T04:00Z"),  # the day the clocks go back
        ("Q4", "2026-03-02T14:00Z", "America/New_York", "2027-02-01T05:00Z"),
        ("the second quarter", "2026-03-02T14:00Z", "UTC", "2026-08-01T00:00Z"),
        ("2Q, FY28", "2026-03-02T14:00Z", "UTC", "2027-08-01T00:00Z"),
        ("FY26 Q4", "2026-03-02T14:00Z", "UTC", "2026-02-01T00:00Z"),  # over, and named all the same
        ("Q1", "2026-04-30T23:00Z", "UTC", "2026-05-01T00:00Z"),
        ("Q1", "2026-05-01T00:00Z", "UTC", "2027-05-01T00:00Z"),
        ("Q1", "2026-05-01T00:00Z", "America/New_York", "2026-05-01T04:00Z"),  # it is still April there
        ("", "2026-03-02T14:00Z", "UTC", "2026-05-01T00:00Z"),  # the quarter in which it was opened
        ("", "2026-05-01T00:00Z", "America/New_York", "2026-05-01T04:00Z"),
        ("some day", "2026-03-02T14:00Z", "UTC", "2026-05-01T00:00Z"),
        ("Q2 and Q3", "2026-03-02T14:00Z", "UTC", "2026-05-01T00:00Z"),
        ("FY27", "2026-03-02T14:00Z", "UTC", "2026-05-01T00:00Z"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("template", ["okr v2", "initiative v2"])
def test_a_quarter_is_over_at_local_midnight(
    facts_of: Callable[..., Facts], template: str, text: str, opened: str, zone: str, due: str
) -> None:
    facts = facts_of(filled("Quarter", text, template, opened), "initiatives")
    assert shown(end_of_quarter(facts, "Quarter", ZoneInfo(zone))) == due


def test_an_edit_after_the_quarter_makes_it_no_other_years(facts_of: Callable[..., Facts]) -> None:
    lines = filled("Quarter", "Q1", "okr v2") + "2026-05-04T14:00Z alice edits the description\n"
    assert (
        shown(end_of_quarter(facts_of(lines, "initiatives"), "Quarter", ZoneInfo("UTC")))
        == "2026-05-01T00:00Z"
    )


def test_quarters_are_those_of_the_rules(facts_of: Callable[..., Facts]) -> None:
    facts = facts_of(filled("Quarter", "Q2", "okr v2"), "initiatives", quarters=OCTOBER)
    assert shown(end_of_quarter(facts, "Quarter", ZoneInfo("UTC"))) == "2026-04-01T00:00Z"


def test_a_request_without_the_block_is_due_with_the_quarter_of_its_opening(
    facts_of: Callable[..., Facts],
) -> None:
    facts = facts_of(filled("Team", "@sam", "working-agreement v1"), "initiatives")
    assert shown(end_of_quarter(facts, "Quarter", ZoneInfo("UTC"))) == "2026-05-01T00:00Z"


@pytest.mark.parametrize(
    ("lines", "zone", "due"),
    [
        ("", "UTC", None),
        ("2026-03-02T15:00Z maria sets the due date to 2026-03-20", "UTC", "2026-03-21T00:00Z"),
        ("2026-03-02T15:00Z maria sets the due date to 2026-03-20", "America/New_York", "2026-03-21T04:00Z"),
        ("2026-03-02T15:00Z maria sets the due date to 2026-03-20", "Asia/Tokyo", "2026-03-20T15:00Z"),
        ("2026-03-02T15:00Z maria sets the due date to 2026-03-07", "America/New_York", "2026-03-08T05:00Z"),
        ("2026-03-02T15:00Z maria sets the due date to 2026-03-08", "America/New_York", "2026-03-09T04:00Z"),
        ("2026-03-02T15:00Z maria sets the due date to 2026-10-25", "Europe/London", "2026-10-26T00:00Z"),
        ("2026-03-02T15:00Z maria sets the due date to 2026-03-20\n"
         "2026-03-03T15:00Z maria removes the due date", "UTC", None),
        ("2026-03-02T15:00Z maria sets the due date to 0026-03-20", "UTC", None),
        ("2026-03-02T15:00Z maria sets the due date to 9999-12-31", "UTC", None),
    ],
)  # fmt: skip
def test_gitlabs_due_date_is_over_with_its_day(
    facts_of: Callable[..., Facts], lines: str, zone: str, due: str | None
) -> None:
    facts = facts_of(f'2026-03-02T14:00Z alice opens "X"\n{lines}')
    assert shown(gitlab_due_date(facts, ZoneInfo(zone))) == due


@given(day=st.dates(), zone=st.sampled_from(["Asia/Tokyo", "America/Santiago", "Pacific/Kiritimati", "UTC"]))
def test_any_due_date_is_over_at_some_midnight_or_never(
    facts_of: Callable[..., Facts], day: date, zone: str
) -> None:
    facts = facts_of('2026-03-02T14:00Z alice opens "X"')
    facts = replace(facts, issue=replace(facts.issue, due_date=day))
    due = gitlab_due_date(facts, ZoneInfo(zone))
    assert due is None or due.astimezone(ZoneInfo(zone)).date() > day
    assert (due is None) == (not 1970 <= day.year < 9000)
