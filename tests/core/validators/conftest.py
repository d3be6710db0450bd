"""What the validators' tests share: one board in New York, and validators read from YAML as the rules are."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

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
