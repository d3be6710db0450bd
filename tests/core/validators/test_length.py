from datetime import timedelta

import pytest
from pydantic import TypeAdapter, ValidationError

from app.core.length import Length

LENGTH: TypeAdapter[timedelta] = TypeAdapter(Length)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("1m", timedelta(minutes=1)),
        ("90m", timedelta(minutes=90)),
        ("48h", timedelta(hours=48)),
        ("5d", timedelta(days=5)),
        ("10080m", timedelta(days=7)),
        ("3650d", timedelta(days=3650)),
    ],
)
def test_minutes_hours_and_days_are_lengths(text: str, length: timedelta) -> None:
    assert LENGTH.validate_python(text) == length


@pytest.mark.parametrize(
    "value", ["", "2", "0d", "00h", "048h", "-1h", "1.5h", "2w", "2 days", "48H", "48h ", "٤h", 48, None]
)
def test_all_else_is_none_and_the_fault_shows_how_to_write_one(value: object) -> None:
    with pytest.raises(ValidationError, match="is no length of time; write it as 48h, 90m or 5d"):
        LENGTH.validate_python(value)


@pytest.mark.parametrize("value", ["3651d", "99999h", "99999d"])
def test_more_than_ten_years_is_a_slip(value: str) -> None:
    with pytest.raises(ValidationError, match="is more than ten years"):
        LENGTH.validate_python(value)
