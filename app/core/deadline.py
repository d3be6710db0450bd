"""Days that a request names, as the instants by which something is due. A day is over at local midnight."""

from datetime import datetime, tzinfo

from app.core.facts import Facts
from app.core.validators.option import whole_day

_SENSIBLE_YEARS = range(1970, 9000)


def date_in_block(facts: Facts, heading: str, zone: tzinfo) -> datetime | None:
    """The instant (UTC) by which the block says that something is wanted: its earliest date that is surely meant.

    Without a time it is the end of that day, in `zone` where the block names none. None where no date is sure, or
    there is no such block. The description counts as it stands now: GitLab keeps no earlier ones.
    """
    answer = facts.answer(heading)
    return next((span.end for span in answer.days(zone)), None) if answer else None


def end_of_quarter(facts: Facts, heading: str, zone: tzinfo, labels: str = "") -> datetime:
    """The instant (UTC) at which the quarter is over that the block names, else the one in which the issue was opened.

    A quarter without a year is read as on the day of the opening, so that a later edit makes it no other year's. Where
    one label that begins with `labels` names another quarter, that one is meant: the first of its number from then on.
    """
    opened = facts.issue.created_at.astimezone(zone).date()
    answer = facts.answer(heading)
    said = " ".join([*sorted(answer.choices), answer.text]) if answer else ""
    quarter = facts.quarters.named(said, opened) or facts.quarters.quarter_of(opened)
    moved = [name.removeprefix(labels) for name in facts.issue.labels if labels and name.startswith(labels)]
    if len(moved) == 1:
        quarter = facts.quarters.named(moved[0], facts.quarters.begins(quarter)) or quarter
    return whole_day(facts.quarters.ends(quarter), zone).start


def gitlab_due_date(facts: Facts, zone: tzinfo) -> datetime | None:
    """The end (UTC) of the day that is the issue's due date in GitLab; None where none is set.

    GitLab takes any year; one of the Romans' is a slip, and no day on which anything is due.
    """
    day = facts.issue.due_date
    return whole_day(day, zone).end if day and day.year in _SENSIBLE_YEARS else None
