"""Who may do what, by role. Source: https://docs.gitlab.com/user/permissions/ and facts tested against the policies.

Nothing here answers a request: look-ups that answer 404 and 403 stand in routing.py.
"""

from app.sandbox.entities import (
    GUEST,
    MAINTAINER,
    OWNER,
    PLANNER,
    REPORTER,
    Group,
    Issue,
    Label,
    Member,
    Note,
    Project,
    User,
)
from app.sandbox.world import World


def _line(place: Group | Project) -> list[Group | Project]:
    """The place and the groups above it, nearest first."""
    return [place, *place.group.line()] if isinstance(place, Project) else [*place.line()]


def members_of(place: Group | Project, inherited: bool = True) -> dict[int, Member]:
    """The members by user id; with `inherited` each with the highest role that the place or a group above gives."""
    if not inherited:
        return dict(place.members)
    found: dict[int, Member] = {}
    for each in _line(place):
        for member in each.members.values():
            held = found.get(member.user.id)
            if held is None or member.level > held.level:
                found[member.user.id] = member
    return found


def level(user: User | None, place: Group | Project) -> int:
    """The user's role in a place as GitLab's number, 0 for none; an administrator owns everything."""
    if user is None:
        return 0
    if user.admin:
        return OWNER
    return max((each.members[user.id].level for each in _line(place) if user.id in each.members), default=0)


def may_read_project(user: User | None, project: Project) -> bool:
    if project.visibility == "public" or (project.visibility == "internal" and user):
        return True
    return level(user, project) >= GUEST


def may_read_group(world: World, user: User | None, group: Group) -> bool:
    """A member of the group, of one below it, or of a project in it may see that it is there."""
    if level(user, group) >= GUEST:
        return True
    below = [g for g in world.groups.values() if group in g.line()]
    return any(level(user, g) for g in below) or any(
        may_read_project(user, project) for project in world.projects_in(group)
    )


def takes_part(user: User | None, issue: Issue) -> bool:
    """Whether the user is the author or an assignee."""
    return user is not None and (issue.author is user or user in issue.assignees)


def may_read_issue(user: User | None, issue: Issue) -> bool:
    if not may_read_project(user, issue.project):
        return False
    return not issue.confidential or level(user, issue.project) >= PLANNER or takes_part(user, issue)


def may_edit_issue(user: User, issue: Issue) -> bool:
    """Title, description and state."""
    return level(user, issue.project) >= PLANNER or takes_part(user, issue)


def may_set_metadata(user: User, project: Project, at_creation: bool = False) -> bool:
    """Labels, assignees, dates, confidentiality, lock: a guest only while creating the issue."""
    return level(user, project) >= (GUEST if at_creation else PLANNER)


def may_delete_issue(user: User, issue: Issue) -> bool:
    held = level(user, issue.project)
    return held in (PLANNER, OWNER) or (held >= GUEST and issue.author is user)


def may_comment(user: User, issue: Issue) -> bool:
    if issue.discussion_locked:
        return level(user, issue.project) >= GUEST or issue.author is user
    return may_read_issue(user, issue)


def may_read_note(user: User | None, issue: Issue, note: Note) -> bool:
    return not note.internal or note.author is user or level(user, issue.project) >= PLANNER


def may_edit_note(user: User, issue: Issue, note: Note) -> bool:
    return not note.system and (note.author is user or level(user, issue.project) >= MAINTAINER)


def may_read_label(user: User | None, label: Label | None) -> bool:
    """An event whose label was deleted (None) is readable; a label of another project only by those who see that."""
    return label is None or label.project is None or may_read_project(user, label.project)


def may_plan(user: User, place: Group | Project) -> bool:
    """Labels, boards and lists, moving issues, internal notes."""
    return level(user, place) >= PLANNER


def may_read_files(user: User | None, project: Project) -> bool:
    return project.visibility == "public" or level(user, project) >= REPORTER
