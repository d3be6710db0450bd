"""What creating, updating, closing and deleting an issue does: rights, columns, label events, system notes, hooks.

The order of steps is GitLab's, as it decides what webhooks and updated_at show.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal, TypedDict

from app.sandbox import payloads, system_notes
from app.sandbox.access import level, may_read_issue, may_set_metadata
from app.sandbox.act import Act, touch
from app.sandbox.entities import GUEST, OWNER, Issue, Label, Project, StateEvent, User
from app.sandbox.label_changes import resulting_labels, set_labels
from app.sandbox.shapes import Json

NEW_COLUMNS = ("author_id", "created_at", "description", "id", "iid", "project_id", "title", "updated_at")
METADATA = (
    "labels",
    "add_labels",
    "remove_labels",
    "assignees",
    "confidential",
    "due_on",
    "discussion_locked",
)
EVERYONE_AT_CREATION = ("confidential",)


class Changes(TypedDict, total=False):
    """What somebody wants changed; a key that is missing stays as it is. `labels` replaces, the others are deltas."""

    title: str
    description: str | None
    labels: list[Label]
    add_labels: list[Label]
    remove_labels: list[Label]
    assignees: list[User]
    confidential: bool
    due_on: date | None
    discussion_locked: bool
    issue_type: str
    updated_at: datetime
    state_event: Literal["close", "reopen"]


def permitted(act: Act, project: Project, changes: Changes, at_creation: bool = False) -> Changes:
    """The changes without those that the user has no right to; GitLab drops them and says nothing."""
    if may_set_metadata(act.user, project, at_creation):
        return changes
    kept = EVERYONE_AT_CREATION if at_creation else ()
    dropped = [name for name in METADATA if name in changes and name not in kept]
    return _without(changes, dropped)


def _without(changes: Changes, names: Sequence[str]) -> Changes:
    rest = changes.copy()
    for name in names:
        rest.pop(name, None)  # type: ignore[misc]  # a TypedDict only takes literal keys
    return rest


def _assignable(act: Act, issue: Issue, users: Sequence[User]) -> list[User]:
    """Those who may see the issue; on the free tier only the first."""
    allowed = [user for user in dict.fromkeys(users) if may_read_issue(user, issue)]
    return allowed if act.world.premium else allowed[:1]


def create(
    act: Act, project: Project, changes: Changes, created_at: datetime | None = None, iid: int | None = None
) -> Issue:
    """A new issue with these values, its events a moment later. Quick actions are out of the description by now."""
    world = act.world
    changes = permitted(act, project, changes, at_creation=True)
    at = created_at or act.now
    project.last_iid = max(project.last_iid, iid or project.last_iid + 1)
    issue = Issue(
        id=world.next_id("issue"),
        iid=iid or project.last_iid,
        project=project,
        author=act.user,
        title=changes["title"],
        description=changes.get("description"),
        created_at=at,
        updated_at=at,
        confidential=changes.get("confidential", False),
        due_on=changes.get("due_on"),
        discussion_locked=changes.get("discussion_locked"),
        issue_type=changes.get("issue_type", "issue"),
        relative_position=513 * project.last_iid,
    )
    project.issues[issue.iid] = world.issues[issue.id] = issue
    events_at = created_at or world.clock.in_a_moment()
    replace, add, remove = (
        changes.get("labels", []),
        changes.get("add_labels", []),
        changes.get("remove_labels", []),
    )
    set_labels(act, issue, resulting_labels([], replace, add, remove, world.premium), events_at)
    issue.assignees = _assignable(act, issue, changes.get("assignees", []))
    if issue.assignees:
        act.new_note(issue, system_notes.assignment([], issue.assignees), events_at, system=True)
    if issue.due_on:
        act.new_note(issue, system_notes.due_date_change(issue.due_on), events_at, system=True)
    announce_new(act, issue)
    act.tell_people(issue, f"{issue.title}\n\n{issue.description or ''}")
    return issue


def announce_new(act: Act, issue: Issue) -> None:
    """The `open` event, in which every column of the new row counts as changed."""
    now = payloads.columns(issue)
    changes = {name: {"previous": None, "current": payloads.value(now[name])} for name in NEW_COLUMNS}
    act.tell_issue_hooks(issue, "open", changes)


def update(act: Act, issue: Issue, changes: Changes) -> None:
    """A state change first, with an event of its own; then what is permitted of the rest, in one update."""
    changes = permitted(act, issue.project, changes)
    if state_event := changes.get("state_event"):
        change_state(act, issue, state_event)
        changes = _without(changes, ["state_event"])
    if not changes:
        return
    before = payloads.columns(issue)
    labels_before, assignees_before = list(issue.labels), list(issue.assignees)
    now = act.now
    column_changed = _apply_columns(act, issue, changes, now)
    relations = _apply_relations(act, issue, changes, now)
    if relations:
        touch(issue, now)
    if issue.updated_by is not act.user or column_changed:
        issue.updated_by = act.user
        issue.updated_at = now
    if "updated_at" in changes:
        issue.updated_at = changes["updated_at"]
    found = _difference(before, payloads.columns(issue))
    if "labels" in relations:
        found["labels"] = {
            "previous": [payloads.label(label) for label in labels_before],
            "current": [payloads.label(label) for label in issue.labels],
        }
    if "assignees" in relations:
        found["assignees"] = {
            "previous": [payloads.user(act.world, user) for user in assignees_before],
            "current": [payloads.user(act.world, user) for user in issue.assignees],
        }
    act.tell_issue_hooks(issue, "update", found)
    old_text = f"{before['title']}\n\n{before['description'] or ''}"
    act.tell_people(issue, f"{issue.title}\n\n{issue.description or ''}", old_text)


def _apply_columns(act: Act, issue: Issue, changes: Changes, now: datetime) -> bool:
    """Sets the columns that differ, each with its system note; whether any did."""
    lines: list[str] = []
    if "title" in changes and changes["title"] != issue.title:
        lines.append(system_notes.title_change(issue.title, changes["title"]))
        issue.title = changes["title"]
        issue.last_edited_at, issue.last_edited_by = now, act.user
    if "description" in changes and changes["description"] != issue.description:
        lines.append(system_notes.DESCRIPTION_CHANGED)
        issue.description = changes["description"]
        issue.last_edited_at, issue.last_edited_by = now, act.user
    if "confidential" in changes and changes["confidential"] != issue.confidential:
        issue.confidential = changes["confidential"]
        lines.append(system_notes.HIDDEN if issue.confidential else system_notes.SHOWN)
    if "due_on" in changes and changes["due_on"] != issue.due_on:
        issue.due_on = changes["due_on"]
        lines.append(system_notes.due_date_change(issue.due_on))
    if "discussion_locked" in changes and changes["discussion_locked"] != bool(issue.discussion_locked):
        issue.discussion_locked = changes["discussion_locked"]
        lines.append(system_notes.lock_change(issue.discussion_locked))
    if "issue_type" in changes and changes["issue_type"] != issue.issue_type:
        lines.append(f"changed type from {issue.issue_type} to {changes['issue_type']}")
        issue.issue_type = changes["issue_type"]
    for line in lines:
        act.new_note(issue, line, now, system=True)
    return bool(lines)


def _apply_relations(act: Act, issue: Issue, changes: Changes, now: datetime) -> set[str]:
    """Sets labels and assignees; the names of those that changed."""
    changed: set[str] = set()
    if {"labels", "add_labels", "remove_labels"} & changes.keys():
        add, remove = changes.get("add_labels", []), changes.get("remove_labels", [])
        wanted = resulting_labels(issue.labels, changes.get("labels"), add, remove, act.world.premium)
        if set_labels(act, issue, wanted, now):
            changed.add("labels")
    if "assignees" in changes:
        wanted_users = _assignable(act, issue, changes["assignees"])
        line = system_notes.assignment(issue.assignees, wanted_users)
        if line:
            issue.assignees = wanted_users
            act.new_note(issue, line, now, system=True)
            changed.add("assignees")
    return changed


def _difference(before: dict[str, Any], after: dict[str, Any]) -> Json:
    return {
        name: {"previous": payloads.value(before[name]), "current": payloads.value(found)}
        for name, found in after.items()
        if found != before[name]
    }


def change_state(act: Act, issue: Issue, event: Literal["close", "reopen"]) -> None:
    """Close or reopen; nothing happens where the issue is so already."""
    closes = event == "close"
    if (issue.state == "closed") == closes:
        return
    before = payloads.columns(issue)
    now = act.now
    issue.state = "closed" if closes else "opened"
    issue.closed_at, issue.closed_by = (now, act.user) if closes else (None, None)
    if not closes:
        issue.moved_to = issue.duplicate_of = None
    issue.updated_at = now
    number = act.world.next_id("state_event")
    issue.state_events.append(StateEvent(number, act.user, now, "closed" if closes else "reopened"))
    found = _difference(before, payloads.columns(issue))
    shown = [name for name in ("closed_at", "state_id", "updated_at") if name in found]
    act.tell_issue_hooks(issue, event, {name: found[name] for name in shown})


def delete(act: Act, issue: Issue) -> None:
    """No event and no hook tells of it."""
    del issue.project.issues[issue.iid], act.world.issues[issue.id]
    for number, link in list(act.world.links.items()):
        if issue in (link.source, link.target):
            del act.world.links[number]


def may_set_dates(act: Act, project: Project) -> bool:
    """Whether created_at, updated_at and iid of the user's choice are honoured: owners and administrators."""
    return level(act.user, project) >= OWNER


def may_create(act: Act, project: Project) -> bool:
    """Members, and on public and internal projects everybody with an account."""
    return project.visibility != "private" or level(act.user, project) >= GUEST
