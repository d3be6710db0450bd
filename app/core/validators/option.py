"""One date that was offered: what was understood of it, and from when to when it can be meant."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple


class Span(NamedTuple):
    """Half-open, in UTC. An instant is a span without length: its end is its start."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Option:
    """One date that was offered. `day` is None when none was understood, `clock` when no time was.

    `at` (UTC) needs a day, a time and a zone; `zone` is its name as people read it, `assumed` says that none was named
    and the board's is taken. `tz` is the zone that was named for it, None where none was or it is not known. `doubt` is
    what is unclear about it, `part` the part of the day where only that was said, `remark` what else there is to say;
    `certain` that the day may be called past.
    """

    text: str
    day: date | None = None
    clock: time | None = None
    at: datetime | None = None
    zone: str | None = None
    tz: tzinfo | None = None
    doubt: str = ""
    part: str = ""
    remark: str = ""
    certain: bool = False
    assumed: bool = False

    @property
    def note(self) -> str:
        """All that there is to say of it."""
        return joined([self.doubt, f"{self.part}, with no time" if self.part else "", self.remark])

    @property
    def sure(self) -> bool:
        """Whether it surely means one day: rules and clocks count by nothing else."""
        return self.day is not None and not self.doubt

    def span(self, zone: tzinfo) -> Span | None:
        """When it is meant: its instant, else its whole local day, in `zone` where it names none; None without a day.

        A morning or an afternoon counts as the whole day, since people differ on when those begin and end.
        """
        if self.day is None:
            return None
        return Span(self.at, self.at) if self.at else whole_day(self.day, self.tz or zone)

    @property
    def said(self) -> str:
        """`Tue 3 Mar 2026, 10:00 New York (15:00 UTC)`, and what is doubtful about it."""
        if self.day is None:
            return f"{self.text}: {self.note}"
        said = f"{self.day:%a} {self.day.day} {self.day:%b %Y}"
        if self.clock:
            said += f", {self.clock:%H:%M}"
        if self.zone:
            said += f" {self.zone}"
        if self.at and self.zone != "UTC":
            other = "" if self.at.date() == self.day else f"{self.at:%a} "
            said += f" ({other}{self.at:%H:%M} UTC)"
        return f"{said}: {self.note}" if self.note else said


def whole_day(day: date, zone: tzinfo) -> Span:
    """The day from midnight to midnight there: 23 or 25 hours long where the clocks change. Errors: OverflowError for
    days at the edges of the calendar."""
    midnights = (datetime.combine(each, time(), zone) for each in (day, day + timedelta(days=1)))
    return Span(*(midnight.astimezone(UTC) for midnight in midnights))


def joined(notes: list[str]) -> str:
    return "; ".join(filter(None, notes))
