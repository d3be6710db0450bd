"""What there is to say of a date that is clear: it is near, or the board is closed then. Finds no fault with it."""

from datetime import date, datetime, time, timedelta

from app.core.calendar import Calendar
from app.core.text import count, duration
from app.core.validators.reading import About


def too_near(latest: datetime, lead: timedelta, about: About) -> str:
    """What to say of a date that is nearer than the lead even at its latest instant; else nothing.

    The lead is counted on the working days of the calendar, on all days without one.
    """
    calendar = about.calendar
    ahead = calendar.between(about.asked_at, latest) if calendar else latest - about.asked_at
    if ahead >= lead:
        return ""
    days, rest = divmod(lead, timedelta(days=1))
    if rest:
        return f"less than {duration(lead)} ahead" + (", counted on working days" if calendar else "")
    return f"less than {count(days, 'working day' if calendar else 'day')} ahead"


def closed(day: date, at: datetime | None, calendar: Calendar) -> str:
    """What to say of a date on which the calendar is closed all day there; else nothing. `at` decides where known."""
    there = at.astimezone(calendar.zone).date() if at else day
    first, last = (datetime.combine(there, edge, calendar.zone) for edge in (time.min, time.max))
    if calendar.between(first, last):
        return ""
    name = calendar.holidays.get(there, "")
    return "a closed day on the board" + (f" ({name})" if name else "")
