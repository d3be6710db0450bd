"""Lengths of time as gitlab-triage counts them, minutes to years; the larger ones go by the calendar there."""

UNITS = ("minutes", "hours", "days", "weeks", "months", "years")
LONGEST = 3650  # days
_DAYS = {"days": 1, "weeks": 7, "months": 365.25 / 12, "years": 365.25}
_PER_DAY = {"minutes": 1440, "hours": 24}


def plural(unit: str) -> str:
    """`months` for `month`."""
    return unit if unit.endswith("s") else f"{unit}s"


def length(number: int, unit: str) -> str:
    """`30d`, as our files write it; empty where it is none that they can say."""
    unit = plural(unit)
    if not 1 <= number <= 99_999 or unit not in UNITS:
        return ""
    if unit in _PER_DAY:
        return f"{number}{unit[0]}" if number <= LONGEST * _PER_DAY[unit] else ""
    days = int(_DAYS[unit] * number)
    return f"{days}d" if days <= LONGEST else ""


def uneven(unit: str) -> bool:
    """Whether the calendar makes such lengths uneven."""
    return plural(unit) in ("months", "years")


def shortened(number: int, unit: str) -> str:
    """What to say of an uneven length."""
    noun = plural(unit).removesuffix("s") if number == 1 else plural(unit)
    return f"{number} {noun} of the calendar: {length(number, unit).removesuffix('d')} days here"
