"""What holds of every calendar, by whatever way of counting: the shipped ones, and any others."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.calendar import Calendar
from tests.calendars import (
    COUNTS,
    DAY,
    LONG,
    SHIPPED,
    TICK,
    any_calendars,
    instants_of,
    random_instant,
    years_of,
)

Law = Callable[[Calendar, datetime, timedelta, timedelta], None]
NONE = timedelta(0)
BY_COUNT = [calendar.counting(count) for calendar in SHIPPED.values() for count in COUNTS]


def adding_reaches_exactly_what_is_between(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    assert calendar.between(at, calendar.add(at, length)) == length
    assert calendar.add(calendar.add(at, length), more) == calendar.add(at, length + more)


def adding_gives_the_earliest_such_instant(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    end = calendar.add(at, length + TICK)
    assert calendar.between(at, end - TICK) == length
    assert calendar.is_open(end - TICK)


def counting_backwards_reaches_exactly_what_is_between(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    assert calendar.between(calendar.before(at, length), at) == length
    assert calendar.before(calendar.before(at, length), more) == calendar.before(at, length + more)


def counting_backwards_gives_the_latest_such_instant(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    start = calendar.before(at, length + TICK)
    assert calendar.between(start + TICK, at) == length
    assert calendar.is_open(start)


def there_and_back_again_loses_nothing(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    end = calendar.add(at, length)
    back = calendar.before(end, length)
    assert at <= back
    assert calendar.between(at, back) == NONE
    assert length == NONE or calendar.add(back, length) == end


def what_is_between_leads_back_to_the_end_or_to_where_it_closed(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    end = at + length
    reached = calendar.add(at, calendar.between(at, end))
    assert reached <= end
    assert calendar.between(reached, end) == NONE


def splitting_anywhere_changes_no_total(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    marks = [at, *sorted((at + length, at + more, at + (length + more) / 3)), at + length + more]
    parts = [calendar.between(a, b) for a, b in pairwise(marks)]
    assert sum(parts, NONE) == calendar.between(marks[0], marks[-1]) == -calendar.between(marks[-1], marks[0])


def more_is_never_earlier_and_open_time_is_never_more_than_time(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    due = calendar.add(at, length)
    assert due <= calendar.add(at, length + more)
    assert due <= calendar.add(at + more, length)
    assert NONE <= calendar.between(at, at + more) <= more


def the_next_open_instant_is_open_and_nothing_before_it_is(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    opens = calendar.next_open(at)
    assert opens >= at
    assert calendar.is_open(opens)
    assert calendar.between(at, opens) == NONE
    assert (opens == at) == calendar.is_open(at) == (calendar.between(at, at + TICK) == TICK)


def round_the_clock_is_time_itself(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    wall = calendar.counting("wall")
    assert wall.between(at, at + length) == length
    assert wall.add(at, length) == at + length == wall.next_open(at + length)


def what_is_counted_is_what_the_days_show(
    calendar: Calendar, at: datetime, length: timedelta, more: timedelta
) -> None:
    """Single days are worked out otherwise than whole years."""
    end = at + length
    first, last = (instant.astimezone(calendar.zone).date() for instant in (at, end))
    days = [first + timedelta(days=n) for n in range(-1, (last - first).days + 2)]
    spans = [span for day in days for span in calendar.intervals(day)]
    assert all(a < b for a, b in spans)
    assert all(b <= c for (_, b), (c, _) in pairwise(spans))
    inside = (min(b, end) - max(a, at) for a, b in spans)
    assert calendar.between(at, end) == sum((i for i in inside if i > NONE), NONE)
    closed = {day for day, _ in calendar.closed_days(days[0], days[-1] + timedelta(days=1))}
    assert closed == {day for day in days if not calendar.intervals(day)}


LAWS: list[Law] = [
    adding_reaches_exactly_what_is_between,
    adding_gives_the_earliest_such_instant,
    counting_backwards_reaches_exactly_what_is_between,
    counting_backwards_gives_the_latest_such_instant,
    there_and_back_again_loses_nothing,
    what_is_between_leads_back_to_the_end_or_to_where_it_closed,
    splitting_anywhere_changes_no_total,
    more_is_never_earlier_and_open_time_is_never_more_than_time,
    the_next_open_instant_is_open_and_nothing_before_it_is,
    round_the_clock_is_time_itself,
    what_is_counted_is_what_the_days_show,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@settings(deadline=None)  # the first example builds years
@given(st.data(), st.sampled_from(BY_COUNT))
def test_shipped_calendars_keep_the_law(law: Law, data: st.DataObject, calendar: Calendar) -> None:
    at = data.draw(instants_of(calendar.zone, LONG))
    lengths = st.timedeltas(NONE, timedelta(days=40))
    law(calendar, at, data.draw(lengths), data.draw(lengths))


@settings(deadline=None)
@given(st.data(), any_calendars(), st.sampled_from(COUNTS))
def test_any_calendar_keeps_every_law(data: st.DataObject, calendar: Calendar, count: str) -> None:
    at = data.draw(instants_of(calendar.zone, years_of(calendar.zone)))
    length, more = data.draw(st.tuples(*[st.timedeltas(NONE, timedelta(days=3))] * 2))
    for law in LAWS:
        law(calendar.counting(count), at, length, more)


def test_twenty_thousand_round_trips_over_the_shipped_calendars_fail_nowhere() -> None:
    chance = random.Random(20260308)
    failures = []
    for _ in range(20_000):
        calendar = chance.choice(BY_COUNT)
        start = random_instant(calendar.zone, chance)
        length = TICK * chance.randrange(chance.choice([DAY // 24, 2 * DAY, 40 * DAY]))
        end, back = calendar.add(start, length), calendar.before(start, length)
        if calendar.between(start, end) != length or calendar.between(back, start) != length:
            failures.append((calendar.zone, start, length))
    assert failures == []
