"""When what a sweep knows of an issue will do, and when not: at the edges of every length, for any history."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.known import (
    LISTED_ANEW,
    READ_ANEW,
    SKEW,
    SLACK,
    SPREAD,
    Known,
    Line,
    began,
    judges,
    listed_after,
    needs,
)
from app.core.model import IssueRef

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
A = IssueRef(34, 1)
OLD = Line("row", NOW - timedelta(days=3))


def known(read_at: datetime | None = NOW - HOUR, due_at: datetime | None = None, by: str = "rules") -> Known:
    return Known(read_at, due_at, by, "row")


@pytest.mark.parametrize(
    ("before", "line", "wanted"),
    [
        (None, OLD, "reading"),
        (known(read_at=None), OLD, "reading"),
        (known(read_at=None), None, "reading"),
        (known(), OLD, "nothing"),
        (known(), None, "nothing"),
        (known(), Line("other row", OLD.updated_at), "reading"),  # a label was renamed: nothing else tells
        (known(), Line("row", NOW - HOUR - SLACK), "nothing"),  # read just late enough
        (known(), Line("row", NOW - HOUR - SLACK + SECOND), "reading"),
        (known(), Line("row", NOW), "reading"),
        (known(due_at=NOW), OLD, "judging"),  # exactly when it is due
        (known(due_at=NOW + SECOND), OLD, "nothing"),
        (known(by="other rules"), OLD, "judging"),
        (known(by="other rules"), None, "judging"),
        (known(NOW - READ_ANEW - SPREAD), OLD, "reading"),
        (known(NOW - READ_ANEW + SECOND), OLD, "nothing"),
    ],
)
def test_what_an_issue_needs(before: Known | None, line: Line | None, wanted: str) -> None:
    assert needs(A, before, line, "rules", NOW) == wanted


def test_not_everything_is_read_anew_at_once() -> None:
    issues = [IssueRef(34, n) for n in range(1000)]
    at = NOW + READ_ANEW + SPREAD / 2
    again = sum(needs(ref, known(NOW), None, "rules", at) == "reading" for ref in issues)
    assert 400 < again < 600
    late = NOW + READ_ANEW + SPREAD
    assert all(needs(ref, known(NOW), None, "rules", late) == "reading" for ref in issues)


@given(
    read=st.integers(0, 600),
    changed=st.integers(0, 600),
    throttled=st.integers(0, 59),
)
def test_no_change_is_ever_overlooked(read: int, changed: int, throttled: int) -> None:
    """GitLab's `updated_at` is up to a minute older than the last change; whatever happened after reading is seen."""
    read_at, happened_at = NOW + read * SECOND, NOW + changed * SECOND
    line = Line("row", happened_at - throttled * SECOND)
    if happened_at >= read_at:
        assert needs(A, known(read_at), line, "rules", NOW + HOUR) == "reading"


@given(began=st.integers(0, 3600), changed=st.integers(0, 3600), throttled=st.integers(0, 59))
def test_nor_is_it_left_out_of_the_list(began: int, changed: int, throttled: int) -> None:
    """What changed after the last complete sweep began is among what is listed."""
    complete_from, happened_at = NOW + began * SECOND, NOW + changed * SECOND
    after = listed_after(complete_from, NOW, NOW + 2 * HOUR)
    assert after is not None
    if happened_at >= complete_from:
        assert happened_at - throttled * SECOND >= after


@pytest.mark.parametrize(
    ("complete_from", "listed_from", "wanted"),
    [
        (None, None, None),
        (None, NOW, None),
        (NOW - HOUR, None, None),
        (NOW - HOUR, NOW - LISTED_ANEW, None),
        (NOW - HOUR, NOW - LISTED_ANEW + SECOND, NOW - HOUR - SLACK),
    ],
)
def test_everything_is_listed_once_a_day(
    complete_from: datetime | None, listed_from: datetime | None, wanted: datetime | None
) -> None:
    assert listed_after(complete_from, listed_from, NOW) == wanted


def test_who_decides_has_a_name_of_its_own() -> None:
    bots = frozenset({"triage-bot"})
    names = {
        judges("v1", {"g": frozenset({"sam"})}, bots, alone=True),
        judges("v1", {"g": frozenset({"sam"})}, bots, alone=False),
        judges("v2", {"g": frozenset({"sam"})}, bots, alone=True),
        judges("v1", {"g": frozenset({"sam", "sofia"})}, bots, alone=True),
        judges("v1", {"h": frozenset({"sam"})}, bots, alone=True),
        judges("v1", {"g": frozenset({"sam"})}, bots | {"sweep-bot"}, alone=True),
    }
    assert len(names) == 6
    one = judges("v1", {"g": frozenset({"sam", "sofia"})}, bots, alone=True)
    assert one == judges("v1", {"g": frozenset({"sofia", "sam"})}, bots, alone=True)


@pytest.mark.parametrize(
    ("ahead", "back"),
    [
        (timedelta(), timedelta()),
        (SKEW, timedelta()),
        (SKEW + SECOND, SKEW + SECOND),
        (timedelta(minutes=20), timedelta(minutes=20)),
        (timedelta(minutes=-20), timedelta()),  # behind: the list reaches back further than it need
    ],
)
def test_a_machine_that_is_ahead_begins_by_gitlabs_clock(ahead: timedelta, back: timedelta) -> None:
    assert began(NOW, ahead) == NOW - back
