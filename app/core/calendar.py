"""Working time: zone, hours, holidays, shifts. Arithmetic is in UTC; only the edges of intervals are local.

An edge on which clocks change stands where `app.core.hours.reached` says.
"""

from calendar import isleap
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Literal
from zoneinfo import ZoneInfo

from app.core.hours import WEEKDAYS, Hours, Minutes, Pairs, offset_at, reached, read_days, read_week
from app.core.open_time import MICROSECOND, OpenTime
from app.core.open_year import OpenYear

Count = Literal["wall", "working_days", "working_hours"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1) // MICROSECOND
WHOLE_DAY = ("00:00", "24:00")
# Before the first of these years no zone changed its clocks, and after the last each does so by a rule. Source: tzdata;
# the first change in it is Amsterdam's of 1834, the last that is listed singly Morocco's of 2087.
CLOCKS_CHANGE = range(1800, 2100)


class Calendar:
    """When work is done. Intervals are half-open; a weekday not named is closed.

    `hours` maps "mon".."sun" to ("09:00", "17:00") pairs in order, "24:00" allowed. `holidays` are closed dates, with
    their names where known. `shifts` are the hours of single dates, in place of the weekday's and of a holiday; with
    none it is closed. `earlier` are the hours that held before a date, back to the date before it in `earlier`.
    Raises ValueError for hours that overlap, run backwards or never open.

    Nothing can be changed from outside, and threads may share one. All methods take instants with a zone (ValueError
    without one), and raise OverflowError for what lies outside the years 1 to 9999.
    """

    def __init__(
        self,
        zone: str | ZoneInfo,
        hours: Hours,
        holidays: Mapping[date, str] | Sequence[date] = (),
        *,
        shifts: Mapping[date, Pairs] | None = None,
        earlier: Sequence[tuple[date, Hours]] = (),
    ) -> None:
        self._zone = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
        self._holidays = dict(holidays) if isinstance(holidays, Mapping) else dict.fromkeys(holidays, "")
        self._shifts = read_days(shifts or {})
        self._week = read_week(hours)
        self._earlier = sorted(
            ((until, read_week(week)) for until, week in earlier), key=lambda entry: entry[0]
        )
        untils = [until for until, _ in self._earlier]
        if len(set(untils)) < len(untils):
            raise ValueError("two of the earlier hours end on the same date")
        weeks = [self._week, *(week for _, week in self._earlier)]
        if not any(self._shifts.values()) and not any(any(week) for week in weeks):
            raise ValueError("a calendar must be open at some time")
        self._time = OpenTime(self._build, _special([*self._holidays, *self._shifts, *untils]))
        self._counting: dict[Count, Calendar] = {}

    @property
    def zone(self) -> ZoneInfo:
        return self._zone

    @property
    def holidays(self) -> Mapping[date, str]:
        """The dates that are no plain ones, by name; closed unless they have a shift."""
        return MappingProxyType(self._holidays)

    def add(self, start: datetime, working: timedelta) -> datetime:
        """The earliest instant at which `between(start, it)` reaches `working`, in UTC.

        Errors: ValueError when `working` is negative, OverflowError when it is not reached within 60 years.
        """
        at, amount = _micros(start), _amount(working)
        return _instant(self._time.first(at, amount) if amount else at)

    def before(self, end: datetime, working: timedelta) -> datetime:
        """The latest instant from which `between(it, end)` reaches `working`, in UTC: `add` the other way round.

        Errors: ValueError when `working` is negative, OverflowError when it is not reached within 60 years.
        """
        at, amount = _micros(end), _amount(working)
        return _instant(self._time.last(at, amount) if amount else at)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The open time in [start, end); negative when `end` comes first."""
        return MICROSECOND * (self._time.until(_micros(end)) - self._time.until(_micros(start)))

    def is_open(self, at: datetime) -> bool:
        """Whether work is done at that instant: true at an interval's start, false at its end."""
        return self._time.is_open(_micros(at))

    def next_open(self, at: datetime) -> datetime:
        """The earliest instant from `at` on, itself included, at which work is done, in UTC.

        Errors: OverflowError when there is none within 60 years.
        """
        return _instant(self._time.next_open(_micros(at)))

    def intervals(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """The open intervals of a local day, in UTC; none when it is closed, or when the zone left that day out."""
        edges = ((reached(day, a, self._zone), reached(day, b, self._zone)) for a, b in self._minutes(day))
        return tuple((start, end) for start, end in edges if start < end)

    def closed_days(self, start: date, end: date) -> tuple[tuple[date, str], ...]:
        """The local days in [start, end) on which nothing is open, with their names: "" for a plain day off."""
        days = _days(start, end)
        return tuple((day, self._holidays.get(day, "")) for day in days if not self.intervals(day))

    def counting(self, count: Count) -> "Calendar":
        """This calendar as a way to count: the hours as they are, 24 h of each working day, or round the clock.

        A working day is one that is open at all, be it by half or by a shift.
        """
        if count == "working_hours":
            return self
        if count not in self._counting:
            self._counting[count] = self._whole_days() if count == "working_days" else self._every_day()
        return self._counting[count]

    def _every_day(self) -> "Calendar":
        return Calendar(self._zone, {day: [WHOLE_DAY] for day in WEEKDAYS})

    def _whole_days(self) -> "Calendar":
        def whole(week: tuple[Minutes, ...]) -> Hours:
            return {day: [WHOLE_DAY] for day, spans in zip(WEEKDAYS, week, strict=True) if spans}

        return Calendar(
            self._zone,
            whole(self._week),
            self._holidays,
            shifts={day: [WHOLE_DAY] if spans else [] for day, spans in self._shifts.items()},
            earlier=[(until, whole(week)) for until, week in self._earlier],
        )

    def _minutes(self, day: date) -> Minutes:
        """The open intervals of the day by its local clock."""
        if day in self._shifts:
            return self._shifts[day]
        if day in self._holidays:
            return ()
        week = next((week for until, week in self._earlier if day < until), self._week)
        return week[day.weekday()]

    def _build(self, number: int) -> OpenYear:
        first = date(number, 1, 1)
        after = first + timedelta(days=365 + isleap(number))
        spans: list[tuple[int, int]] = []
        tomorrow = offset_at(first, self._zone)
        for day in _days(first, after):
            today, tomorrow = tomorrow, offset_at(day + DAY, self._zone)
            if today is not None and today == tomorrow:  # nearly always; `reached` says the same, only slower
                midnight = (day.toordinal() - EPOCH.toordinal()) * (DAY // MICROSECOND) - today // MICROSECOND
                spans += [(midnight + a * MINUTE, midnight + b * MINUTE) for a, b in self._minutes(day)]
            else:
                spans += [(_micros(opens), _micros(closes)) for opens, closes in self.intervals(day)]
        low, high = (_micros(reached(day, 0, self._zone)) for day in (first, after))
        return OpenYear.of(low, high, spans)


def _special(dates: Sequence[date]) -> range:
    """The years in which anything happens once: a date of ours, or a change of clocks."""
    years = [day.year for day in dates]
    return range(min([CLOCKS_CHANGE.start, *years]), max([CLOCKS_CHANGE.stop, *(year + 1 for year in years)]))


def _days(start: date, end: date) -> Iterator[date]:
    return map(date.fromordinal, range(start.toordinal(), end.toordinal()))


def _instant(moment: int) -> datetime:
    return EPOCH + MICROSECOND * moment


def _amount(working: timedelta) -> int:
    amount = working // MICROSECOND
    if amount < 0:
        raise ValueError("working time cannot be negative")
    return amount


def _micros(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (at - EPOCH) // MICROSECOND
