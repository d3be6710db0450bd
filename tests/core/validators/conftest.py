"""What the validators' tests share: one board in New York, and validators read from YAML as the rules are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from app.core.calendar import Calendar
from app.core.document import parse
from app.core.validators import About, Reading, Validator

VALIDATOR: TypeAdapter[Validator] = TypeAdapter(Validator)
ABOUT = About(
    asked_at=datetime(2026, 3, 2, 14, tzinfo=UTC),  # a Monday, 09:00 in New York
    zone=ZoneInfo("America/New_York"),
    zones={
        "ET": "America/New_York",
        "EST": "America/New_York",
        "PT": "America/Los_Angeles",
        "CET": "Europe/Berlin",
        "IST": "Asia/Kolkata",
        "SGT": "Asia/Singapore",
    },
    people=frozenset({"alice", "sam"}),
    issue="g/p#12",
)

OFFICE = Calendar(
    ABOUT.zone,
    {day: [("09:00", "17:00")] for day in ("mon", "tue", "wed", "thu", "fri")},
    {date(2026, 3, 9): "Board Day", date(2026, 3, 13): ""},  # the Monday and the Friday of the week after
)

Read = Callable[..., Reading]


@pytest.fixture(scope="session")
def read() -> Read:
    """Reads a text by the validator that the YAML describes."""

    def with_yaml(yaml: str, text: str, about: About = ABOUT) -> Reading:
        return VALIDATOR.validate_python(parse(yaml, "field.yaml").data).read(text, about)

    return with_yaml


@pytest.fixture(scope="session")
def about() -> About:
    return ABOUT


@pytest.fixture(scope="session")
def at_work() -> About:
    """The same board with its calendar."""
    return replace(ABOUT, calendar=OFFICE.counting("working_days"))
