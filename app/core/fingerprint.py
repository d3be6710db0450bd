"""What was read of an issue as short hashes, part by part: so that it can be said later what changed."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from app.core.model import Issue, LabelEvent, Note, StateEvent, User

SHORT = 16  # characters: enough to tell one reading from another
WHOLE = "whole"

# How a changed part is named. What GitLab tells of a change beside it is named only where nothing else is.
_NAMES = {
    "text": "title or description",
    "state": "state",
    "labels": "labels",
    "assignees": "assignees",
    "due_date": "due date",
    "confidentiality": "confidentiality",
    "comments": "a comment",
}
_BESIDE = {
    "label_events": "history of labels",
    "state_events": "history of states",
    "lines": "a line of GitLab's",
}


def fingerprint(issue: Issue) -> dict[str, str]:
    """The issue's parts, each as a hash. What a profile says of its user is no part, nor is `updated_at`."""
    return {name: _hash(content)[:SHORT] for name, content in _contents(issue).items()}


def sealed(issue: Issue, more: object = None) -> str:
    """All parts in one hash, together with `more`, of which nothing can be guessed without the issue."""
    return _hash([_contents(issue), more])


def changes(before: Mapping[str, str], issue: Issue) -> list[str]:
    """The names of the parts that are not as they were; empty where all are. A sealed one names nothing."""
    if WHOLE in before:
        return [] if before[WHOLE] == sealed(issue) else ["the issue"]
    now = fingerprint(issue)
    changed = [name for name in now if now[name] != before.get(name)]
    return [_NAMES[name] for name in changed if name in _NAMES] or [_BESIDE[name] for name in changed]


def parts() -> frozenset[str]:
    """The names under which the hashes stand."""
    return frozenset({*_NAMES, *_BESIDE})


def _contents(issue: Issue) -> dict[str, object]:
    return {
        "text": [issue.title, issue.description],
        "state": [issue.state, _at(issue.closed_at), issue.moved_to_id, issue.type],
        "labels": sorted(issue.labels),
        "assignees": sorted(map(_user, issue.assignees)),
        "due_date": _at(issue.due_date),
        "confidentiality": issue.confidential,
        "label_events": [_label_event(event) for event in issue.label_events],
        "state_events": [_state_event(event) for event in issue.state_events],
        "comments": _notes(note for note in issue.notes if not note.system),
        "lines": _notes(note for note in issue.notes if note.system),
    }


def _hash(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _at(at: datetime | date | None) -> str:
    if at is None:
        return ""
    return (at.astimezone(UTC) if isinstance(at, datetime) else at).isoformat()


def _user(user: User | None) -> list[object]:
    return [user.id, user.username] if user else [0, ""]


def _label_event(event: LabelEvent) -> list[object]:
    return [event.id, _at(event.at), _user(event.user), event.action, event.label]


def _state_event(event: StateEvent) -> list[object]:
    return [event.id, _at(event.at), _user(event.user), event.state]


def _notes(notes: Iterable[Note]) -> list[object]:
    return [[n.id, _at(n.at), _user(n.author), n.body, n.internal] for n in notes]
