"""Finds a date that leaves people too little time to get ready for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from app.core.condition import Conditions
from app.core.document import Model, Path
from app.core.effects import Effects, all_of
from app.core.facts import Facts
from app.core.given import clause, holds, since, written_at
from app.core.length import Length
from app.core.plan import Clause, stamp
from app.core.result import Result
from app.core.text import Ours, count, duration, instant
from app.core.validators.option import Option, Span

DAY = timedelta(days=1)
IN_TIME = "it is told in time"


class LeadTime(Model):
    """Whoever must get ready for a date needs notice of it: so long, from when the description was last written.

    Exactly that long is enough. A day without a time counts until its end, in the zone that it names or the board's, so
    that nobody is told of a lack that is none. What is not surely a date counts for nothing; and where the dates are a
    choice, one that is not sure may be the one that is far enough, so that nothing is said. The finding is over when
    the date is, or once the description offers a better one. An edit begins the notice anew, whatever it changed:
    GitLab does not keep what stood there before. Example: `at_least: 48h, count: working_days` finds a call on Monday
    at nine in a request of Friday at four.
    """

    PLACEHOLDERS: ClassVar = frozenset({"date", "least", "written"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["lead_time"]
    block: str = Field(description="The heading of the block that offers the dates.")
    when: Conditions = Field(
        default=[], description="Only where this holds: one condition, or a list of which all must."
    )
    at_least: Length = Field(description="How long the notice must be; exactly so long is enough.")
    down_to: Length | None = Field(
        default=None,
        description="Only notice of this length or more: what is shorter is another rule's to say.",
    )
    count: Literal["wall", "working_days"] = Field(
        description="Round the clock, or 24 h of each working day of the board."
    )
    counts: Literal["earliest", "latest"] = Field(
        default="earliest",
        description="Which of several dates: the earliest, where they are days of one event; the latest, where they "
        "are a choice.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> "LeadTime":
        if self.down_to is not None and self.down_to >= self.at_least:
            raise ValueError("down_to must be shorter than at_least; between the two the rule speaks")
        return self

    def effects(self) -> Effects:
        """It reads what `when` says."""
        return Effects((all_of(self.when),))

    def block_names(self) -> Iterator[tuple[Path, str, list[str]]]:
        """The block that is named, with its place and no choices."""
        yield ("block",), self.block, []

    def still(self, facts: Facts) -> str:
        """Why it finds nothing."""
        written = written_at(facts)
        date, why_none = self._meant(facts, written)
        if date is None:
            return why_none
        return "" if self._is_short(self._notice(facts, written, date[1].end)) else IN_TIME

    def look(self, facts: Facts) -> Result:
        written = written_at(facts)
        date, why_none = self._meant(facts, written)
        conditions = [clause(condition, facts) for condition in self.when]
        if date is None:
            return Result(False, why_none, (Clause("a date is ahead", why_none, False), *conditions))
        option, span = date
        notice, over = self._notice(facts, written, span.end), facts.now >= span.end
        short = self._is_short(notice)
        clauses = (
            Clause(f"its notice is {self._asked}", f"{duration(notice)} from {stamp(written)} on", short),
            Clause("a date is ahead", f"until {stamp(span.end)}", not over),
            *conditions,
        )
        if over or not short:
            return Result(False, "the date is over" if short else IN_TIME, clauses)
        if not all(holds(condition, facts) for condition in self.when):
            return Result(False, "the rule is for other requests", clauses)
        began = max(since(self.when, facts), written)
        return Result(
            True,
            f"notice of {duration(notice)}, {self._asked}",
            clauses,
            since=began,
            cause_at=began,
            recheck_at=span.end,
            values=self._values(option, written, facts.board.calendar.zone),
        )

    def _meant(self, facts: Facts, written: datetime) -> tuple[tuple[Option, Span] | None, str]:
        """The date that counts, of those that were ahead when the description was written; or why there is none."""
        answer = facts.answer(self.block)
        options = answer.options if answer else ()
        if self.counts == "latest" and not all(o.sure for o in options):
            return None, "a date is offered that is not sure"
        zone = facts.board.calendar.zone
        spans = [(o, span) for o in options if o.sure and (span := o.span(zone)) and span.end > written]
        if not spans:
            return None, "none that is sure was ahead" if options else "no date is offered"
        choose = min if self.counts == "earliest" else max
        return choose(spans, key=lambda pair: pair[1].end), ""

    def _notice(self, facts: Facts, written: datetime, end: datetime) -> timedelta:
        """How long it is from one to the other. Round the clock, a week is one over a change of the clocks too."""
        if self.count == "working_days":
            return facts.board.counting("working_days").between(written, end)
        zone = facts.board.calendar.zone
        there, then = (at.astimezone(zone).replace(tzinfo=None) for at in (written, end))
        return max(end - written, then - there)

    def _values(self, option: Option, written: datetime, board: ZoneInfo) -> dict[str, Ours]:
        zone = option.tz if isinstance(option.tz, ZoneInfo) else board
        least = self._words(self.at_least)
        return {"date": _named(option, zone), "least": least, "written": instant(written, zone)}

    def _is_short(self, lead: timedelta) -> bool:
        return lead < self.at_least and (self.down_to is None or lead >= self.down_to)

    @property
    def _asked(self) -> str:
        least = f", and {self._words(self.down_to)} or more" if self.down_to else ""
        return f"less than {self._words(self.at_least)}{least}"

    def _words(self, length: timedelta) -> Ours:
        """The length as people say it: `two working days`, `a week`, `36 hours on working days`."""
        days, rest = divmod(length, DAY)
        working = self.count == "working_days"
        if rest:
            return Ours(f"{duration(length)} on working days" if working else duration(length))
        if days == 7 and not working:
            return Ours("a week")
        return count(days, "working day" if working else "day")


def _named(option: Option, zone: ZoneInfo) -> Ours:
    """The date as people read it, with its time where one was named: `Tue 17 Mar 2026`."""
    if option.at:
        return instant(option.at, zone)
    day = option.day
    return Ours(f"{day:%a} {day.day} {day:%b %Y}") if day else Ours()
