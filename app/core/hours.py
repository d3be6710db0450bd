"""Hours as people write them, and when a local clock shows them. Knows neither years nor holidays."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

Pairs = Sequence[tuple[str, str]]
Hours = Mapping[str, Pairs]
Minutes = tuple[tuple[int, int], ...]  # of the day, 1440 being the next midnight

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECOND = timedelta(seconds=1)


def read_pairs(pairs: Pairs) -> Minutes:
    """("09:00", "17:00") and the like as minutes of the day. Errors: ValueError when they overlap or run backwards."""
    spans = tuple((read_time(opens), read_time(closes)) for opens, closes in pairs)
    for (opens, closes), written in zip(spans, pairs, strict=True):
        if opens >= closes:
            raise ValueError(
                f"an interval must end after it starts, and {written[0]} to {written[1]} does not; "
                "a night is two: until 24:00, and from 00:00 on the next day"
            )
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise ValueError("intervals must be in order and apart")
    return spans


def read_time(text: str) -> int:
    """A time of day, such as 09:00, as the minute of the day; 24:00 is the last. Errors: ValueError."""
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and len(minute) == 2 and len(hour) <= 2):
        raise ValueError(f"{text!r} is no time of day; write it as 09:00")
    total = int(hour) * 60 + int(minute)
    if total > 1440 or int(minute) > 59:
        raise ValueError(f"{text!r} is no time of day; the last one is 24:00")
    return total


def read_week(hours: Hours) -> tuple[Minutes, ...]:
    """The hours of Monday to Sunday; a day not named is closed. Errors: ValueError that begins with the day."""
    unknown = sorted(set(hours) - set(WEEKDAYS))
    if unknown:
        raise ValueError(f"unknown weekday {unknown[0]!r}; use {', '.join(WEEKDAYS)}")
    return tuple(_of(day, hours.get(day, ())) for day in WEEKDAYS)


def read_days(days: Mapping[date, Pairs]) -> dict[date, Minutes]:
    """The hours of single dates, empty for closed. Errors: ValueError that begins with the date."""
    return {day: _of(day.isoformat(), pairs) for day, pairs in days.items()}


def _of(day: str, pairs: Pairs) -> Minutes:
    try:
        return read_pairs(pairs)
    except ValueError as error:
        raise ValueError(f"{day}: {error}") from None


def cut_off(pairs: Pairs, closes: str) -> list[tuple[str, str]]:
    """The hours up to that time, for a day that ends early; empty if they begin then or later. Errors: ValueError."""
    end = read_time(closes)
    kept = [pair for pair in pairs if read_time(pair[0]) < end]
    return [(opens, closes if read_time(shuts) > end else shuts) for opens, shuts in kept]


def reached(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clock of the zone first shows that minute of the day, or a later one.

    A time that comes twice, since clocks go back, counts the first time. A time that never comes, since clocks go
    forward over it, is reached at the jump; so is every time of a day that a zone leaves out. So the edges of
    intervals never change places: what adjoins on paper adjoins in fact, and nothing counts twice.
    """
    local = datetime.combine(day + timedelta(minute // 1440), time(minute // 60 % 24, minute % 60), zone)
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    # Of a time that comes twice, fold 1 is the second; in a gap it is the earlier instant of the two (PEP 495).
    return _jump(second, first, zone) if second < first else first


def offset_at(day: date, zone: ZoneInfo) -> timedelta | None:
    """What the zone's clock is ahead of UTC when the day begins; None when clocks change over that midnight.

    If it is the same a day later, it is the same in between, and each minute of that day is as far from its beginning
    as it says: no zone changes its clocks twice within three days (tzdata: all zones, all years).
    """
    first, second = (
        datetime(day.year, day.month, day.day, fold=fold, tzinfo=zone).utcoffset() for fold in (0, 1)
    )
    return first if first == second else None


def _jump(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant in (low, high] from which on the zone has the offset that it has at `high`, to the second."""
    after = high.astimezone(zone).utcoffset()
    while high - low > SECOND:
        middle = low + (high - low) // SECOND // 2 * SECOND
        if middle.astimezone(zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
