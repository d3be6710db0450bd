"""The issue as each action leaves it: how deciding follows its own plan. Nothing is done to GitLab here."""

from dataclasses import replace
from datetime import datetime

from app.core.model import Issue, LabelEvent, Note
from app.core.plan import Action, AddLabel, Assign, PutNote, RemoveLabel, Summon, Unassign


def after(issue: Issue, action: Action, now: datetime) -> Issue:
    """The issue as it will be once the action is applied."""
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
        case PutNote(body=body) | Summon(body=body):
            return _noted(issue, body, now, system=False)


def _noted(issue: Issue, body: str, now: datetime, *, system: bool = True) -> Issue:
    number = max((n.id for n in issue.notes), default=0) + 1
    return replace(issue, notes=(*issue.notes, Note(number, now, issue.bot, body, system)))


def _labelled(issue: Issue, labels: frozenset[str], action: str, label: str, now: datetime) -> Issue:
    number = max((e.id for e in issue.label_events), default=0) + 1
    event = LabelEvent(number, now, issue.bot, "add" if action == "add" else "remove", label)
    return replace(issue, labels=labels, label_events=(*issue.label_events, event))
