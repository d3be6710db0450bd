"""SLA clocks: how long the SAs have had the ball by a calendar, and when the promise runs out."""

from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.chain import Counting
from app.core.cycles import Cycle, Stretch


class Promise(NamedTuple):
    """A length of time that may pass, counted by a calendar, from an instant on."""

    target: timedelta
    calendar: Counting
    counts_from: datetime


def running_parts(cycle: Cycle, counts_from: datetime, until: datetime | None) -> list[Stretch]:
    """The half-open stretches in which the cycle runs from `counts_from` on, without its pauses."""
    parts: list[Stretch] = []
    start: datetime | None = max(cycle.start, counts_from)
    for low, high, *_ in cycle.pauses:
        if start is not None and start < low:
            parts.append((start, low))
        start = None if high is None else max(high, start or high)
    if start is not None:
        parts.append((start, cycle.end))
    return [
        (a, b if until is None else min(b or until, until)) for a, b in parts if until is None or a < until
    ]


def elapsed(cycle: Cycle, promise: Promise, now: datetime) -> timedelta:
    """The time that counts, up to `now` or the cycle's end."""
    parts = running_parts(cycle, promise.counts_from, now)
    return sum((promise.calendar.between(a, b or now) for a, b in parts), timedelta())


def due_at(cycle: Cycle, promise: Promise) -> datetime | None:
    """The instant at which the promise runs out, in UTC; None while a pause without an end stands before it.

    For a cycle that has ended before it ran out, the instant at which it would have.
    """
    left = promise.target
    for start, end in running_parts(cycle, promise.counts_from, None):
        if end is None or end == cycle.end:
            return promise.calendar.add(start, left)
        spent = promise.calendar.between(start, end)
        if spent >= left:
            return promise.calendar.add(start, left)
        left -= spent
    return None
