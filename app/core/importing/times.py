"""Lengths of time as gitlab-triage counts them, minutes to years; months and years go by the calendar."""

UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
LONGEST = 3650  # days
_DAYS = {"days": 1, "weeks": 7}
_PER_DAY = {"minutes": 1440, "hours": 24}
_MONTHS = {"months": ("mo", 120), "years": ("y", 10)}


def plural(unit: str) -> str:
    """`months` for `month`."""
    return unit if unit.endswith("s") else f"{unit}s"


def length(number: int, unit: str) -> str:
    """`30d`, `6mo`, as our files write it; empty where it is none that they can say."""
    unit = plural(unit)
    if not 1 <= number <= 99_999 or unit not in UNITS:
        return ""
    if unit in _PER_DAY:
        return f"{number}{unit[0]}" if number <= LONGEST * _PER_DAY[unit] else ""
    if unit in _MONTHS:
        short, most = _MONTHS[unit]
        return f"{number}{short}" if number <= most else ""
    days = _DAYS[unit] * number
    return f"{days}d" if days <= LONGEST else ""
