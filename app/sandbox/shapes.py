"""Issues and what hangs on them, as the REST API shows them. Field names: https://docs.gitlab.com/api/issues/"""

import re
from functools import lru_cache
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.entities import (
    Award,
    Board,
    BoardList,
    Issue,
    Label,
    LabelEvent,
    Note,
    Project,
    StateEvent,
    User,
)
from app.sandbox.world import World

Json = dict[str, Any]
TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+\[([ xX])\]\s", re.MULTILINE)


def user_basic(world: World, user: User) -> Json:
    return {
        "id": user.id,
        "username": user.username,
        "public_email": None,
        "name": user.name,
        "state": "active",
        "locked": False,
        "avatar_url": f"{world.base_url}/uploads/-/system/user/avatar/{user.id}/avatar.png",
        "web_url": f"{world.base_url}/{user.username}",
    }


@lru_cache(maxsize=1024)  # each label event shows its label's
def text_color(color: str) -> str:
    """White on dark colours, dark on bright ones."""
    digits = color.removeprefix("#")
    digits = "".join(c * 2 for c in digits) if len(digits) == 3 else digits
    red, green, blue = (int(digits[i : i + 2], 16) for i in (0, 2, 4))
    return "#1F1E24" if red * 299 + green * 587 + blue * 114 > 150_000 else "#FFFFFF"


def label_basic(label: Label) -> Json:
    return {
        "id": label.id,
        "name": label.name,
        "description": label.description,
        "description_html": label.description or "",
        "text_color": text_color(label.color),
        "color": label.color,
        "archived": False,
    }


def label_full(world: World, label: Label, with_counts: bool = False) -> Json:
    """As the labels API shows it; counting is left out unless asked for, as it reads every issue."""
    shown = label_basic(label) | {
        "subscribed": False,
        "priority": label.priority,
        "is_project_label": label.project is not None,
    }
    if with_counts:
        carriers = [issue for issue in world.issues.values() if label in issue.labels]
        shown["open_issues_count"] = sum(issue.state == "opened" for issue in carriers)
        shown["closed_issues_count"] = len(carriers) - shown["open_issues_count"]
        shown["open_merge_requests_count"] = 0
    return shown


def issue_web_url(world: World, issue: Issue) -> str:
    return f"{world.base_url}/{issue.project.full_path}/-/issues/{issue.iid}"


def reference(issue: Issue, seen_from: Project | None = None) -> str:
    """The shortest reference that means this issue in the given project: `#1`, `path#1` or `group/path#1`."""
    if seen_from is issue.project:
        return f"#{issue.iid}"
    if seen_from and seen_from.group is issue.project.group:
        return f"{issue.project.path}#{issue.iid}"
    return f"{issue.project.full_path}#{issue.iid}"


def sorted_labels(issue: Issue) -> list[Label]:
    return sorted(issue.labels, key=lambda label: (label.name.lower(), label.id))


def issue(
    world: World, issue: Issue, with_labels_details: bool = False, subscribed: bool | None = None
) -> Json:
    labels = sorted_labels(issue)
    assignees = [user_basic(world, user) for user in issue.assignees]
    tasks = TASK.findall(issue.description or "")
    done = sum(mark != " " for mark in tasks)
    own = f"{world.base_url}/api/v4/projects/{issue.project.id}"
    shown: Json = {
        "id": issue.id,
        "iid": issue.iid,
        "project_id": issue.project.id,
        "title": issue.title,
        "description": issue.description,
        "state": issue.state,
        "created_at": stamp(issue.created_at),
        "updated_at": stamp(issue.updated_at),
        "closed_at": stamp(issue.closed_at) if issue.closed_at else None,
        "closed_by": user_basic(world, issue.closed_by) if issue.closed_by else None,
        "labels": [label_basic(x) for x in labels] if with_labels_details else [x.name for x in labels],
        "milestone": None,
        "assignees": assignees,
        "author": user_basic(world, issue.author),
        "type": issue.issue_type.upper(),
        "assignee": assignees[0] if assignees else None,
        "user_notes_count": sum(not note.system for note in issue.notes),
        "merge_requests_count": 0,
        "upvotes": sum(award.name == "thumbsup" for award in issue.awards),
        "downvotes": sum(award.name == "thumbsdown" for award in issue.awards),
        "start_date": None,
        "due_date": issue.due_on.isoformat() if issue.due_on else None,
        "confidential": issue.confidential,
        "discussion_locked": issue.discussion_locked,
        "issue_type": issue.issue_type,
        "web_url": issue_web_url(world, issue),
        "time_stats": {
            "time_estimate": 0,
            "total_time_spent": 0,
            "human_time_estimate": None,
            "human_total_time_spent": None,
        },
        "task_completion_status": {"count": len(tasks), "completed_count": done},
        "blocking_issues_count": 0,
        "has_tasks": bool(tasks),
        "_links": {
            "self": f"{own}/issues/{issue.iid}",
            "notes": f"{own}/issues/{issue.iid}/notes",
            "award_emoji": f"{own}/issues/{issue.iid}/award_emoji",
            "project": own,
            "closed_as_duplicate_of": None,
        },
        "references": {
            "short": f"#{issue.iid}",
            "relative": f"#{issue.iid}",
            "full": reference(issue),
        },
        "severity": "UNKNOWN",
        "moved_to_id": issue.moved_to.id if issue.moved_to else None,
        "imported": False,
        "imported_from": "none",
        "service_desk_reply_to": None,
    }
    if tasks:
        shown["task_status"] = f"{done} of {len(tasks)} checklist items completed"
    if duplicate_of := issue.duplicate_of:
        shown["_links"]["closed_as_duplicate_of"] = (
            f"{world.base_url}/api/v4/projects/{duplicate_of.project.id}/issues/{duplicate_of.iid}"
        )
    if subscribed is not None:
        shown["subscribed"] = subscribed
    return shown


def note(world: World, issue: Issue, note: Note, commands_changes: Json | None = None) -> Json:
    return {
        "id": note.id,
        "type": "DiscussionNote" if note.threaded else None,
        "body": note.body,
        "author": user_basic(world, note.author),
        "created_at": stamp(note.created_at),
        "updated_at": stamp(note.updated_at),
        "system": note.system,
        "noteable_id": issue.id,
        "noteable_type": "Issue",
        "project_id": issue.project.id,
        "resolvable": note.threaded,
        **({"resolved": False, "resolved_by": None, "resolved_at": None} if note.threaded else {}),
        "confidential": note.internal,
        "internal": note.internal,
        "imported": False,
        "imported_from": "none",
        "noteable_iid": issue.iid,
        "commands_changes": commands_changes or {},
    }


def discussion(world: World, issue: Issue, notes: list[Note]) -> Json:
    return {
        "id": notes[0].discussion_id,
        "individual_note": not notes[0].threaded,
        "notes": [note(world, issue, each) for each in notes],
    }


def label_event(world: World, issue: Issue, event: LabelEvent) -> Json:
    return {
        "id": event.id,
        "user": user_basic(world, event.user),
        "created_at": stamp(event.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
        "label": label_basic(event.label) if event.label else None,
        "action": event.action,
    }


def state_event(world: World, issue: Issue, event: StateEvent) -> Json:
    return {
        "id": event.id,
        "user": user_basic(world, event.user),
        "created_at": stamp(event.created_at),
        "resource_type": "Issue",
        "resource_id": issue.id,
        "source_commit": None,
        "source_merge_request_id": None,
        "state": event.state,
    }


def award(world: World, award: Award, kind: str, awarded_id: int) -> Json:
    return {
        "id": award.id,
        "name": award.name,
        "user": user_basic(world, award.user),
        "created_at": stamp(award.created_at),
        "updated_at": stamp(award.created_at),
        "awardable_id": awarded_id,
        "awardable_type": kind,
        "url": None,
    }


def board_list(each: BoardList, position: int) -> Json:
    return {
        "id": each.id,
        "label": label_basic(each.label),
        "position": position,
        "max_issue_count": 0,
        "max_issue_weight": 0,
        "limit_metric": None,
    }


def board(board: Board, project: Json) -> Json:
    return {
        "id": board.id,
        "name": board.name,
        "hide_backlog_list": False,
        "hide_closed_list": False,
        "project": project,
        "lists": [board_list(each, position) for position, each in enumerate(board.lists)],
        "group": None,
        "milestone": None,
        "assignee": None,
        "labels": [],
        "weight": None,
    }
