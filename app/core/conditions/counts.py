"""Leaf on how many there are: comments, notes, labels, assignees, label events."""

from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import Field, model_validator

from app.core.conditions.globs import fits
from app.core.conditions.history import comments_by
from app.core.conditions.labels import Pattern, names_of, on_or_off_since
from app.core.conditions.people import assigned_at
from app.core.conditions.seen import Seen, steady
from app.core.conditions.shapes import Bounds
from app.core.document import Model
from app.core.facts import Facts


class Counted(Bounds):
    """Of what there are so many. What the bot wrote and did counts for nothing."""

    of: Literal["comments", "notes", "labels", "assignees", "label_events"] = Field(
        description="`comments` are people's; `notes` are these and GitLab's lines about what people did; "
        "`label_events` are labels put on or off by people."
    )
    by: Literal["anybody", "sa", "requester"] = Field(default="anybody", description="Whose comments.")
    matching: Pattern | None = Field(
        default=None, description="Only labels, or events of labels, that fit this pattern."
    )

    @model_validator(mode="after")
    def _fit_together(self) -> "Counted":
        if self.by != "anybody" and self.of != "comments":
            raise ValueError(f"by is for comments, and this counts {self.of}")
        if self.matching is not None and self.of not in ("labels", "label_events"):
            raise ValueError(f"matching is for labels and label_events, and this counts {self.of}")
        return self


class _Tally(NamedTuple):
    """How many there are, and when the last change of that number was, as far as anything tells."""

    number: int
    times: list[datetime]


class CountIs(Model):
    """How many there are: `count: {of: comments, by: sa, at_most: 0}`, `count: {of: labels, matching: "type::*",
    at_least: 2}`.

    Of what only grows it is so since as many were there; of labels and assignees since the last change.
    """

    count: Counted = Field(description="Of what, and how many.")

    def __str__(self) -> str:
        count = self.count
        by = "" if count.by == "anybody" else f" by {'an SA' if count.by == 'sa' else 'the requester'}"
        what = f" fitting {count.matching}" if count.matching else ""
        return f"{count.told()} {count.of.replace('_', ' ')}{what}{by}"

    def see(self, facts: Facts) -> Seen:
        number, times = self._tally(facts)
        low, high = self.count.at_least, self.count.at_most
        begun = facts.issue.created_at
        if len(times) == number:  # each has its instant: so since the one that made it so
            past = [limit for limit in (low, high + 1 if high is not None else None) if limit]
            reached = [times[limit - 1] for limit in past if limit <= number]
            since = max(reached, default=begun)
        else:
            since = max(times, default=begun)
        return steady(self.count.fit(number), str(number), since)

    def _tally(self, facts: Facts) -> _Tally:
        issue, count = facts.issue, self.count
        pattern = count.matching or "*"
        match count.of:
            case "comments":
                times = [act.at for act in comments_by(facts, count.by.removeprefix("anybody"))]
                return _Tally(len(times), times)
            case "notes":
                times = [n.at for n in issue.notes if not issue.is_bot(n.author) and n.at >= issue.created_at]
                return _Tally(len(times), times)
            case "label_events":
                kinds = ("label_on", "label_off")
                times = [a.at for a in facts.acts if a.kind in kinds and fits(pattern, a.label)]
                return _Tally(len(times), times)
            case "labels":
                on = [name for name in issue.labels if fits(pattern, name)]
                names = [name for name in names_of(issue) if fits(pattern, name)]
                since = max((on_or_off_since(issue, name) for name in names), default=issue.created_at)
                return _Tally(len(on), [since] * (len(on) + 1))
            case "assignees":
                return _Tally(len(issue.assignees), [assigned_at(facts)] * (len(issue.assignees) + 1))
