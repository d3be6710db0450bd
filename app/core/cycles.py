"""In which cycles a clock ran: what began each of them, what ended it, and where it stood still."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import compress
from typing import NamedTuple

from app.core.made import made
from app.core.model import User
from app.core.moments import Moment

Stretch = tuple[datetime, datetime | None]
MOST_MEANINGS = 4096  # sets of names that a clock remembers


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


class Turn(NamedTuple):
    """The same without its pauses: `end` and `ended_by` are None while the clock runs."""

    start: datetime
    end: datetime | None = None
    ended_by: Moment | None = None
    anew: bool = False

    def cycle(self, pauses: tuple[Pause, ...]) -> Cycle:
        """The cycle, with what of these pauses lies in it."""
        start, end, ended_by, anew = self
        return Cycle(start, end, _within(pauses, start, end) if pauses else (), ended_by, anew)


STARTS, ENDS, RESTARTS, CLOSED, REOPENED = 1, 2, 4, 8, 16
_PLAIN = bytes((0, STARTS, ENDS, RESTARTS))


class Meaning(dict[frozenset[str], int]):
    """What moments mean to one clock, as a sum, by the names that they have: found out once for each set of names.

    A moment of `restarts` ends a running cycle and begins the next; a name there that ends with a star stands for all
    that begin so. Threads may share one.
    """

    def __init__(self, starts: Iterable[str], ends: Iterable[str], restarts: Iterable[str] = ()) -> None:
        self._starts, self._ends = frozenset(starts), frozenset(ends)
        self._restarts = frozenset(name for name in restarts if not name.endswith("*"))
        self._families = tuple(name[:-1] for name in restarts if name.endswith("*"))

    def __missing__(self, names: frozenset[str]) -> int:
        if len(self) >= MOST_MEANINGS:  # labels come and go
            self.clear()
        means = STARTS * (not self._starts.isdisjoint(names)) + ENDS * (not self._ends.isdisjoint(names))
        anew = not self._restarts.isdisjoint(names) or any(n.startswith(self._families) for n in names)
        means += RESTARTS * anew + CLOSED * ("closed" in names) + REOPENED * ("reopened" in names)
        self[names] = means
        return means


def turns(
    moments: Sequence[Moment],
    names: Sequence[frozenset[str]],
    meaning: Meaning,
    only_in: tuple[Pause, ...] | None = None,
) -> list[Turn]:
    """The cycles, oldest first; at most the last one is running. While the issue is closed none begins.

    `names` are those of the moments, each beside its own. `only_in` are the stretches outside which nothing begins.
    """
    if only_in == ():
        return []
    meant = bytes(map(meaning.__getitem__, names))
    if not meant.strip(_PLAIN):
        return _plain_turns(moments, meant, only_in)
    found: list[Turn] = []
    running: datetime | None = None
    is_open = True
    for moment, means in zip(compress(moments, meant), filter(None, meant), strict=True):
        if means & CLOSED:
            is_open = False
        elif means & REOPENED:
            is_open = True
        if running is None:
            if means & STARTS and is_open and (only_in is None or _inside(moment[0], only_in)):
                running = moment[0]
        elif means & ENDS:
            found.append(made(Turn, (running, moment[0], moment, False)))
            running = None
        elif means & RESTARTS and moment[0] > running:
            found.append(Turn(running, moment[0], moment, anew=True))
            running = moment[0]
    if running is not None:
        found.append(Turn(running))
    return found


def _plain_turns(moments: Sequence[Moment], meant: bytes, only_in: tuple[Pause, ...] | None) -> list[Turn]:
    """The same where each moment begins a cycle, ends it or begins it anew, and nothing is closed: from a beginning to
    the next end."""
    found: list[Turn] = []
    first = meant.find(STARTS)
    while first >= 0:
        since = moments[first][0]
        if only_in is not None and not _inside(since, only_in):
            first = meant.find(STARTS, first + 1)
            continue
        last = meant.find(ENDS, first)
        end = last if last >= 0 else len(meant)
        anew = meant.find(RESTARTS, first, end)
        while anew >= 0:
            at = moments[anew][0]
            if at > since:
                found.append(made(Turn, (since, at, moments[anew], True)))
                since = at
            anew = meant.find(RESTARTS, anew + 1, end)
        if last < 0:
            found.append(made(Turn, (since, None, None, False)))
            break
        found.append(made(Turn, (since, moments[last][0], moments[last], False)))
        first = meant.find(STARTS, last)
    return found


def ended(cycle: Cycle, at: datetime) -> Cycle:
    """The cycle, over at that instant if nothing ended it before."""
    if cycle.end is not None:
        return cycle
    return cycle._replace(end=at, pauses=_within(cycle.pauses, cycle.start, at))


def _inside(at: datetime, stretches: tuple[Pause, ...]) -> bool:
    return True in [start <= at and (end is None or at < end) for start, end, _, _ in stretches]


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
