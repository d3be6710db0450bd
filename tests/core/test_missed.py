"""Which change counts as one of which an event should have come, and when none did."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.core.missed import LOOKED_BACK, ON_ITS_WAY, TOLD_EARLIER, changed_at, is_missed
from app.core.model import Issue, LabelEvent, Note, User
from app.core.timeline import read_instant

NOW = datetime(2026, 3, 4, 14, 0, tzinfo=UTC)
SINCE = NOW - timedelta(days=1)
CHANGED = NOW - timedelta(hours=1)
A_MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changed", "told", "since", "missed"),
    [
        (CHANGED, None, SINCE, True),
        (CHANGED, CHANGED, SINCE, False),
        (CHANGED, CHANGED + timedelta(days=1), SINCE, False),
        (CHANGED, CHANGED - TOLD_EARLIER, SINCE, False),
        (CHANGED, CHANGED - TOLD_EARLIER - A_MOMENT, SINCE, True),
        (NOW - ON_ITS_WAY, None, SINCE, True),
        (NOW - ON_ITS_WAY + A_MOMENT, None, SINCE, False),
        (CHANGED, None, CHANGED, True),
        (CHANGED, None, CHANGED + A_MOMENT, False),
        (NOW - LOOKED_BACK, None, NOW - timedelta(days=9), True),
        (NOW - LOOKED_BACK - A_MOMENT, None, NOW - timedelta(days=9), False),
        (NOW + timedelta(hours=1), None, SINCE, False),
    ],
)
def test_each_side_of_each_bound(
    changed: datetime, told: datetime | None, since: datetime, missed: bool
) -> None:
    assert is_missed(changed, told, since, NOW) is missed


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ('2026-03-02T15:00Z sam comments "Hello"', True),
        ('2026-03-02T15:00Z triage-bot comments "Hello"', False),
        ('2026-03-02T15:00Z sam adds "SA Triaged"', True),
        ("2026-03-02T15:00Z alice closes", True),
        ("2026-03-02T15:00Z alice edits the description", True),
        ("2026-03-02T15:00Z maria assigns sam", False),
    ],
)
def test_what_counts(issue_of: Callable[..., Issue], line: str, counts: bool) -> None:
    issue = issue_of(f'2026-03-02T14:00Z alice opens "Acme demo"\n{line}')
    opened, then = read_instant("2026-03-02T14:00Z"), read_instant("2026-03-02T15:00Z")
    assert changed_at(issue) == (then if counts else opened)


def test_what_a_move_brings_along_and_does_itself_counts_for_nothing(issue_of: Callable[..., Issue]) -> None:
    issue = issue_of('2026-03-02T14:00Z alice opens "Acme demo"\n2026-03-02T15:00Z sam comments "Hello"')
    at, sofia = read_instant("2026-03-03T09:00Z"), User(9, "sofia")
    line = Note(900, at, sofia, "moved from boards/emea#3", system=True)
    gone = LabelEvent(901, at - timedelta(seconds=2), sofia, "remove", "Elsewhere")
    moved = replace(issue, notes=(*issue.notes, line), label_events=(gone,))
    assert changed_at(moved) is None
    later = Note(902, at + timedelta(hours=1), sofia, "Here now")
    assert changed_at(replace(moved, notes=(*moved.notes, later))) == later.at
