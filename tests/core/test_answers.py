"""What an answer tells of its dates, and the zone in which whoever asks counts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.core.answers import Answer, read_answers, requester_zone
from app.core.ruleset import Ruleset
from app.core.sections import heading_key
from app.core.validators import About

NEW_YORK = ZoneInfo("America/New_York")
WRITTEN = datetime(2026, 3, 2, 14, tzinfo=UTC)


def read(ruleset: Ruleset, template: str, **said: str) -> tuple[Answer, ...]:
    """The answers of a request on US East with these words in its blocks (`_` for a space)."""
    file = ruleset.templates[template]
    words = {heading_key(name.replace("_", " ")): text for name, text in said.items()}
    assert set(words) <= {block.key for block in file.file.blocks}
    about = About(WRITTEN, NEW_YORK, ruleset.boards["us-east"].file.zones)
    return read_answers(file.filled(words), file, about)


def offered(ruleset: Ruleset, text: str) -> Answer:
    answers = read(ruleset, "SA Activity", Preferred_Date_Options=text)
    return next(a for a in answers if a.block.heading == "Preferred Date Options")


@pytest.mark.parametrize(
    ("text", "days", "dates"),
    [
        ("", [], []),
        ("ASAP", [], []),
        ("Tue 17 March 10:00 ET", ["17T14:00-17T14:00"], ["17T14:00"]),
        ("Tue 17 March", ["17T04:00-18T04:00"], []),
        ("Tue 17 March or Tue 17 March 10:00 ET", ["17T14:00-17T14:00", "17T04:00-18T04:00"], ["17T14:00"]),
        ("Thu 19 March; Tue 17 March", ["17T04:00-18T04:00", "19T04:00-20T04:00"], []),
        ("Wed 17 March, or Thu 19 March", ["19T04:00-20T04:00"], []),  # the 17th is a Tuesday
        ("next week, or Thu 19 March 9:00 ET", ["19T13:00-19T13:00"], ["19T13:00"]),
        ("Thu 19 March in the afternoon", ["19T04:00-20T04:00"], []),
    ],
)
def test_days_are_those_that_are_surely_meant(
    ruleset: Ruleset, text: str, days: list[str], dates: list[str]
) -> None:
    answer = offered(ruleset, text)
    assert [f"{s.start:%dT%H:%M}-{s.end:%dT%H:%M}" for s in answer.days(NEW_YORK)] == days
    assert [f"{at:%dT%H:%M}" for at in answer.dates] == dates


def test_options_are_all_that_was_offered_in_its_order(ruleset: Ruleset) -> None:
    found = offered(ruleset, "Thu 19 March, or next week, or Tue 17 March").options
    assert [(o.day.day if o.day else None, o.sure) for o in found] == [(19, True), (None, False), (17, True)]


def test_a_block_without_dates_has_none(ruleset: Ruleset) -> None:
    answers = read(ruleset, "SA Activity", SA_Asks="A demo on Tue 17 March")
    (said,) = (a for a in answers if a.text)
    assert (said.options, said.days(NEW_YORK), said.dates) == ((), (), ())


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ({}, None),
        ({"Preferred_Date_Options": "Tue 17 March 10:00"}, None),  # the board's is only assumed
        ({"Preferred_Date_Options": "Tue 17 March 10:00 CET"}, "Europe/Berlin"),
        ({"Preferred_Date_Options": "Tue 17 March, CET"}, "Europe/Berlin"),
        ({"Preferred_Date_Options": "Tue 17 March 10:00 or Wed 18 March 14:00 CET"}, "Europe/Berlin"),
        ({"Preferred_Date_Options": "Tue 17 March 14:00 CEST"}, None),  # it is winter there still
        ({"Preferred_Date_Options": "Tue 17 March 10:00 CET or Tue 17 March 5:00 ET"}, None),
        ({"Preferred_Date_Options": "Tue 17 March 10:00 UTC+1"}, None),
        ({"Preferred_Date_Options": "Tue 17 March 10:00 UTC"}, None),
        ({"Preferred_Date_Options": "Tue 17 March 9:00 UTC; Wed 18 March 14:00 CET"}, "Europe/Berlin"),
        ({"Preferred_Date_Options": "4/3 10:00 CET"}, None),  # the date is not sure
        ({"Preferred_Date_Options": "Tue 17 March 10:00 XST"}, None),
        ({"SA_Asks": "A demo at 10:00 CET"}, None),  # no block of dates
    ],
)  # fmt: skip
def test_the_requesters_zone_is_the_one_that_is_named(
    ruleset: Ruleset, said: dict[str, str], zone: str | None
) -> None:
    found = requester_zone(read(ruleset, "SA Activity", **said))
    assert (found.key if found else None) == zone
