"""What a clock's texts are filled with: what was done, and what is due; nothing that the present instant changes."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.core.cycles import Cycle
from app.core.document import Model
from app.core.facts import Facts
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

    running: str = ""
    paused: str = ""
    breached: str = ""
    answered: str = ""


def open_values(facts: Facts, cycle: Cycle, deadline: Deadline) -> dict[str, Any]:
    """The values while the clock is open.

    `yours` is the due instant in the requester's zone where that is another one, `begins` when the clock begins to run
    where the request came in off hours, `free` the days that do not count, `left` what is left while it is paused,
    `held` who had the request until it was due.
    """
    zone, due = facts.board.calendar.zone, deadline.due_at
    pause = cycle.pauses[-1] if cycle.pauses and cycle.pauses[-1].end is None else None
    left = deadline.left_at(cycle, pause.start) if pause else None
    return _all(
        since=instant(cycle.start, zone),
        due=_due(due, deadline, zone) if due else Ours(),
        yours=_yours(facts, due, zone),
        target=target_words(deadline),
        board=Ours(facts.board.name),
        begins=_begins(cycle, deadline, zone),
        free=_free(facts, cycle, deadline, zone),
        left=duration(_to_the_minute(left)) if left is not None and due is None else Ours(),
        paused_since=instant(pause.start, zone) if pause else Ours(),
        paused_by=quote(pause.by.username) if pause and pause.by else Ours(),
        held=_held(facts, cycle, deadline) if due and due <= facts.now else Ours(),
        owner=_owner(facts, due) if due and due <= facts.now else Ours(),
    )


def idle_values(facts: Facts, cycle: Cycle | None, deadline: Deadline | None) -> dict[str, Any]:
    """The values once the clock is answered: `taken` is the time that counted, `late_by` how much was too much."""
    zone = facts.board.calendar.zone
    waits = facts.in_force if facts.in_force.label == facts.labels.waiting else None
    values = _all(board=Ours(facts.board.name))
    if waits:
        values |= {
            "paused_since": instant(waits.start, zone),
            "paused_by": quote(waits.by.username) if waits.by else Ours(),
        }
    if cycle and cycle.end and deadline:
        spent, due = deadline.spent(cycle, cycle.end), deadline.due_at
        late = deadline.calendar.between(due, cycle.end) if due and due <= cycle.end else timedelta()
        values |= {
            "answered": instant(cycle.end, zone),
            "taken": duration(_to_the_minute(spent)),
            "target": target_words(deadline),
            "late_by": duration(max(_to_the_minute(late), MINUTE)) if late else Ours(),
        }
    return values


def _all(**values: Ours) -> dict[str, Any]:
    return dict.fromkeys(PLACEHOLDERS, Ours()) | values


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


def _owner(facts: Facts, at: datetime) -> Ours:
    return Ours(listed([quote(name) for name in facts.owners_at(at)], "and"))


def _held(facts: Facts, cycle: Cycle, deadline: Deadline) -> Ours:
    """`nobody had it for 40 hours and an SA for 8 hours`: of the time that counts, until it was due."""
    assert deadline.due_at is not None
    found = shares(facts, deadline.calendar, cycle.start, deadline.due_at)
    longest = sorted(found.items(), key=lambda pair: -pair[1])
    said = [f"{HELD[who]} for {duration(time)}" for who, time in longest]
    return Ours(listed([said[0].replace(" for", " had it for", 1), *said[1:]], "and") if said else "")
