"""Many issues at once, with a past: for load, for first contacts, for pages. No webhook tells of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from app.sandbox.act import Act
from app.sandbox.entities import Issue, Label, LabelEvent, Project, StateEvent, User
from app.sandbox.templates import template_text
from app.sandbox.world import World

SPREAD, AGE_OF_NEWEST = timedelta(days=60), timedelta(days=2)
HISTORY = timedelta(days=2)


@dataclass(frozen=True)
class Seed:
    """How many issues, and what each has: so many label events and notes within two days of its creation."""

    project: Project
    issues: int
    author: User
    label_events: int = 0
    notes: int = 0
    created_from: datetime | None = None
    created_to: datetime | None = None
    template: str | None = None
    state: Literal["opened", "closed"] = "opened"


def sow(world: World, seed: Seed) -> list[int]:
    """The new issues' iids, oldest first, evenly spread in time; ValueError for a template that is not there."""
    description = None
    if seed.template:
        description = template_text(world.templates_dir, seed.template)
        if description is None:
            raise ValueError(f"there is no template {seed.template!r} in {world.templates_dir}")
    now = world.clock.now()
    last = seed.created_to or now - AGE_OF_NEWEST
    first = seed.created_from or last - SPREAD
    if first > last:
        raise ValueError("created_from is after created_to")
    labels = _labels(world, seed.project) if seed.label_events else []
    step = (last - first) / max(1, seed.issues - 1)
    iids: list[int] = []
    for number in range(seed.issues):
        created_at = first + step * number
        issue = _issue(world, seed, created_at, description)
        ends_at = max(created_at, min(created_at + HISTORY, now))
        _add_label_events(world, issue, labels, seed.label_events, ends_at)
        _add_notes(world, issue, seed.notes, ends_at)
        if seed.state == "closed":
            issue.state, issue.closed_at, issue.closed_by = "closed", ends_at, seed.author
            issue.state_events.append(
                StateEvent(world.next_id("state_event"), seed.author, ends_at, "closed")
            )
        if seed.label_events or seed.notes or seed.state == "closed":
            issue.updated_at = ends_at
        iids.append(issue.iid)
    return iids


def _issue(world: World, seed: Seed, created_at: datetime, description: str | None) -> Issue:
    project = seed.project
    project.last_iid += 1
    iid = project.last_iid
    issue = Issue(
        id=world.next_id("issue"),
        iid=iid,
        project=project,
        author=seed.author,
        title=f"Seeded request {iid}",
        description=description,
        created_at=created_at,
        updated_at=created_at,
        relative_position=513 * iid,
    )
    project.issues[iid] = world.issues[issue.id] = issue
    return issue


def _labels(world: World, project: Project) -> list[Label]:
    """The labels of the first board's lists, else all there are."""
    listed = [each.label for board in project.boards[:1] for each in board.lists]
    labels = listed or world.labels_in(project)
    if not labels:
        raise ValueError("the project has no labels for label events")
    return labels


def _helper(world: World, author: User) -> User:
    """Who answers the author: sam where there is one."""
    return world.user("sam") or author


def _add_label_events(world: World, issue: Issue, labels: list[Label], count: int, ends_at: datetime) -> None:
    """One label on, then swaps to the next: a removal and an addition at one instant, as a drag on the board leaves."""
    if not count:
        return
    user = _helper(world, issue.author)
    step = (ends_at - issue.created_at) / (count // 2 + 1)
    for number in range(count):
        move = (number + 1) // 2
        removes = number % 2 == 1
        label = labels[(move - removes) % len(labels)]
        at = issue.created_at + step * (move + 1) if move < count // 2 else ends_at
        event_id = world.next_id("label_event")
        issue.label_events.append(LabelEvent(event_id, user, at, label, "remove" if removes else "add"))
    issue.labels = [] if removes else [label]


def _add_notes(world: World, issue: Issue, count: int, ends_at: datetime) -> None:
    """Comments by turns of the helper and the author."""
    step = (ends_at - issue.created_at) / (count + 1)
    for number in range(count):
        user = issue.author if number % 2 else _helper(world, issue.author)
        Act(world, user).new_note(
            issue, f"Seeded comment {number + 1}", issue.created_at + step * (number + 1)
        )
