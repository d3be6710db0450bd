"""What a clock's texts are filled with: what was done, and what is due; nothing that the present instant changes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from pydantic import Field

from app.core.cycles import Cycle, Pause
from app.core.document import Model
from app.core.facts import Facts
from app.core.history import StateSpan
from app.core.promise import Deadline
from app.core.shares import shares
from app.core.text import Ours, count, duration, instant, quote
from app.core.validators.reading import listed

PLACEHOLDERS = frozenset(
    {
        "since",
        "due",
        "yours",
        "target",
        "board",
        "begins",
        "free",
        "left",
        "paused_since",
        "paused_by",
        "answered",
        "taken",
        "late_by",
        "held",
        "owner",
    }
)
COUNTED = {"wall": "{}", "working_days": "{} on working days", "working_hours": "{} of working time"}
HELD = {"requester": "the requester", "sa": "an SA", "others": "others", "nobody": "nobody"}
MOST_DAYS = 6
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


class Says(Model):
    """The line about this clock in the status note, by the clock's state; empty: nothing is said."""

    running: str = Field(default="", description="While it runs.")
    paused: str = Field(default="", description="While it stands still.")
    breached: str = Field(default="", description="Once it is late.")
    answered: str = Field(default="", description="Once it was answered.")


class _Open(NamedTuple):
    """A clock that is open: what its values are made of."""

    facts: Facts
    cycle: Cycle
    deadline: Deadline

    @property
    def zone(self) -> ZoneInfo:
        return self.facts.board.calendar.zone

    @property
    def due(self) -> datetime | None:
        return self.deadline.due_at

    @property
    def pause(self) -> Pause | None:
        pauses = self.cycle.pauses
        return pauses[-1] if pauses and pauses[-1].end is None else None

    @property
    def late(self) -> datetime | None:
        """The due instant, once it is over."""
        return self.due if self.due and self.due <= self.facts.now else None

    def left(self) -> Ours:
        """What is left while it is paused."""
        pause = self.pause
        left = self.deadline.left_at(self.cycle, pause.start) if pause else None
        return duration(_to_the_minute(left)) if left is not None and self.due is None else Ours()


_OPEN: Mapping[str, Callable[[_Open], Ours]] = {
    "since": lambda it: instant(it.cycle.start, it.zone),
    "due": lambda it: _due(it.due, it.deadline, it.zone) if it.due else Ours(),
    "yours": lambda it: _yours(it.facts, it.due, it.zone),  # where the requester has another zone
    "target": lambda it: target_words(it.deadline),
    "board": lambda it: Ours(it.facts.board.name),
    "begins": lambda it: _begins(it.cycle, it.deadline, it.zone),  # where the request came in off hours
    "free": lambda it: _free(it.facts, it.cycle, it.deadline, it.zone),  # the days that do not count
    "left": _Open.left,
    "paused_since": lambda it: instant(it.pause.start, it.zone) if it.pause else Ours(),
    "paused_by": lambda it: quote(it.pause.by.username) if it.pause and it.pause.by else Ours(),
    "held": lambda it: _held(it.facts, it.cycle, it.deadline) if it.late else Ours(),  # until it was due
    "owner": lambda it: owner_at(it.facts, it.late) if it.late else Ours(),
}


def open_values(facts: Facts, cycle: Cycle, deadline: Deadline, names: Iterable[str]) -> dict[str, Any]:
    """The values of these names while the clock is open."""
    it = _Open(facts, cycle, deadline)
    return {name: _OPEN[name](it) if name in _OPEN else Ours() for name in names if name in PLACEHOLDERS}


class _Idle(NamedTuple):
    """A clock that was answered, or never began: what its values are made of."""

    facts: Facts
    cycle: Cycle | None
    deadline: Deadline | None

    @property
    def waits(self) -> StateSpan | None:
        """The wait that is on."""
        state = self.facts.in_force
        return state if state.label == self.facts.labels.waiting else None

    def paused_since(self) -> Ours:
        return instant(self.waits.start, self.facts.board.calendar.zone) if self.waits else Ours()

    def paused_by(self) -> Ours:
        return quote(self.waits.by.username) if self.waits and self.waits.by else Ours()

    def answered(self) -> Ours:
        end = self.cycle.end if self.cycle else None
        return instant(end, self.facts.board.calendar.zone) if end else Ours()

    def taken(self) -> Ours:
        """The time that counted."""
        if self.cycle is None or self.cycle.end is None or self.deadline is None:
            return Ours()
        return duration(_to_the_minute(self.deadline.spent(self.cycle, self.cycle.end)))

    def late_by(self) -> Ours:
        """How much was too much."""
        end, due = self.cycle and self.cycle.end, self.deadline and self.deadline.due_at
        late = (
            self.deadline.calendar.between(due, end) if self.deadline and end and due and due <= end else None
        )
        return duration(max(_to_the_minute(late), MINUTE)) if late else Ours()


_IDLE: Mapping[str, Callable[[_Idle], Ours]] = {
    "board": lambda it: Ours(it.facts.board.name),
    "paused_since": _Idle.paused_since,
    "paused_by": _Idle.paused_by,
    "answered": _Idle.answered,
    "taken": _Idle.taken,
    "target": lambda it: target_words(it.deadline) if it.cycle and it.cycle.end and it.deadline else Ours(),
    "late_by": _Idle.late_by,
}


def idle_values(
    facts: Facts, cycle: Cycle | None, deadline: Deadline | None, names: Iterable[str]
) -> dict[str, Any]:
    """The values of these names once the clock is answered."""
    it = _Idle(facts, cycle, deadline)
    return {name: _IDLE[name](it) if name in _IDLE else Ours() for name in names if name in PLACEHOLDERS}


def target_words(deadline: Deadline) -> Ours:
    """`48 hours on working days`, `five working days`; empty where a day is named instead."""
    if deadline.target is None:
        return Ours()
    days, rest = divmod(deadline.target, DAY)
    if days >= 3 and not rest and deadline.count != "working_hours":
        return count(days, "day" if deadline.count == "wall" else "working day")
    return Ours(COUNTED[deadline.count].format(duration(deadline.target)))


def _yours(facts: Facts, due: datetime | None, zone: ZoneInfo) -> Ours:
    there = facts.requester_zone
    if due is None or there is None or due.astimezone(there).utcoffset() == due.astimezone(zone).utcoffset():
        return Ours()
    return instant(due, there)


def _to_the_minute(length: timedelta) -> timedelta:
    """The length to the nearest minute: nobody is two seconds early."""
    return (length + MINUTE / 2) // MINUTE * MINUTE


def _due(due: datetime, deadline: Deadline, zone: ZoneInfo) -> Ours:
    """The due instant; of a day that was named, its end, which nobody would look for in the next day."""
    if deadline.promise or due.astimezone(zone).time() != time():
        return instant(due, zone)
    day, _, rest = instant(due - timedelta(minutes=1), zone).partition(",")
    where = rest.partition("(")[2] or rest.rpartition(" ")[2]
    return Ours(f"the end of {day} ({where.rstrip(')')})")


def _begins(cycle: Cycle, deadline: Deadline, zone: ZoneInfo) -> Ours:
    """When work begins, for what came in while nobody works."""
    if deadline.promise is None or deadline.calendar.is_open(cycle.start):
        return Ours()
    return instant(deadline.calendar.next_open(max(cycle.start, deadline.promise.counts_from)), zone)


def _free(facts: Facts, cycle: Cycle, deadline: Deadline, zone: ZoneInfo) -> Ours:
    """The days between beginning and end that do not count: `Sat 7 Mar, Sun 8 Mar and Mon 9 Mar (Labour Day)`."""
    if deadline.promise is None or deadline.due_at is None or deadline.count == "wall":
        return Ours()
    first = max(cycle.start, deadline.promise.counts_from).astimezone(zone).date()
    last = deadline.due_at.astimezone(zone).date()
    days = [_day(day, name) for day, name in deadline.calendar.closed_days(first, last)]
    if len(days) > MOST_DAYS:
        return Ours(f"{len(days)} days off in between")
    return Ours(listed(days, "and"))


def _day(day: date, name: str) -> str:
    return f"{day:%a} {day.day} {day:%b}" + (f" ({name})" if name else "")


def owner_at(facts: Facts, at: datetime) -> Ours:
    """The SAs to whom the request belonged then; empty where it was nobody's."""
    return Ours(listed([quote(name) for name in facts.owners_at(at)], "and"))


def _held(facts: Facts, cycle: Cycle, deadline: Deadline) -> Ours:
    """`nobody had it for 40 hours and an SA for 8 hours`: of the time that counts, until it was due."""
    assert deadline.due_at is not None
    found = shares(facts, deadline.calendar, cycle.start, deadline.due_at)
    longest = sorted(found.items(), key=lambda pair: -pair[1])
    said = [f"{HELD[who]} for {duration(time)}" for who, time in longest]
    return Ours(listed([said[0].replace(" for", " had it for", 1), *said[1:]], "and") if said else "")
