"""Finds what the rule's own condition says."""

from datetime import UTC, datetime
from functools import cached_property, partial
from typing import Any, ClassVar, Literal

from pydantic import Field

from app.core.conditions.seen import Found
from app.core.conditions.tree import When, counts_from, groups_named, look, names_closed
from app.core.conditions.ways import timers, ways
from app.core.document import Model
from app.core.effects import Effects
from app.core.facts import Facts
from app.core.plan import Clause, stamp
from app.core.result import Result
from app.core.text import Ours, instant
from app.core.today import DaysAhead

PARTS = 4  # how many conditions a reason names


class OwnCondition(Model):
    """The rule says itself what it finds: a tree of `all`, `any` and `not` over single conditions, each on one thing of
    the issue. It finds the issue while the whole is so.

    A condition that cannot be known, since a group is closed to the bot or a clause in CEL fails, never counts as so.
    Closed issues are looked at only where the condition speaks of them.

    Example: `when: [{label: "workflow::*", on: false}, {age: {since: created, at_least: 1d}}]` finds a request that has
    been without a workflow label when it is a working day old.
    """

    PLACEHOLDERS: ClassVar = frozenset(
        {
            "since",
            "title",
            "author",
            "assignees",
            "labels",
            "state",
            "milestone",
            "due",
            "upvotes",
            "downvotes",
        }
    )

    WRITTEN_ONCE: ClassVar = frozenset(
        {"today", "in_days", "created_at", "updated_at", "web_url", "reference"}
    )

    kind: Literal["condition"]
    when: When = Field(description="One condition, or a list of which all must be so.")

    @cached_property
    def ALSO_CLOSED(self) -> bool:
        """Whether closed issues are looked at."""
        return names_closed(self.when)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The groups of GitLab's whose members must be known."""
        return groups_named(self.when)

    @cached_property
    def counts_from(self) -> frozenset[str]:
        """What its ages count from."""
        return counts_from(self.when)

    def effects(self) -> Effects:
        """It reads what its conditions say, and puts nothing right by itself."""
        return Effects(ways(self.when), timers=tuple(timers(self.when)))

    def found(self, facts: Facts) -> Found:
        """The whole tree with what was seen, for whoever asks why."""
        return look(self.when, facts)

    def look(self, facts: Facts) -> Result:
        found = self.found(facts)
        seen, holds = found.seen, found.seen.holds is True
        return Result(
            holds,
            _reason(found),
            partial(_clauses, found),
            since=seen.since,
            cause_at=seen.cause_at,
            over_since=None if holds else seen.since,
            recheck_at=seen.again_at,
            values=lambda _names: _values(facts, seen.since),
        )


def _reason(found: Found) -> str:
    """What made it so or not, with what was found."""
    parts = found.because()
    more = f"; and {len(parts) - PARTS} more" if len(parts) > PARTS else ""
    said = f"{'; '.join(part.told() for part in parts[:PARTS])}{more}"
    if found.seen.holds is None:
        return f"it cannot be known: {said}"
    return f"{'so' if found.seen.holds else 'not so'}: {said}"


def _clauses(found: Found) -> tuple[Clause, ...]:
    return tuple(found.clauses())


def _values(facts: Facts, since: datetime) -> dict[str, Any]:
    """What texts may name; people's words are quoted when they are printed."""
    issue = facts.issue
    return {
        "since": instant(since, facts.board.calendar.zone),
        "title": issue.title,
        "author": issue.author.username,
        "assignees": ", ".join(user.username for user in issue.assignees) or Ours("nobody"),
        "labels": ", ".join(sorted(issue.labels)) or Ours("none"),
        "state": Ours("open" if issue.state == "opened" else "closed"),
        "milestone": issue.milestone.title if issue.milestone else Ours("none"),
        "due": Ours(issue.due_date or "none"),
        "today": Ours(facts.now.astimezone(UTC).date()),
        "in_days": DaysAhead(facts.now),
        "created_at": Ours(stamp(issue.created_at)),
        "updated_at": Ours(stamp(issue.updated_at)),
        "reference": issue.reference,
        "web_url": Ours(issue.web_url),
        "upvotes": Ours(issue.upvotes),
        "downvotes": Ours(issue.downvotes),
    }
