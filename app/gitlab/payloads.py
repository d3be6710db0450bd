"""GitLab's REST answers as our model. Shapes only, no I/O. Source: https://docs.gitlab.com/api/issues/"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from app.core.model import Issue, IssueRef, LabelEvent, Milestone, Note, StateEvent, User

Json = dict[str, Any]


def instant(text: str) -> datetime:
    """GitLab's `2026-03-02T14:00:00.123Z` in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def day(text: str | None) -> date | None:
    """GitLab's `2026-03-20`, a day without zone or time; None where none is set."""
    return date.fromisoformat(text) if text else None


def milestone(data: Json | None) -> Milestone | None:
    """What an issue is planned for; None where it is for nothing."""
    if not data:
        return None
    return Milestone(str(data["title"]), day(data.get("start_date")), day(data.get("due_date")))


def user(data: Json) -> User:
    return User(int(data["id"]), str(data["username"]), str(data.get("name") or ""))


def _maybe_user(data: Json | None) -> User | None:
    return user(data) if data else None


def label_event(data: Json) -> LabelEvent:
    label = data.get("label")
    return LabelEvent(
        id=int(data["id"]),
        at=instant(data["created_at"]),
        user=_maybe_user(data.get("user")),
        action="add" if data["action"] == "add" else "remove",
        label=str(label["name"]) if label else None,
    )


def state_event(data: Json) -> StateEvent | None:
    """A closing or reopening; None for a state that issues do not have."""
    if data["state"] not in ("closed", "reopened"):
        return None
    return StateEvent(
        int(data["id"]), instant(data["created_at"]), _maybe_user(data.get("user")), data["state"]
    )


def note(data: Json) -> Note:
    return Note(
        id=int(data["id"]),
        at=instant(data["created_at"]),
        author=user(data["author"]),
        body=str(data.get("body") or ""),
        system=bool(data.get("system")),
        internal=bool(data.get("internal") or data.get("confidential")),
        threaded=bool(data.get("type")),
    )


def project_path(data: Json) -> str:
    """The full path of the issue's project, from its full reference `group/project#12`."""
    return str(data["references"]["full"]).rpartition("#")[0]


def issue(
    data: Json,
    label_events: Iterable[Json],
    state_events: Iterable[Json],
    notes: Iterable[Json],
    *,
    bot: User,
    bots: frozenset[str],
) -> Issue:
    """The issue with its history, sorted by us: GitLab promises no order of events, and moved ones have new ids."""
    closed_at = data.get("closed_at")
    states = (s for s in map(state_event, state_events) if s is not None)
    return Issue(
        ref=IssueRef(int(data["project_id"]), int(data["iid"])),
        id=int(data["id"]),
        project=project_path(data),
        title=str(data["title"]),
        description=str(data.get("description") or ""),
        author=user(data["author"]),
        created_at=instant(data["created_at"]),
        updated_at=instant(data["updated_at"]),
        web_url=str(data.get("web_url") or ""),
        state="closed" if data["state"] == "closed" else "opened",
        closed_at=instant(closed_at) if closed_at else None,
        labels=frozenset(map(str, data["labels"])),
        assignees=tuple(map(user, data.get("assignees") or ())),
        confidential=bool(data.get("confidential")),
        moved_to_id=data.get("moved_to_id"),
        type=str(data.get("issue_type") or "issue"),
        due_date=day(data.get("due_date")),
        milestone=milestone(data.get("milestone")),
        weight=data.get("weight"),
        upvotes=int(data.get("upvotes") or 0),
        downvotes=int(data.get("downvotes") or 0),
        label_events=tuple(sorted(map(label_event, label_events), key=lambda e: (e.at, e.id))),
        state_events=tuple(sorted(states, key=lambda e: (e.at, e.id))),
        notes=tuple(sorted(map(note, notes), key=lambda n: (n.at, n.id))),
        bot=bot,
        bots=bots,
    )
