"""One clock as it stands at an instant, worked out of its cycle and its deadline."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from app.core.clock_shape import Clock, Holder, State
from app.core.cycles import Cycle
from app.core.promise import Deadline


def clock_at(
    name: str,
    cycle: Cycle,
    deadline: Deadline,
    now: datetime,
    *,
    steps: tuple[tuple[str, datetime], ...] = (),
    shares: Mapping[Holder, timedelta] | None = None,
) -> Clock:
    """The cycle as it stands at `now`, or as it ended before."""
    until = min(cycle.end or now, now)
    due = deadline.due_at
    pause = cycle.pauses[-1] if cycle.pauses and cycle.pauses[-1].end is None else None
    state = _state(cycle, deadline, until, paused=pause is not None)
    late = state == "breached" and due is not None
    return Clock(
        name=name,
        state=state,
        started_at=cycle.start,
        due_at=due,
        count=deadline.count,
        target=deadline.target,
        spent=deadline.spent(cycle, until),
        left=deadline.left_at(cycle, until) if state in ("running", "paused", "off hours") else None,
        over=deadline.calendar.between(due, until) if late and due else None,
        ended_at=cycle.end,
        ended_by=cycle.ended_by.by.username if cycle.ended_by and cycle.ended_by.by else "",
        runs_again_at=deadline.calendar.next_open(until) if state == "off hours" else None,
        paused_since=pause.start if pause else None,
        paused_by=pause.by.username if pause and pause.by else "",
        paused_for=pause.label if pause else "",
        steps=steps,
        shares=shares or {},
    )


def _state(cycle: Cycle, deadline: Deadline, until: datetime, *, paused: bool) -> State:
    due = deadline.due_at
    if due is not None and due <= until:
        return "breached"
    if cycle.end is not None:
        return "met"
    if paused:
        return "paused"
    return "running" if deadline.calendar.is_open(until) else "off hours"
