"""GitLab's due date as its own lines under an issue tell of it. Pure; which day is due stands in `Issue.due_date`."""

import re
from datetime import date

REMOVED = "removed due date"
_CHANGED = "changed due date to "
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY = rf"(?P<month>{'|'.join(_MONTHS)})  ?(?P<day>[0-9]{{1,2}}), (?P<year>[0-9]{{4}})"
_LINE = re.compile(rf"\A(?:.* and )?(?:{re.escape(_CHANGED)}{_DAY}|(?P<removed>{REMOVED}))(?: and .*)?\Z")


def line(day: date | None) -> str:
    """What GitLab writes when the due date is set to that day, or taken off.

    Source: GitLab's app/services/system_notes/time_tracking_service.rb, change_start_date_or_due_date.
    """
    return f"{_CHANGED}{_MONTHS[day.month - 1]} {day.day}, {day.year:04}" if day else REMOVED


def told(body: str, before: date | None) -> date | None:
    """The due date after GitLab wrote that line; the one before where the line is about something else."""
    match = _LINE.match(body)
    if match is None:
        return before
    if match["removed"]:
        return None
    try:
        return date(int(match["year"]), _MONTHS.index(match["month"]) + 1, int(match["day"]))
    except ValueError:  # no line of GitLab's names such a day
        return before
