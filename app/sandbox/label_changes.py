"""Which labels an issue carries after a change, and the events that the change leaves."""

from collections.abc import Sequence
from datetime import datetime

from app.sandbox.access import may_plan
from app.sandbox.act import Act
from app.sandbox.entities import Issue, Label, LabelEvent, Project


def find_or_create(act: Act, project: Project, names: Sequence[str]) -> list[Label]:
    """The labels of these titles; unknown ones become project labels, where the user may make labels."""
    found: list[Label] = []
    for name in dict.fromkeys(names):
        label = act.world.label(project, name)
        if label is None and may_plan(act.user, project):
            label = act.world.add_label(project, name)
        if label:
            found.append(label)
    return found


def resulting_labels(
    current: Sequence[Label],
    replace: Sequence[Label] | None,
    add: Sequence[Label],
    remove: Sequence[Label],
    exclusive: bool,
) -> list[Label]:
    """The new set. With `exclusive` (Premium) the last label of a scope that is put on drives out the others."""
    base = list(current) if replace is None else list(dict.fromkeys(replace))
    wanted = [label for label in dict.fromkeys([*base, *add]) if label not in remove]
    if not exclusive:
        return wanted
    ordered = [label for label in [*add, *(replace or [])] if label in wanted and label not in current]
    winners = {scope(label): label for label in ordered if scope(label)}
    return [label for label in wanted if winners.get(scope(label), label) is label]


def scope(label: Label) -> str:
    """What stands before the last `::` of a scoped label; empty for any other label."""
    return label.name.rpartition("::")[0]


def set_labels(act: Act, issue: Issue, labels: Sequence[Label], at: datetime) -> bool:
    """Put these labels on the issue, one event for each that comes or goes; whether anything changed."""
    added = [label for label in labels if label not in issue.labels]
    removed = [label for label in issue.labels if label not in labels]
    for label in added:
        record(act, issue, label, "add", at)
    for label in removed:
        record(act, issue, label, "remove", at)
    issue.labels = list(labels)
    return bool(added or removed)


def record(act: Act, issue: Issue, label: Label, action: str, at: datetime) -> None:
    number = act.world.next_id("label_event")
    issue.label_events.append(LabelEvent(number, act.user, at, label, "add" if action == "add" else "remove"))


def delete_label(act: Act, label: Label) -> None:
    """The label comes off every issue without a trace in updated_at, and its events no longer name it."""
    world = act.world
    del world.labels[label.id]
    for issue in world.issues.values():
        if label in issue.labels:
            issue.labels.remove(label)
        for event in issue.label_events:
            if event.label is label:
                event.label = None
    for project in world.projects.values():
        for board in project.boards:
            board.lists = [each for each in board.lists if each.label is not label]
