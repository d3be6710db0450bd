"""The parts of APAC keep their own hours and holidays: what a request says of its region decides when it is due."""

from collections.abc import Callable
from datetime import datetime

import pytest

from app.core.plan import Plan
from app.core.timeline import read_instant

# A Friday afternoon. In Singapore it is a holiday, Labour Day; in Japan Golden Week begins on Sunday and ends on
# Wednesday, 6 May.
OPENED = "2026-05-01T06:00Z"


def due(plan_of: Callable[..., Plan], region: str, opened: str = OPENED) -> datetime | None:
    lines = f'{opened} alice opens "Acme demo"\n  | ## Region\n  | {region}\n'
    plan = plan_of(lines, opened, "apac")
    return next(clock.due_at for clock in plan.clocks if clock.name == "activity")


@pytest.mark.parametrize(
    ("region", "at"),
    [
        (
            "APAC Japan",
            "2026-05-08T06:00Z",
        ),  # the rest of Friday, then Thursday and the rest on the next Friday
        ("APAC SEA", "2026-05-05T16:00Z"),  # Monday and Tuesday to its end
        ("APAC India", "2026-05-05T06:00Z"),
        ("APAC ANZ", "2026-05-05T06:00Z"),
        ("APAC", "2026-05-05T16:00Z"),  # the board's own calendar is South-East Asia's
        ("", "2026-05-05T16:00Z"),
        ("EMEA", "2026-05-05T16:00Z"),
        ("APAC (Japan)", "2026-05-08T06:00Z"),
        ("Singapore or Tokyo, Japan", "2026-05-05T16:00Z"),  # of several the first in the board's file
    ],
)
def test_a_request_is_due_by_the_calendar_of_its_part(
    plan_of: Callable[..., Plan], region: str, at: str
) -> None:
    assert due(plan_of, region) == read_instant(at)


def test_the_hour_that_is_told_is_that_parts(plan_of: Callable[..., Plan]) -> None:
    lines = f'{OPENED} alice opens "Acme demo"\n  | ## Region\n  | Japan\n'
    (note,) = plan_of(lines, OPENED, "apac").actions
    assert "Fri 8 May 2026, 15:00 JST (Tokyo)" in str(vars(note))
