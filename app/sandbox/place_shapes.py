"""Users, projects, groups, members and webhooks, as the REST API shows them."""

import json
from datetime import datetime
from typing import Any

from app.sandbox.clock import stamp
from app.sandbox.entities import Group, Hook, HookEvent, Member, Project, User
from app.sandbox.hook_sender import alert_status
from app.sandbox.shapes import Json, user_basic
from app.sandbox.world import World

HOOK_FLAGS = (
    "push_events", "tag_push_events", "merge_requests_events", "repository_update_events", "issues_events",
    "confidential_issues_events", "note_events", "confidential_note_events", "pipeline_events", "wiki_page_events",
    "deployment_events", "feature_flag_events", "job_events", "releases_events", "milestone_events", "emoji_events",
    "resource_access_token_events", "resource_deploy_token_events", "vulnerability_events", "enable_ssl_verification",
)  # fmt: skip


def user_public(world: World, user: User) -> Json:
    return user_basic(world, user) | {
        "created_at": stamp(user.created_at),
        "bio": "",
        "location": None,
        "website_url": "",
        "organization": None,
        "job_title": "",
        "pronouns": None,
        "bot": user.bot,
        "work_information": None,
        "local_time": None,
    }


def user_self(world: World, user: User) -> Json:
    """As `GET /user` shows it; only an administrator reads `is_admin` there."""
    shown = user_public(world, user) | {
        "email": f"{user.username}@example.com",
        "can_create_group": False,
        "can_create_project": False,
        "two_factor_enabled": False,
        "external": False,
        "private_profile": False,
    }
    return shown | ({"is_admin": True} if user.admin else {})


def namespace(world: World, group: Group) -> Json:
    return {
        "id": group.id,
        "name": group.name,
        "path": group.path,
        "kind": "group",
        "full_path": group.full_path,
        "parent_id": group.parent.id if group.parent else None,
        "avatar_url": None,
        "web_url": f"{world.base_url}/groups/{group.full_path}",
    }


def project(world: World, project: Project, held: int | None = None) -> Json:
    """`held` is the asking user's role, shown only where GitLab shows permissions."""
    path = project.full_path
    own = f"{world.base_url}/api/v4/projects/{project.id}"
    shown: Json = {
        "id": project.id,
        "description": None,
        "name": project.name,
        "name_with_namespace": f"{project.group.full_name} / {project.name}",
        "path": project.path,
        "path_with_namespace": path,
        "created_at": stamp(project.created_at),
        "default_branch": "main" if project.repository is None else project.repository.default,
        "tag_list": [],
        "topics": [],
        "ssh_url_to_repo": f"git@localhost:{path}.git",
        "http_url_to_repo": f"{world.base_url}/{path}.git",
        "web_url": f"{world.base_url}/{path}",
        "readme_url": None,
        "forks_count": 0,
        "avatar_url": None,
        "star_count": 0,
        "last_activity_at": stamp(
            max((i.updated_at for i in project.issues.values()), default=project.created_at)
        ),
        "visibility": project.visibility,
        "namespace": namespace(world, project.group),
        "archived": project.archived,
        "issues_enabled": True,
        "issues_access_level": "enabled",
        "open_issues_count": sum(issue.state == "opened" for issue in project.issues.values()),
        "empty_repo": project.repository is not None and not project.repository.branches,
        "_links": {
            "self": own,
            "issues": f"{own}/issues",
            "labels": f"{own}/labels",
            "members": f"{own}/members",
        },
    }
    if held is not None:
        access = {"access_level": held, "notification_level": 3} if held else None
        shown["permissions"] = {"project_access": None, "group_access": access}
    return shown


def group(world: World, group: Group) -> Json:
    return {
        "id": group.id,
        "web_url": f"{world.base_url}/groups/{group.full_path}",
        "name": group.name,
        "path": group.path,
        "description": "",
        "visibility": "private",
        "avatar_url": None,
        "full_name": group.full_name,
        "full_path": group.full_path,
        "created_at": stamp(group.created_at),
        "parent_id": group.parent.id if group.parent else None,
        "archived": False,
    }


def member(world: World, member: Member) -> Json:
    return user_basic(world, member.user) | {
        "access_level": member.level,
        "created_at": stamp(member.created_at),
        "expires_at": member.expires_on.isoformat() if member.expires_on else None,
        "membership_state": "active",
    }


def hook(hook: Hook, now: datetime) -> Json:
    """A project's webhook; its secrets are never shown, only whether there are any. `now` is machine time."""
    return {
        "id": hook.id,
        "url": hook.url,
        "name": hook.name,
        "description": hook.description,
        "created_at": stamp(hook.created_at),
        "project_id": hook.project.id,
        **{flag: hook.flags.get(flag, False) for flag in HOOK_FLAGS},
        "alert_status": alert_status(hook, now),
        "disabled_until": stamp(hook.disabled_until) if hook.disabled_until else None,
        "url_variables": [],
        "push_events_branch_filter": None,
        "branch_filter_strategy": "wildcard",
        "custom_webhook_template": None,
        "custom_headers": [{"key": key} for key in hook.custom_headers],
        "token_present": hook.token is not None,
        "signing_token_present": hook.signing_token is not None,
    }


def hook_event(event: HookEvent) -> Json:
    secret = {"X-Gitlab-Token": "[REDACTED]"} if "X-Gitlab-Token" in event.request_headers else {}
    request_data: Any = json.loads(event.body)
    return {
        "id": event.id,
        "url": event.url,
        "trigger": event.trigger,
        "request_headers": event.request_headers | secret,
        "request_data": request_data,
        "response_headers": event.response_headers,
        "response_body": event.response_body,
        "execution_duration": round(event.seconds, 6),
        "response_status": event.response_status,
    }
