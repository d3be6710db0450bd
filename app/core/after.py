"""The issue as each action leaves it: how deciding follows its own plan. Nothing is done to GitLab here."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.core import due_date
from app.core.model import CONFIDENTIAL, Issue, LabelEvent, Note, StateEvent
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Close,
    Comment,
    DeleteNote,
    Move,
    OpenIssue,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    SetConfidential,
    SetDue,
    Summon,
    Unassign,
)

MOVED = -1  # the id of an issue's copy that is not made yet


def after(issue: Issue, action: Action, now: datetime) -> Issue:
    """The issue as it will be once the action is applied. GitLab's `updated_at` moves with it."""
    done = _done(issue, action, now)
    return done if isinstance(action, DeleteNote) else replace(done, updated_at=max(now, issue.updated_at))


def _done(issue: Issue, action: Action, now: datetime) -> Issue:
    match action:
        case AddLabel(label=label):
            return _labelled(issue, issue.labels | {label}, "add", label, now)
        case RemoveLabel(label=label):
            return _labelled(issue, issue.labels - {label}, "remove", label, now)
        case Assign(user=user):
            names = f"assigned to @{user.username}"
            return replace(_noted(issue, names, now), assignees=(*issue.assignees, user))
        case Unassign(user=user):
            left = tuple(u for u in issue.assignees if u.username != user.username)
            return replace(_noted(issue, f"unassigned @{user.username}", now), assignees=left)
        case PutNote(note_id=int(note_id), body=body):
            notes = tuple(replace(n, body=body) if n.id == note_id else n for n in issue.notes)
            return replace(issue, notes=notes)
        case DeleteNote(note_id=note_id):
            return replace(issue, notes=tuple(n for n in issue.notes if n.id != note_id))
        case Reply(body=body, internal=internal) | Comment(body=body, internal=internal):
            return _noted(issue, body, now, system=False, internal=internal)
        case PutNote(body=body) | Summon(body=body):
            return _noted(issue, body, now, system=False)
        case Reopen():
            event = StateEvent(_next_id(issue.state_events), now, issue.bot, "reopened")
            return replace(issue, state="opened", closed_at=None, state_events=(*issue.state_events, event))
        case Close():
            event = StateEvent(_next_id(issue.state_events), now, issue.bot, "closed")
            events = (*issue.state_events, event)
            return replace(issue, state="closed", closed_at=now, state_events=events)
        case SetDue(day=day):
            return replace(_noted(issue, due_date.line(day), now), due_date=day)
        case SetConfidential(confidential=confidential):
            return replace(_noted(issue, CONFIDENTIAL[confidential], now), confidential=confidential)
        case OpenIssue():
            return _noted(issue, action.noted(issue.ref).body, now, system=False)
        case Move():
            event = StateEvent(_next_id(issue.state_events), now, issue.bot, "closed")
            events = (*issue.state_events, event)
            return replace(issue, state="closed", closed_at=now, moved_to_id=MOVED, state_events=events)


def _next_id(items: Iterable[Note] | Iterable[LabelEvent] | Iterable[StateEvent]) -> int:
    return max((item.id for item in items), default=0) + 1


def _noted(issue: Issue, body: str, now: datetime, *, system: bool = True, internal: bool = False) -> Issue:
    return replace(
        issue, notes=(*issue.notes, Note(_next_id(issue.notes), now, issue.bot, body, system, internal))
    )


def _labelled(issue: Issue, labels: frozenset[str], action: str, label: str, now: datetime) -> Issue:
    event = LabelEvent(
        _next_id(issue.label_events), now, issue.bot, "add" if action == "add" else "remove", label
    )
    return replace(issue, labels=labels, label_events=(*issue.label_events, event))
