"""The sandbox's time: the machine's with an offset, so that a story of days is told in seconds. No other state."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)
A_MOMENT = timedelta(milliseconds=3)


def machine_now() -> datetime:
    """The machine's own time, UTC-aware; for what must not follow the sandbox's clock."""
    return datetime.now(UTC)


def parse_duration(text: str) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P1DT2H; ValueError for anything else."""
    found = DURATION.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT50H or P1DT2H")
    try:
        return timedelta(**{unit: float(number) for unit, number in found.groupdict().items() if number})
    except OverflowError as error:
        raise ValueError(f"{text!r} is too long") from error


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with a zone, in UTC; ValueError when it is none or its zone is missing."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"{text!r} is not an ISO 8601 instant such as 2026-03-02T14:00Z") from error
    if at.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone; write 2026-03-02T14:00Z")
    return at.astimezone(UTC)


def stamp(at: datetime) -> str:
    """An instant as GitLab writes it: ISO with milliseconds, cut off and not rounded, and Z."""
    return at.isoformat(timespec="milliseconds")[:-6] + "Z"


class Clock:
    """Ticks with an offset from the machine, or stands still."""

    def __init__(self, machine: Callable[[], datetime] = machine_now) -> None:
        self._machine = machine
        self.reset()

    def reset(self, at: datetime | None = None) -> None:
        """Tick from `at` on; without it, together with the machine."""
        self._offset = at - self._machine() if at else timedelta()
        self._frozen_at: datetime | None = None
        self._floor = datetime.min.replace(tzinfo=UTC)

    @property
    def frozen(self) -> bool:
        return self._frozen_at is not None

    @property
    def offset(self) -> timedelta:
        """How far the sandbox is ahead of the machine."""
        return self.now() - self._machine() if self.frozen else self._offset

    def now(self) -> datetime:
        """The present instant, UTC-aware, never before one that was handed out since the clock was last set."""
        return self._frozen_at or max(self._machine() + self._offset, self._floor)

    def in_a_moment(self) -> datetime:
        """A few milliseconds from now: the second stamp of a write of which GitLab takes two. Now, while frozen."""
        if self._frozen_at:
            return self._frozen_at
        self._floor = self.now() + A_MOMENT
        return self._floor

    def set(self, at: datetime) -> None:
        """Go to `at`, forwards or back."""
        self._floor = datetime.min.replace(tzinfo=UTC)
        self._offset = at - self._machine()
        if self._frozen_at:
            self._frozen_at = at

    def advance(self, by: timedelta) -> None:
        """Go forwards by `by`."""
        if self._frozen_at:
            self._frozen_at += by
        else:
            self._offset += by

    def freeze(self, frozen: bool) -> None:
        """Stand still at this instant, or tick on from where it stands."""
        if frozen and not self._frozen_at:
            self._frozen_at = self.now()
        elif not frozen and self._frozen_at:
            self._offset = self._frozen_at - self._machine()
            self._frozen_at = None
