"""What was said of each cycle of an issue's clocks at one instant: as a plan says it, and as the journal kept it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, get_args

from app.core.calendar import Count
from app.core.clock_shape import Clock
from app.core.length import iso_length, read_iso_length
from app.core.plan import Plan

Verdict = Literal["met", "breached", "open"]
Key = tuple[str, datetime, str]


@dataclass(frozen=True)
class Judged:
    """One cycle as it was judged. Instants are UTC and whole milliseconds, lengths whole seconds, as the journal keeps
    them.

    `target` is None where a day governs it; `spent` and `over` are None where nobody wrote down how long it was.
    """

    rule: str
    clock: str
    started_at: datetime
    due_at: datetime | None
    count: Count
    target: timedelta | None
    ended_at: datetime | None = None
    spent: timedelta | None = None
    over: timedelta | None = None

    def verdict(self, now: datetime) -> Verdict:
        """What it comes to at `now`: exactly at the due instant it is a breach, ended or not."""
        if self.due_at is not None and self.due_at <= min(self.ended_at or now, now):
            return "breached"
        return "met" if self.ended_at else "open"


def of_plan(plan: Plan) -> tuple[Judged, ...]:
    """What the plan says of every cycle, confidential or not."""
    return tuple(_of_clock(outcome.rule, clock) for outcome in plan.outcomes for clock in outcome.clocks)


def of_kept(plan: Mapping[str, Any]) -> tuple[Judged, ...]:
    """The same out of a plan that the journal kept; nothing of a confidential issue, of which it keeps no more than
    counts. A cycle that cannot be read, since another version wrote it, is left out."""
    found = []
    for outcome in plan.get("outcomes", ()):
        for clock in outcome.get("clocks", ()):
            try:
                found.append(_of_data(outcome["rule"], clock))
            except (KeyError, TypeError, ValueError):
                continue
    return tuple(found)


def by_key(judged: Iterable[Judged]) -> dict[Key, Judged]:
    """By the clock's name and when the cycle began; the rule tells two apart that share both."""
    found: dict[Key, Judged] = {}
    for one in judged:
        key = (one.clock, one.started_at, "")
        found[key if key not in found else (*key[:2], one.rule)] = one
    return found


def _of_clock(rule: str, clock: Clock) -> Judged:
    return Judged(
        rule,
        clock.name,
        _whole(clock.started_at),
        _whole(clock.due_at) if clock.due_at else None,
        clock.count,
        _seconds(clock.target),
        _whole(clock.ended_at) if clock.ended_at else None,
        _seconds(clock.spent),
        _seconds(clock.over),
    )


def _of_data(rule: str, data: Mapping[str, Any]) -> Judged:
    if data["count"] not in get_args(Count):
        raise ValueError(data["count"])
    return Judged(
        rule,
        data["name"],
        datetime.fromisoformat(data["started_at"]),
        datetime.fromisoformat(data["due_at"]) if data["due_at"] else None,
        data["count"],
        read_iso_length(data["target"]) if data["target"] else None,
        datetime.fromisoformat(data["ended_at"]) if data["ended_at"] else None,
        read_iso_length(data["spent"]),
        read_iso_length(data["over"]) if data["over"] else None,
    )


def _seconds(length: timedelta | None) -> timedelta | None:
    return None if length is None else read_iso_length(iso_length(length))


def _whole(at: datetime) -> datetime:
    """The instant in UTC without what is below a millisecond, as GitLab and the journal write it."""
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
