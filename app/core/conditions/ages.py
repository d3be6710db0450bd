"""Leaf on time: how long ago something was."""

from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field, model_validator

from app.core.calendar import Count
from app.core.conditions.globs import fits
from app.core.conditions.history import comments_by, touched_at
from app.core.conditions.labels import Pattern, on_or_off_since
from app.core.conditions.seen import Seen, steady
from app.core.document import Model
from app.core.facts import Facts
from app.core.length import length_text
from app.core.months import LongLength, Months
from app.core.plan import stamp

Since = Literal[
    "created",
    "updated",
    "updated_at",
    "closed",
    "edited",
    "last_note",
    "last_note_by_sa",
    "last_note_by_requester",
    "state_label",
]
DAY = timedelta(days=1)
_WORDS: dict[Since, str] = {
    "created": "the opening",
    "updated": "the last thing that a person did",
    "updated_at": "GitLab's updated_at",
    "closed": "the closing",
    "edited": "the last edit of the description",
    "last_note": "the last comment",
    "last_note_by_sa": "an SA's last comment",
    "last_note_by_requester": "the requester's last comment",
    "state_label": "the state label in force",
}


class Age(Model):
    """From what on, and how long. At exactly `at_least` it is so; at exactly `less_than` it is not any more."""

    since: Since | None = Field(
        default=None,
        description="`updated` is the last thing that a person did, be it a comment, a label, an assignment or an "
        "edit. `updated_at` is what GitLab says, exactly: the bot's own writes and mentions elsewhere move it too.",
    )
    label_on: Pattern | None = Field(
        default=None, description="Since this label was put on, by whomever, or one that fits the pattern."
    )
    at_least: LongLength | None = Field(
        default=None,
        description="So long ago, or longer: `90m`, `48h`, `5d`; by the calendar `6mo`, `1y`, with `count: wall`.",
    )
    less_than: LongLength | None = Field(default=None, description="Not yet so long ago.")
    count: Count = Field(
        default="working_days",
        description="Round the clock (`wall`), 24 h of each working day, or working hours, by the board's calendar.",
    )

    @model_validator(mode="after")
    def _one_each(self) -> "Age":
        if (self.since is None) == (self.label_on is None):
            raise ValueError("say since when: one of since and label_on")
        if (self.at_least is None) == (self.less_than is None):
            raise ValueError("say how long: one of at_least and less_than")
        if isinstance(self.length, Months) and self.count != "wall":
            raise ValueError(f"{self.length} goes by the calendar; say count: wall beside it, or write days")
        return self

    @property
    def length(self) -> timedelta | Months:
        """How long, whichever of the two it is."""
        length = self.at_least if self.at_least is not None else self.less_than
        assert length is not None  # one of the two is given
        return length

    @property
    def from_what(self) -> str:
        """What it counts from, in words."""
        if self.since is not None:
            return _WORDS[self.since]
        return f"{self.label_on} was put on"

    def start(self, facts: Facts) -> datetime | None:
        """The instant from which it counts; None where that never came, or is over."""
        match self.since:
            case None:
                on = any(fits(self.label_on or "", name) for name in facts.issue.labels)
                return on_or_off_since(facts.issue, self.label_on or "") if on else None
            case "created":
                return facts.issue.created_at
            case "updated":
                return touched_at(facts)
            case "updated_at":
                return facts.issue.updated_at
            case "closed":
                return facts.issue.closed_at if facts.issue.state == "closed" else None
            case "edited":
                return facts.edited_at
            case "state_label":
                return facts.in_force.start
            case "last_note" | "last_note_by_sa" | "last_note_by_requester":
                acts = comments_by(facts, self.since.removeprefix("last_note").removeprefix("_by_"))
                return acts[-1].at if acts else None


class AgeIs(Model):
    """How long ago something was: `age: {since: created, at_least: 5d, count: wall}`.

    What never happened has no age: neither `at_least` nor `less_than` holds. So `not: {age: {since: last_note_by_sa,
    less_than: 5d}}` is so where no SA has written within five days, and where none ever did.
    """

    age: Age = Field(description="From what on, and how long ago.")

    def __str__(self) -> str:
        age = self.age
        length = f"at least {_told(age.at_least)}" if age.at_least else f"less than {_told(age.less_than)}"
        return f"{age.from_what} is {length} ago ({age.count.replace('_', ' ')})"

    def see(self, facts: Facts) -> Seen:
        age = self.age
        start = age.start(facts)
        if start is None:
            return steady(False, "it never was, or is over", self._absent_since(facts))
        due = self._due(facts, start)
        if due is None:
            return steady(age.at_least is None, f"since {stamp(start)}, never that long", start)
        reached = facts.now >= due
        holds = reached if age.at_least else not reached
        value = f"since {stamp(start)}; {_told(age.at_least or age.less_than)} at {stamp(due)}"
        return Seen(holds, value, due if reached else start, start, None if reached else due)

    def _absent_since(self, facts: Facts) -> datetime:
        """Since when there has been nothing to count from."""
        if self.age.label_on is not None:
            return on_or_off_since(facts.issue, self.age.label_on)
        if self.age.since == "closed":
            reopened = (act.at for act in facts.acts if act.kind == "reopened")
            return max(reopened, default=facts.issue.created_at)
        return facts.issue.created_at

    def _due(self, facts: Facts, start: datetime) -> datetime | None:
        length = self.age.length
        try:
            if isinstance(length, Months):
                return length.after(start)
            return facts.counting(self.age.count).add(start, length)
        except OverflowError:  # a calendar that is hardly ever open
            return None


def _told(length: timedelta | Months | None) -> str:
    """`5d`, `36h`, `6mo`."""
    if isinstance(length, Months):
        return str(length)
    if length is None:
        return ""
    return length_text(length) if length % DAY else f"{length // DAY}d"
