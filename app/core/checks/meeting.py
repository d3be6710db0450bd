"""Finds a meeting that comes near while something that it needs is not there."""

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from app.core.calendar import Calendar
from app.core.document import Model, Path
from app.core.effects import NOBODY, Effects
from app.core.facts import Facts
from app.core.length import Length
from app.core.plan import Clause, stamp
from app.core.result import Result
from app.core.text import Ours, instant
from app.core.validators.reading import listed

NO_DATE, LACKS_NOTHING = "no date is offered", "a meeting lacks nothing"

Lack = Literal["owner", "information"]


class Meeting(Model):
    """Before a meeting with a customer somebody must own the request, and an SA must know what the meeting is about.

    The earliest date that is offered and still ahead counts, from so many working days before it until it begins.
    A date that is not surely understood counts for nothing. An edit after the meeting has come near is no new cause.
    Example: a meeting on Tuesday at ten, two working days ahead: from Friday at ten on, unless somebody is assigned.
    """

    PLACEHOLDERS: ClassVar = frozenset({"meeting", "missing", "waiting"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["meeting"]
    block: str = Field(description="The heading of the block that offers the dates.")
    ahead: Length = Field(description="How long before it, counted on working days of the board.")
    lacks: Lack = Field(
        description="Owner: nobody is assigned. Information: something that the template requires is missing, or "
        "what the board wants before meetings."
    )

    def effects(self) -> Effects:
        """It reads whether somebody is assigned, where that is what it asks for."""
        return Effects((frozenset({NOBODY}),)) if self.lacks == "owner" else Effects()

    def block_names(self) -> Iterator[tuple[Path, str, list[str]]]:
        """The block that is named, with its place and no choices."""
        yield ("block",), self.block, []

    def still(self, facts: Facts) -> str:
        """Why it finds nothing."""
        answer = facts.answer(self.block)
        if not (answer and answer.dates):
            return NO_DATE
        return "" if self._missing(facts) else LACKS_NOTHING

    def look(self, facts: Facts) -> Result:
        answer = facts.answer(self.block)
        dates = answer.dates if answer else ()
        meeting = next((at for at in dates if at > facts.now), None)
        missing = self._missing(facts)
        calendar = facts.board.counting("working_days")
        near_at = calendar.before(meeting, self.ahead) if meeting else None
        near = near_at is not None and facts.now >= near_at

        def clauses() -> tuple[Clause, ...]:
            return (
                Clause("a meeting is ahead", stamp(meeting) if meeting else "none", meeting is not None),
                Clause("it lacks something", ", ".join(missing) or "nothing", bool(missing)),
                *((Clause("it is near", f"from {stamp(near_at)} on", near),) if near_at else ()),
            )

        if not dates or not missing:
            return Result(False, LACKS_NOTHING if dates else NO_DATE, clauses)
        if meeting is None or near_at is None:
            return Result(False, "no meeting is ahead", clauses)
        recheck_at = meeting if near else near_at
        if not near:
            return Result(False, "the meeting is not near yet", clauses, recheck_at=recheck_at)
        return Result(
            True,
            f"a meeting at {stamp(meeting)} lacks {listed(missing, 'and')}",
            clauses,
            since=max(near_at, facts.issue.created_at),
            cause_at=_cause(facts, self._near_since(meeting, dates, calendar)),
            recheck_at=recheck_at,
            values={
                "meeting": instant(meeting, facts.board.calendar.zone),
                "missing": Ours(listed([f"**{what}**" for what in missing], "and")),
                "waiting": facts.in_force.label == facts.labels.waiting,
            },
        )

    def _missing(self, facts: Facts) -> list[str]:
        if self.lacks == "owner":
            return [] if facts.issue.assignees else ["an owner"]
        found = [gap.title for gap in facts.description.required]
        wanted = (facts.answer(heading) for heading in facts.board.file.before_meetings)
        found += [a.block.heading for a in wanted if a and (a.missing or a.problem)]
        return list(dict.fromkeys(found))

    def _near_since(self, meeting: datetime, dates: tuple[datetime, ...], calendar: Calendar) -> datetime:
        """Since when some date or other has been near without a break: one that passes hands over to the next."""
        begins = calendar.before(meeting, self.ahead)
        for earlier in sorted((at for at in dates if at < meeting), reverse=True):
            if earlier < begins:
                break
            begins = calendar.before(earlier, self.ahead)
        return begins


def _cause(facts: Facts, near_since: datetime) -> datetime:
    """The last edit of the description before the meeting came near; the opening when there was none."""
    edits = (a.at for a in facts.acts if a.kind == "edited" and a.at < near_since)
    return max(edits, default=facts.issue.created_at)
