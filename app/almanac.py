"""What calendars say of days and instants, for people to check them: as text and as data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.calendars import YEARS
from app.core.board import Board
from app.core.calendar import Calendar, Count
from app.core.document import one_of
from app.core.text import count as number_of
from app.core.text import duration, instant
from app.errors import ConfigError

LONGEST = timedelta(days=3660)
TICK = timedelta(microseconds=1)
WAYS: dict[Count, str] = {
    "wall": "round the clock",
    "working_days": "on working days",
    "working_hours": "of working time",
}
MANY = 30  # days, more than which are only counted


@dataclass(frozen=True)
class Part:
    """A calendar by its id, and whose it is: a board's own, that of a part of a board, or nobody's in particular."""

    id: str
    calendar: Calendar
    title: str
    part: str = ""


@dataclass(frozen=True)
class Page:
    """The local days of a calendar in order, each with its open intervals in UTC and its name."""

    of: Part
    days: tuple[tuple[date, tuple[tuple[datetime, datetime], ...], str], ...]

    @property
    def working_days(self) -> int:
        return sum(bool(spans) for _, spans, _ in self.days)

    @property
    def open(self) -> timedelta:
        return sum((b - a for _, spans, _ in self.days for a, b in spans), timedelta())


@dataclass(frozen=True)
class Deadline:
    """When a length of time is over that began at `start`, and the local days in between that did not count."""

    of: Part
    length: timedelta
    count: Count
    start: datetime
    due: datetime
    not_counted: tuple[tuple[date, str], ...]


def parts_of(name: str, boards: Mapping[str, Board], calendars: Mapping[str, Calendar]) -> list[Part]:
    """The calendars of a board, its own first, or the one of that id. Errors: ConfigError."""
    if name in boards:
        file = boards[name].file
        parts = file.calendar_by.calendars.items() if file.calendar_by else ()
        own = Part(file.calendar, calendars[file.calendar], file.name)
        return [own, *(Part(id_, calendars[id_], part, part) for part, id_ in parts)]
    if name in calendars:
        return [Part(name, calendars[name], "Calendar")]
    raise ConfigError(f'unknown board or calendar "{name}"; {one_of(name, [*boards, *calendars])}')


def page(part: Part, start: date, end: date) -> Page:
    """The days in [start, end). Errors: ConfigError when there are none, or more than ten years of them."""
    if not start < end:
        raise ConfigError(
            f"{start} to {end} holds no day; the first that is left out must come after the first"
        )
    if end - start > LONGEST:
        raise ConfigError("that is more than ten years; ask for fewer days")
    calendar = part.calendar
    days = [start + timedelta(days=n) for n in range((end - start).days)]
    try:
        found = tuple((day, calendar.intervals(day), calendar.holidays.get(day, "")) for day in days)
    except OverflowError as error:
        raise ConfigError(f"{start} to {end}: {error}") from None
    return Page(part, found)


def deadline(part: Part, length: timedelta, count: Count, start: datetime) -> Deadline:
    """When the length is over by that calendar. Errors: ConfigError when that is more than 60 years away."""
    counting = part.calendar.counting(count)
    try:
        due = counting.add(start, length)
        first, last = (at.astimezone(part.calendar.zone).date() for at in (start, due - TICK))
        skipped = counting.closed_days(first, last + timedelta(days=1))
    except OverflowError as error:
        raise ConfigError(f"{duration(length)} {WAYS[count]}: {error}") from None
    return Deadline(part, length, count, start, due, skipped)


def page_text(found: Page) -> str:
    """A line for each day with its hours by the local clock, or why it is closed; then the totals."""
    hours = [_hours(found.of, day, spans) for day, spans, _ in found.days]
    width = max(map(len, hours))
    lines = [_heading(found.of)]
    for (day, spans, name), shown in zip(found.days, hours, strict=True):
        length = duration(sum((b - a for a, b in spans), timedelta())) if spans else ""
        said = [f"{day:%a} {day.day:2} {day:%b %Y}", shown.ljust(width), length, name]
        lines.append("  ".join(word for word in said if word.strip()).rstrip())
    totals = f"{number_of(len(hours), 'day')}, {number_of(found.working_days, 'working day')}"
    lines.append(f"{totals[0].upper()}{totals[1:]}, {duration(found.open)}.")
    return "\n".join([*lines, *_unknown(found.of, found.days[0][0], found.days[-1][0])])


def page_data(found: Page) -> dict[str, Any]:
    """The same as JSON takes it."""
    days = [
        {
            "date": day.isoformat(),
            "open": [{"from": _z(a), "to": _z(b), "local": _local(found.of, day, (a, b))} for a, b in spans],
            "seconds": int(sum((b - a for a, b in spans), timedelta()).total_seconds()),
            "name": name or None,
        }
        for day, spans, name in found.days
    ]
    totals = {"working_days": found.working_days, "open_seconds": int(found.open.total_seconds())}
    return _identity(found.of) | {"days": days} | totals


def deadline_text(found: Deadline) -> str:
    """From when to when, in the calendar's zone and in UTC, and the days that did not count."""
    zone = found.of.calendar.zone
    lines = [
        _heading(found.of),
        f"{duration(found.length)} {WAYS[found.count]} from {instant(found.start, zone)}",
        f"due {instant(found.due, zone)}, {_z(found.due)}",
        f"not counted: {_listed(found.not_counted)}",
    ]
    return "\n".join([*lines, *_unknown(found.of, found.start.date(), found.due.date())])


def deadline_data(found: Deadline) -> dict[str, Any]:
    """The same as JSON takes it."""
    return _identity(found.of) | {
        "due": _z(found.due),
        "due_local": found.due.astimezone(found.of.calendar.zone).isoformat(),
        "not_counted": [{"date": day.isoformat(), "name": name or None} for day, name in found.not_counted],
    }


def _listed(days: Sequence[tuple[date, str]]) -> str:
    """The days with their names; of very many only how many they are."""
    if len(days) > MANY:
        named = sum(bool(name) for _, name in days)
        return f"{len(days)} days, {named} of them with a name"
    said = (f"{day:%a} {day.day} {day:%b %Y}" + (f" ({name})" if name else "") for day, name in days)
    return ", ".join(said) or "no day"


def _unknown(part: Part, first: date, last: date) -> list[str]:
    """A warning for days of years of which no holidays are known, where the calendar has any."""
    if part.calendar.holidays and not (first.year in YEARS and last.year in YEARS):
        return [f"Holidays are known for {YEARS[0]} to {YEARS[-1]} only."]
    return []


def _heading(part: Part) -> str:
    return f"{part.title}: {part.id} ({part.calendar.zone.key})"


def _identity(part: Part) -> dict[str, Any]:
    return {"calendar": part.id, "part": part.part or None, "zone": part.calendar.zone.key}


def _hours(part: Part, day: date, spans: Sequence[tuple[datetime, datetime]]) -> str:
    return ", ".join("–".join(_local(part, day, span)) for span in spans) or "closed"


def _local(part: Part, day: date, span: tuple[datetime, datetime]) -> list[str]:
    """From when to when by the local clock, the end of the day as 24:00."""
    opens, closes = (at.astimezone(part.calendar.zone) for at in span)
    return [f"{opens:%H:%M}", "24:00" if closes.date() > day else f"{closes:%H:%M}"]


def _z(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
