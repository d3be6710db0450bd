"""Leaves on days: the due date, and the milestone with its days. A day begins and ends by the board's clock."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Discriminator, Field, Tag

from app.core.conditions.globs import fits
from app.core.conditions.seen import Seen, steady
from app.core.conditions.shapes import word_or_shape
from app.core.document import Model
from app.core.due_date import told
from app.core.facts import Facts
from app.core.hours import reached
from app.core.length import Length

DAY = timedelta(days=1)
UTC = ZoneInfo("UTC")


def _which(value: object) -> str:
    return (
        "near"
        if isinstance(value, Near) or (isinstance(value, dict) and "in_days" in value)
        else word_or_shape(value)
    )


def _whole_days(value: timedelta) -> timedelta:
    if value % DAY:
        raise ValueError("a due date is a day; write whole days, such as 3d")
    return value


class Within(Model):
    """So many days ahead at most; a day that is past is not."""

    within: Annotated[Length, AfterValidator(_whole_days)] = Field(description="Whole days, such as 3d.")


class Near(Model):
    """From so many days before the due day begins, and ever after, in UTC: with 0 from when it begins."""

    in_days: int = Field(
        ge=0, le=3650, description="Days before the due day begins, in UTC; 0: as it begins."
    )


class DueDateIs(Model):
    """GitLab's due date: `due_date: none`, `any`, `overdue`, or `{within: 3d}`, the due day being today or one of the
    next three. `{in_days: 3}` is so from three days before the due day begins in UTC, and stays so. It is overdue once
    the due day is over where the board is. It is so since the date was set, or since the day that time brought.
    """

    due_date: Annotated[
        Annotated[Literal["none", "any", "overdue"], Tag("word")]
        | Annotated[Within, Tag("shape")]
        | Annotated[Near, Tag("near")],
        Discriminator(_which),
    ] = Field(description="`none`, `any`, `overdue`, `within` so many days, or `in_days`.")

    def __str__(self) -> str:
        asked = self.due_date
        if isinstance(asked, Near):
            return f"due date: in {asked.in_days} days or less"
        return f"due date: {asked if isinstance(asked, str) else f'within {asked.within // DAY} days'}"

    def see(self, facts: Facts) -> Seen:
        day, asked = facts.issue.due_date, self.due_date
        value, set_at = str(day) if day else "none", _dated_at(facts)
        if day is None or asked in ("none", "any"):
            return steady((day is None) == (asked == "none"), value, set_at)
        if isinstance(asked, Near):
            return _between(facts, value, set_at, day - DAY * asked.in_days, None, UTC)
        first = day + DAY if isinstance(asked, str) else day - asked.within
        stretch = (first, None if isinstance(asked, str) else day + DAY)
        return _between(facts, value, set_at, *stretch)


def _dated_at(facts: Facts) -> datetime:
    """When the due date was last set or taken off; the opening where nothing tells."""
    notes = [n for n in facts.issue.system_notes if n.at >= facts.issue.created_at]
    about = [n.at for n in notes if told(n.body, None) or told(n.body, date.max) is None]
    return max(about, default=facts.issue.created_at)


def _between(
    facts: Facts, value: str, set_at: datetime, first: date, last: date | None, zone: ZoneInfo | None = None
) -> Seen:
    """Whether it is one of the days from the first on and before the last, by the board's clock or in that zone."""
    zone = zone or facts.board.calendar.zone
    begins = reached(first, 0, zone)
    ends = reached(last, 0, zone) if last else None
    if facts.now < begins:
        return Seen(False, value, set_at, set_at, begins)
    if ends is None or facts.now < ends:
        return Seen(True, value, max(begins, set_at), set_at, ends)
    return Seen(False, value, max(ends, set_at), set_at)


class MilestoneIs(Model):
    """The milestone: `milestone: none`, `any`, `started`, `upcoming`, or a title, in which `*` stands for any text.

    It has started when its first day has come, and is upcoming until then; one without a first day is neither. Nothing
    that is read tells when it was set: it counts as so since the opening.
    """

    milestone: str = Field(
        min_length=1, max_length=255, description="`none`, `any`, `started`, `upcoming`, a title."
    )

    def __str__(self) -> str:
        return f"milestone: {self.milestone}"

    def see(self, facts: Facts) -> Seen:
        there, opened = facts.issue.milestone, facts.issue.created_at
        value = there.title if there else "none"
        if self.milestone in ("none", "any"):
            return steady((there is None) == (self.milestone == "none"), value, opened)
        if there is None or self.milestone not in ("started", "upcoming"):
            return steady(there is not None and fits(self.milestone, there.title), value, opened)
        if there.start is None:
            return steady(False, value, opened)
        seen = _between(facts, value, opened, there.start, None)
        return seen if self.milestone == "started" else seen._replace(holds=not seen.holds)
