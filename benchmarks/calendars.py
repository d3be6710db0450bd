"""What counting working time costs, beside two packages that do it too: `make bench`. See README.md beside this."""

import random
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import holidays

from app.core.calendar import Calendar

try:
    import pytz
    from business_duration import businessDuration
    from businesstimedelta import BusinessTimeDelta, HolidayRule, Rules, WorkDayRule
except ImportError:
    sys.exit("business-duration and businesstimedelta are not installed; `make bench` does it")

WANTED = 100  # times faster
SPANS = 20
TEN_MONTHS = timedelta(days=304)
DECADES = timedelta(days=365 * 40)
ZONE = ZoneInfo("America/New_York")
WEEK = ("mon", "tue", "wed", "thu", "fri")
CLOSED = dict(holidays.country_holidays("US", years=range(2025, 2033)))
HELD = frozenset(CLOSED)  # its documentation takes a list, in which it would look longer
EVE = date(2026, 12, 24)

Span = tuple[datetime, datetime]


def calendar(**more: dict[date, list[tuple[str, str]]]) -> Calendar:
    return Calendar(ZONE, {day: [("09:00", "17:00")] for day in WEEK}, CLOSED, **more)


OURS = calendar()
RULES = Rules(
    [
        WorkDayRule(start_time=time(9), end_time=time(17), tz=pytz.timezone(ZONE.key)),
        HolidayRule(CLOSED, tz=pytz.timezone(ZONE.key)),
    ]
)


def delta_between(start: datetime, end: datetime) -> timedelta:
    return timedelta(seconds=RULES.difference(start, end).timedelta.total_seconds())


def delta_add(start: datetime, working: timedelta) -> datetime:
    return start + BusinessTimeDelta(RULES, timedelta=working)


def duration_between(start: datetime, end: datetime) -> timedelta:
    """It knows no zones: given local times it is right, as long as clocks change at night."""
    local = [at.astimezone(ZONE).replace(tzinfo=None) for at in (start, end)]
    return timedelta(seconds=round(businessDuration(*local, time(9), time(17), holidaylist=HELD, unit="sec")))


def spans(length: timedelta) -> list[Span]:
    """Instants of the first weeks of 2026 at any hour, each with one about so much later."""
    chance = random.Random(1)
    starts = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(40 * 86400))
        for _ in range(SPANS)
    ]
    return [(start, start + length + timedelta(seconds=chance.randrange(86400))) for start in starts]


def cost(ask: Callable[[], object], least: float = 0.3) -> float:
    """Seconds of the processor for one run: the least of three tries, each repeated until it has taken long enough."""
    tries = []
    for _ in range(3):
        runs, started = 0, process_time()
        while (taken := process_time() - started) < least:
            ask()
            runs += 1
        tries.append(taken / runs)
    return min(tries)


def over(asked: list[Span], between: Callable[[datetime, datetime], object]) -> float:
    """Seconds for one question, over all spans in turn."""
    return cost(lambda: [between(start, end) for start, end in asked]) / len(asked)


def disagreements(asked: list[Span]) -> list[str]:
    """Where the answers differ; they agree on whole days without half ones, which is all that the packages know."""
    found = []
    for start, end in asked:
        ours = OURS.between(start, end)
        for name, theirs in {
            "businesstimedelta": delta_between,
            "business-duration": duration_between,
        }.items():
            if theirs(start, end) != ours:
                found.append(f"between {start} and {end}: {name} {theirs(start, end)}, ours {ours}")
        due = OURS.add(start, ours)
        if delta_add(start, ours) != due:
            found.append(f"{start} and {ours}: businesstimedelta {delta_add(start, ours)}, ours {due}")
    return found


def cannot() -> list[str]:
    """What the packages have no means for, with what comes of it."""
    half = calendar(shifts={EVE: [("09:00", "13:00")]})
    start, end = (datetime(2026, 12, day, hour, tzinfo=ZONE) for day, hour in ((22, 15), (28, 11)))
    ours, delta, duration = (
        f"{between(start, end) / timedelta(hours=1):g}"
        for between in (half.between, delta_between, duration_between)
    )
    utc = [at.astimezone(UTC) for at in (start, end)]
    zoned = businessDuration(*utc, time(9), time(17), holidaylist=HELD, unit="hour")
    return [
        f"half days (24 December until 13:00): {ours} h by ours, {delta} and {duration} h by packages without any",
        f"zones: of the {duration} h business-duration makes {zoned:g} when told in UTC; the other needs pytz's",
        "adding: business-duration does not",
    ]


def main() -> int:
    asked = spans(TEN_MONTHS)
    different = disagreements(asked)
    print(
        f"Ten months of nine to five in New York with holidays; {SPANS} spans, {len(different)} disagreements."
    )
    print("".join(f"  {line}\n" for line in different), end="")
    lengths = [(start, OURS.between(start, end)) for start, end in asked]
    ours = {"between": over(asked, OURS.between), "add": over(lengths, OURS.add)}
    theirs = {
        ("between", "businesstimedelta"): over(asked, delta_between),
        ("between", "business-duration"): over(asked, duration_between),
        ("add", "businesstimedelta"): over(lengths, delta_add),
    }
    print(f"{'':8} {'baseline':20} {'theirs':>12} {'ours':>9} {'faster':>10}")
    ratios = []
    for (what, name), taken in theirs.items():
        ratios.append(taken / ours[what])
        print(f"{what:8} {name:20} {taken * 1e6:9.0f} µs {ours[what] * 1e6:6.1f} µs {ratios[-1]:8.0f} x")
    decades = spans(DECADES)
    ours = {
        "between": over(decades, OURS.between),
        "add": over([(start, OURS.between(start, end)) for start, end in decades], OURS.add),
    }
    first = cost(lambda: calendar().between(*asked[0]))
    print(f"Ours over forty years: between {ours['between'] * 1e6:.1f} µs, add {ours['add'] * 1e6:.1f} µs.")
    print(f"The first question of a new calendar, which builds its years: {first * 1e3:.1f} ms.")
    print("\n".join(["What could not be compared:", *(f"  {line}" for line in cannot())]))
    slow = min(ratios) < WANTED
    print(f"At least {min(ratios):.0f} times faster; wanted are {WANTED}.")
    return 1 if slow or different else 0


if __name__ == "__main__":
    sys.exit(main())
