"""Calendars one after another answer as one does, wherever one of them counts for all of a span."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.calendar import Calendar
from app.core.chain import Chain

WEEK = ("mon", "tue", "wed", "thu", "fri")
NEW_YORK = Calendar("America/New_York", {day: [("09:00", "17:00")] for day in WEEK})
LONDON = Calendar(
    "Europe/London", {day: [("09:00", "17:00")] for day in WEEK}, {date(2026, 4, 3): "Good Friday"}
)
SYDNEY = Calendar("Australia/Sydney", {day: [("08:00", "12:00"), ("13:00", "24:00")] for day in WEEK})
FIRST = datetime(2026, 3, 1, tzinfo=UTC)

instants = st.integers(0, 60 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
lengths = st.integers(0, 200 * 60).map(lambda minutes: timedelta(minutes=minutes))
chains = st.lists(
    st.tuples(instants, st.sampled_from([NEW_YORK, LONDON, SYDNEY])), min_size=1, max_size=5
).map(lambda links: Chain(tuple(sorted(links, key=lambda link: link[0]))))
few = settings(max_examples=150, deadline=None)


@few
@given(chains, instants, lengths)
def test_what_add_adds_lies_between(chain: Chain, start: datetime, length: timedelta) -> None:
    end = chain.add(start, length)
    assert chain.between(start, end) == length
    if length:
        assert chain.between(start, end - timedelta(microseconds=1)) < length  # it is the earliest


@few
@given(chains, instants, lengths)
def test_what_before_goes_back_lies_between(chain: Chain, end: datetime, length: timedelta) -> None:
    start = chain.before(end, length)
    assert chain.between(start, end) == length
    if length:
        assert chain.between(start + timedelta(microseconds=1), end) < length  # it is the latest


@few
@given(chains, instants, instants, instants)
def test_a_span_that_is_split_is_as_long(chain: Chain, a: datetime, b: datetime, c: datetime) -> None:
    assert chain.between(a, b) + chain.between(b, c) == chain.between(a, c)  # whatever their order


@few
@given(chains, instants)
def test_it_opens_next_when_it_is_open(chain: Chain, at: datetime) -> None:
    opens = chain.next_open(at)
    assert opens >= at
    assert chain.is_open(opens)
    assert chain.between(at, opens) == timedelta()


@few
@given(instants, instants, lengths)
def test_of_one_calendar_it_is_that_calendar(start: datetime, other: datetime, length: timedelta) -> None:
    chain = Chain(((other, LONDON), (other + timedelta(days=3), LONDON)))
    assert chain.add(start, length) == LONDON.add(start, length)
    assert chain.before(start, length) == LONDON.before(start, length)
    assert chain.between(start, other) == LONDON.between(start, other)
    assert chain.is_open(start) == LONDON.is_open(start)
    days = (start.date(), start.date() + timedelta(days=20))
    assert chain.closed_days(*days) == LONDON.closed_days(*days)


MOVED = datetime(2026, 4, 3, 14, tzinfo=UTC)  # Good Friday, ten in New York


@pytest.mark.parametrize(
    ("working", "end"),
    [
        pytest.param(timedelta(hours=1), MOVED, id="done at the instant of the move"),
        pytest.param(
            timedelta(hours=1, seconds=1),
            datetime(2026, 4, 6, 8, 0, 1, tzinfo=UTC),
            id="a second later it is not",
        ),
    ],
)
def test_at_the_instant_of_a_move(working: timedelta, end: datetime) -> None:
    chain = Chain(((FIRST, NEW_YORK), (MOVED, LONDON)))
    assert chain.add(MOVED - timedelta(hours=1), working) == end


def test_at_the_instant_of_a_move_it_is_as_open_as_where_it_arrives() -> None:
    chain = Chain(((FIRST, NEW_YORK), (MOVED, LONDON)))
    assert chain.is_open(MOVED - timedelta(microseconds=1))
    assert not chain.is_open(MOVED)
    assert chain.next_open(MOVED) == datetime(2026, 4, 6, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "then"),
    [pytest.param(NEW_YORK, LONDON, id="to the east"), pytest.param(LONDON, NEW_YORK, id="to the west")],
)
def test_each_day_off_is_named_once(first: Calendar, then: Calendar) -> None:
    """A Saturday in the small hours of which it moved, when one board's day has begun and the other's has not."""
    chain = Chain(((FIRST, first), (datetime(2026, 3, 7, 2, tzinfo=UTC), then)))
    days = [day for day, _ in chain.closed_days(date(2026, 3, 6), date(2026, 3, 10))]
    assert days == [date(2026, 3, 7), date(2026, 3, 8)]
