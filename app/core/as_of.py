"""The issue as it was at an earlier instant, as far as GitLab's history tells.

The description is the present one: nobody knows what it said before. `reworded` tells when that may matter.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.core.acts import EDITED
from app.core.model import Issue, LabelEvent

DUE_DATE = ("changed due date", "removed due date", "set due date")  # GitLab's own words, in a system note


def as_of(issue: Issue, at: datetime) -> Issue:
    """The issue with what happened up to `at`, that instant included."""
    states = tuple(event for event in issue.state_events if event.at <= at)
    closed_at = _closed_at(issue, at)
    then = replace(
        issue,
        state="closed" if closed_at else "opened",
        closed_at=closed_at,
        moved_to_id=issue.moved_to_id if closed_at and closed_at == issue.closed_at else None,
        labels=_labels(issue.labels, issue.label_events, at),
        label_events=tuple(event for event in issue.label_events if event.at <= at),
        state_events=states,
        notes=tuple(note for note in issue.notes if note.at <= at),
    )
    return then if issue.updated_at <= at else replace(then, updated_at=then.newest_event_at)


def reworded(issue: Issue, after: datetime) -> bool:
    """Whether the description or GitLab's due date was written anew after that instant."""
    return any(
        note.system and note.at > after and (note.body == EDITED or note.body.startswith(DUE_DATE))
        for note in issue.notes
    )


def _closed_at(issue: Issue, at: datetime) -> datetime | None:
    """When the issue was closed, if it was at `at`. Some closings leave no event: then GitLab's `closed_at` tells."""
    if issue.state == "closed" and issue.closed_at and issue.closed_at <= at:
        return issue.closed_at
    past = [event for event in issue.state_events if event.at <= at]
    later = [event for event in issue.state_events if event.at > at]
    if past and past[-1].state == "closed" and (later or issue.state == "closed"):
        return past[-1].at
    return None


def _labels(now: Iterable[str], events: tuple[LabelEvent, ...], at: datetime) -> frozenset[str]:
    """The labels that were on: what is on now, with every event since taken back."""
    found = set(now)
    for event in reversed([event for event in events if event.label and event.at > at]):
        if event.action == "add":
            found.discard(event.label or "")
        else:
            found.add(event.label or "")
    return frozenset(found)
