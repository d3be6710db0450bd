"""In which cycles a clock ran: what began each of them, what ended it, and where it stood still."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from app.core.model import User
from app.core.moments import Moment

Stretch = tuple[datetime, datetime | None]


class Pause(NamedTuple):
    """One half-open stretch in which the clock stood still; `end` None while it lasts. `label` is why, `by` who began
    it."""

    start: datetime
    end: datetime | None
    label: str = ""
    by: User | None = None


class Cycle(NamedTuple):
    """One stretch [start, end) in which the clock ran, `end` None while it does; `pauses` are those inside it.

    `ended_by` is the moment that ended it; `anew` tells that it was one that began the next at once.
    """

    start: datetime
    end: datetime | None
    pauses: tuple[Pause, ...] = ()
    ended_by: Moment | None = None
    anew: bool = False


def cycles(
    moments: Iterable[Moment],
    *,
    starts: frozenset[str],
    ends: frozenset[str],
    restarts: frozenset[str] = frozenset(),
    only_in: tuple[Stretch, ...] | None = None,
    pauses: tuple[Pause, ...] = (),
) -> tuple[Cycle, ...]:
    """The cycles, oldest first; at most the last one is running. While the issue is closed none begins.

    A moment of `restarts` ends a running cycle and begins the next. `only_in` are the stretches outside which nothing
    begins.
    """
    found: list[Cycle] = []
    running: datetime | None = None
    is_open = True
    for moment in moments:
        names = moment.names
        if "closed" in names:
            is_open = False
        elif "reopened" in names:
            is_open = True
        if running is None:
            if is_open and not starts.isdisjoint(names) and (only_in is None or _inside(moment.at, only_in)):
                running = moment.at
        elif not ends.isdisjoint(names):
            found.append(Cycle(running, moment.at, _within(pauses, running, moment.at), moment))
            running = None
        elif not restarts.isdisjoint(names) and moment.at > running:
            found.append(Cycle(running, moment.at, _within(pauses, running, moment.at), moment, anew=True))
            running = moment.at
    if running is not None:
        found.append(Cycle(running, None, _within(pauses, running, None)))
    return tuple(found)


def ended(cycle: Cycle, at: datetime) -> Cycle:
    """The cycle, over at that instant if nothing ended it before."""
    if cycle.end is not None:
        return cycle
    return cycle._replace(end=at, pauses=_within(cycle.pauses, cycle.start, at))


def _inside(at: datetime, stretches: tuple[Stretch, ...]) -> bool:
    return any(start <= at and (end is None or at < end) for start, end in stretches)


def _within(pauses: tuple[Pause, ...], start: datetime, end: datetime | None) -> tuple[Pause, ...]:
    """The parts of the pauses, which are in order, that lie in [start, end)."""
    found = []
    for pause in pauses:
        if pause.end is not None and pause.end <= start:
            continue
        if end is not None and end <= pause.start:
            break
        low = max(pause.start, start)
        high = pause.end if end is None else min(pause.end or end, end)
        if high is None or low < high:
            found.append(Pause(low, high, pause.label, pause.by))
    return tuple(found)


def merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The pauses in order and apart: where two overlap, the later one counts from the end of the earlier on. Of one
    label, those that touch are one."""
    found: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: p.start):
        last = found[-1] if found else None
        if last is None or (last.end is not None and last.end < pause.start):
            found.append(pause)
        elif last.end is not None and (pause.end is None or last.end < pause.end):
            if last.label == pause.label:
                found[-1] = last._replace(end=pause.end)
            else:
                found.append(pause._replace(start=last.end))
    return tuple(found)
