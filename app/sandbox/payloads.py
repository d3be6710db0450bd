"""Bodies of webhooks. Keys and values: https://docs.gitlab.com/user/project/integrations/webhook_events/"""

from datetime import date, datetime
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.entities import Award, Issue, Label, Note, Project, User
from app.sandbox.shapes import Json, issue_web_url, sorted_labels
from app.sandbox.world import World

VISIBILITY_LEVELS = {"private": 0, "internal": 10, "public": 20}
STATE_IDS = {"opened": 1, "closed": 2}


def user(world: World, user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "username": user.username,
        "avatar_url": f"{world.base_url}/uploads/-/system/user/avatar/{user.id}/avatar.png",
        "email": "[REDACTED]",
    }


def project(world: World, project: Project) -> Json:
    path = project.full_path
    ssh, http, page = f"git@localhost:{path}.git", f"{world.base_url}/{path}.git", f"{world.base_url}/{path}"
    return {
        "id": project.id,
        "name": project.name,
        "description": None,
        "web_url": page,
        "avatar_url": None,
        "git_ssh_url": ssh,
        "git_http_url": http,
        "namespace": project.group.name,
        "visibility_level": VISIBILITY_LEVELS[project.visibility],
        "path_with_namespace": path,
        "default_branch": "main",
        "ci_config_path": None,
        "homepage": page,
        "url": ssh,
        "ssh_url": ssh,
        "http_url": http,
    }


def _repository(world: World, project: Project) -> Json:
    return {
        "name": project.name,
        "url": f"git@localhost:{project.full_path}.git",
        "description": None,
        "homepage": f"{world.base_url}/{project.full_path}",
    }


def label(label: Label) -> Json:
    return {
        "id": label.id,
        "title": label.name,
        "color": label.color,
        "project_id": label.project.id if label.project else None,
        "created_at": stamp(label.created_at),
        "updated_at": stamp(label.updated_at),
        "template": False,
        "description": label.description,
        "type": "ProjectLabel" if label.project else "GroupLabel",
        "group_id": label.group.id if label.group else None,
    }


def columns(issue: Issue) -> dict[str, Any]:
    """The columns of an issue that a webhook shows, as Python values; two such mappings make `changes`."""
    return {
        "author_id": issue.author.id,
        "closed_at": issue.closed_at,
        "confidential": issue.confidential,
        "created_at": issue.created_at,
        "description": issue.description,
        "discussion_locked": issue.discussion_locked,
        "due_date": issue.due_on,
        "id": issue.id,
        "iid": issue.iid,
        "last_edited_at": issue.last_edited_at,
        "last_edited_by_id": issue.last_edited_by.id if issue.last_edited_by else None,
        "milestone_id": None,
        "moved_to_id": issue.moved_to.id if issue.moved_to else None,
        "duplicated_to_id": issue.duplicate_of.id if issue.duplicate_of else None,
        "project_id": issue.project.id,
        "relative_position": issue.relative_position,
        "state_id": STATE_IDS[issue.state],
        "time_estimate": 0,
        "title": issue.title,
        "updated_at": issue.updated_at,
        "updated_by_id": issue.updated_by.id if issue.updated_by else None,
    }


def value(found: Any) -> Any:
    """An instant or a date as a body shows it, anything else as it is."""
    if isinstance(found, datetime):
        return stamp(found)
    return found.isoformat() if isinstance(found, date) else found


def issue_attributes(world: World, issue: Issue) -> Json:
    return {name: value(found) for name, found in columns(issue).items()} | {
        "weight": None,
        "health_status": None,
        "type": issue.issue_type.replace("_", " ").title(),
        "url": issue_web_url(world, issue),
        "total_time_spent": 0,
        "time_change": 0,
        "human_total_time_spent": None,
        "human_time_change": None,
        "human_time_estimate": None,
        "assignee_ids": [user.id for user in issue.assignees],
        "assignee_id": issue.assignees[0].id if issue.assignees else None,
        "labels": [label(each) for each in sorted_labels(issue)],
        "state": issue.state,
        "severity": "unknown",
        "customer_relations_contacts": [],
    }


def issue_event(world: World, issue: Issue, actor: User, action: str, changes: Json) -> Json:
    """An issue opened, updated, closed or reopened. There is no author in it but an id."""
    noun = "issue" if issue.issue_type in ("issue", "incident") else "work_item"
    body: Json = {
        "object_kind": noun,
        "event_type": f"confidential_{noun}" if issue.confidential else noun,
        "user": user(world, actor),
        "project": project(world, issue.project),
        "object_attributes": issue_attributes(world, issue) | {"action": action},
        "repository": _repository(world, issue.project),
        "labels": [label(each) for each in sorted_labels(issue)],
        "changes": changes,
    }
    if issue.assignees:
        body["assignees"] = [user(world, assignee) for assignee in issue.assignees]
    return body


def note_attributes(world: World, issue: Issue, note: Note) -> Json:
    return {
        "attachment": None,
        "author_id": note.author.id,
        "change_position": None,
        "commit_id": None,
        "created_at": stamp(note.created_at),
        "discussion_id": note.discussion_id,
        "id": note.id,
        "internal": note.internal,
        "line_code": None,
        "note": note.body,
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "original_position": None,
        "position": None,
        "project_id": issue.project.id,
        "resolved_at": None,
        "resolved_by_id": None,
        "resolved_by_push": None,
        "st_diff": None,
        "system": note.system,
        "type": "DiscussionNote" if note.threaded else None,
        "updated_at": stamp(note.updated_at),
        "updated_by_id": note.updated_by.id if note.updated_by else None,
        "description": note.body,
        "url": f"{issue_web_url(world, issue)}#note_{note.id}",
    }


def note_event(world: World, issue: Issue, note: Note, action: str) -> Json:
    """A comment made or edited. `user` is the author, even when somebody else edited it."""
    hidden = note.internal or issue.confidential
    return {
        "object_kind": "note",
        "event_type": "confidential_note" if hidden else "note",
        "user": user(world, note.author),
        "project_id": issue.project.id,
        "project": project(world, issue.project),
        "object_attributes": note_attributes(world, issue, note) | {"action": action},
        "repository": _repository(world, issue.project),
        "issue": issue_attributes(world, issue),
    }


def emoji_event(
    world: World, issue: Issue, note: Note | None, award: Award, actor: User, action: str
) -> Json:
    """An emoji put on (`award`) or taken off (`revoke`) an issue, or a note where there is one."""
    page = issue_web_url(world, issue)
    body: Json = {
        "object_kind": "emoji",
        "event_type": action,
        "user": user(world, actor),
        "project_id": issue.project.id,
        "project": project(world, issue.project),
        "object_attributes": {
            "user_id": award.user.id,
            "created_at": stamp(award.created_at),
            "id": award.id,
            "name": award.name,
            "awardable_type": "Note" if note else "Issue",
            "awardable_id": note.id if note else issue.id,
            "updated_at": stamp(award.created_at),
            "action": action,
            "awarded_on_url": f"{page}#note_{note.id}" if note else page,
        },
        "issue": issue_attributes(world, issue),
    }
    if note:
        body["note"] = note_attributes(world, issue, note)
    return body
