"""Moving an issue to another project, and closing it as a duplicate: both leave a second issue to read on in."""

from dataclasses import replace
from functools import partial

from app.sandbox.access import level, may_plan, may_read_project
from app.sandbox.act import Act, issue_called, touch
from app.sandbox.entities import GUEST, Award, Issue, LabelEvent, Project, StateEvent
from app.sandbox.issue_changes import announce_new, change_state
from app.sandbox.label_changes import record
from app.sandbox.mentions import rewritten
from app.sandbox.shapes import reference

SAME_PROJECT = "Cannot move issue to project it originates from!"
NO_RIGHT = "Cannot move issue due to insufficient permissions!"


def obstacle(act: Act, issue: Issue, target: Project) -> str | None:
    """Why the user cannot move the issue there; None when nothing is in the way."""
    if issue.project is target:
        return SAME_PROJECT
    allowed = (
        may_read_project(act.user, target)
        and may_plan(act.user, target)
        and may_plan(act.user, issue.project)
    )
    return None if allowed and issue.moved_to is None else NO_RIGHT


def move(act: Act, issue: Issue, target: Project) -> Issue:
    """The copy in the other project; the issue itself is closed and names it. Nothing may be in the way.

    Source: GitLab's work_items/data_sync and issues/move_service.rb
    """
    world = act.world
    target.last_iid += 1
    text = issue.description and rewritten(
        issue.description, partial(_as_seen_there, act, issue.project, target)
    )
    copy = replace(
        issue,
        description=text,
        id=world.next_id("issue"),
        iid=target.last_iid,
        project=target,
        relative_position=513 * target.last_iid,
        updated_by=None,
        labels=[],
        assignees=[user for user in issue.assignees if level(user, target) >= GUEST],
        notes=[],
        label_events=[],
        state_events=[],
        awards=[Award(world.next_id("award"), a.name, a.user, a.created_at) for a in issue.awards],
    )
    target.issues[copy.iid] = world.issues[copy.id] = copy
    _copy_history(act, issue, copy)
    now = act.now
    _carry_labels(act, issue, copy)
    announce_new(act, copy)
    act.new_note(copy, f"moved from {reference(issue, target)}", now, system=True)
    touch(copy, now)
    act.new_note(issue, f"moved to {reference(copy, issue.project)}", now, system=True)
    issue.moved_to = copy
    issue.updated_at = now
    change_state(act, issue, "close")
    return copy


def _copy_history(act: Act, issue: Issue, copy: Issue) -> None:
    """Notes and events keep their authors and instants and get new ids, so ids no longer follow time.

    Whatever a note refers to, GitLab's own lines included, it refers to from the new project.
    """
    world = act.world
    threads: dict[str, str] = {}
    for note in issue.notes:
        number = world.next_id("note")
        thread = threads.setdefault(note.discussion_id, f"{number:040x}")
        awards = [Award(world.next_id("award"), a.name, a.user, a.created_at) for a in note.awards]
        body = rewritten(note.body, partial(_as_seen_there, act, issue.project, copy.project))
        copy.notes.append(replace(note, id=number, body=body, discussion_id=thread, awards=awards))
    for event in issue.label_events:
        number = world.next_id("label_event")
        copy.label_events.append(LabelEvent(number, event.user, event.created_at, event.label, event.action))
    for change in issue.state_events:
        number = world.next_id("state_event")
        copy.state_events.append(StateEvent(number, change.user, change.created_at, change.state))


def _as_seen_there(act: Act, source: Project, target: Project, path: str, iid: int) -> str | None:
    """The reference `path#iid` of the one project as the other writes it; None where it means no issue."""
    meant = issue_called(act.world, f"{path}#{iid}", source)
    return reference(meant, target) if meant else None


def _carry_labels(act: Act, issue: Issue, copy: Issue) -> None:
    """Labels are matched by title. The same row is kept without an event; another row leaves an add and a remove."""
    now = act.now
    for label in issue.labels:
        match = act.world.label(copy.project, label.name)
        if match:
            copy.labels.append(match)
        if match is not label:
            if match:
                record(act, copy, match, "add", now)
            record(act, copy, label, "remove", now)


def mark_duplicate(act: Act, issue: Issue, original: Issue) -> None:
    """Close the issue as a duplicate, with a line on both."""
    now = act.now
    here, there = reference(original, issue.project), reference(issue, original.project)
    act.new_note(issue, f"marked this issue as a duplicate of {here}", now, system=True)
    act.new_note(original, f"marked {there} as a duplicate of this issue", now, system=True)
    touch(original, now)
    issue.duplicate_of = original
    change_state(act, issue, "close")
