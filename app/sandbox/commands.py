"""What quick actions do: each command line becomes changes of the issue, where the user has the right to it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from app.sandbox import moving
from app.sandbox.access import may_edit_issue, may_set_metadata
from app.sandbox.act import Act, issue_called
from app.sandbox.entities import Issue, Label, Project, User
from app.sandbox.issue_changes import Changes, update
from app.sandbox.payloads import value
from app.sandbox.quick_actions import WITHOUT_EFFECT, Command, Extracted, extract
from app.sandbox.shapes import Json

LABEL_NAMES = re.compile(r'~?"([^"]+)"|~?([^\s,"]+)')
IN_DAYS = re.compile(r"in (\d+) (day|week)s?")
SHOWN_AS = {"add_labels": "add_label_ids", "remove_labels": "remove_label_ids", "labels": "label_ids"}


@dataclass
class Outcome:
    """What the commands of one text ask for; `messages` has a line for each that could be applied."""

    changes: Changes = field(default_factory=Changes)
    messages: list[str] = field(default_factory=list)
    move_to: Project | None = None
    duplicate_of: Issue | None = None

    def as_json(self) -> Json:
        """`commands_changes` of the notes API."""
        shown: Json = {}
        for name, found in self.changes.items():
            if name in SHOWN_AS and isinstance(found, list):
                shown[SHOWN_AS[name]] = [each.id for each in found]
            elif name == "assignees" and isinstance(found, list):
                shown["assignee_ids"] = [each.id for each in found]
            else:
                shown["due_date" if name == "due_on" else name] = value(found)
        return shown


@dataclass
class Interpreter:
    """Reads commands in their order. `issue` is None while it is being created."""

    act: Act
    project: Project
    issue: Issue | None
    outcome: Outcome = field(default_factory=Outcome)

    def run(self, commands: Sequence[Command]) -> Outcome:
        actions: dict[str, Callable[[str], str | None]] = {
            "label": self._label, "labels": self._label, "unlabel": self._unlabel, "relabel": self._relabel,
            "assign": self._assign, "reassign": self._reassign, "unassign": self._unassign, "close": self._close,
            "reopen": self._reopen, "title": self._title, "due": self._due, "remove_due_date": self._remove_due_date,
            "confidential": self._confidential, "lock": self._lock, "unlock": self._unlock,
            "duplicate": self._duplicate, "move": self._move,
        }  # fmt: skip
        for command in commands:
            if command.name in WITHOUT_EFFECT:
                message: str | None = f"Applied /{command.name}."
            else:
                message = actions[command.name](command.argument)
            if message:
                self.outcome.messages.append(message)
        return self.outcome

    @property
    def _metadata(self) -> bool:
        return may_set_metadata(self.act.user, self.project, at_creation=self.issue is None)

    @property
    def _editing(self) -> bool:
        return self.issue is None or may_edit_issue(self.act.user, self.issue)

    def _labels(self, argument: str) -> list[Label]:
        names = [quoted or plain for quoted, plain in LABEL_NAMES.findall(argument)]
        found = [self.act.world.label(self.project, name) for name in names]
        return [label for label in found if label] if self._metadata else []

    def _label(self, argument: str) -> str | None:
        labels = self._labels(argument)
        if not labels:
            return None
        self.outcome.changes["add_labels"] = [*self.outcome.changes.get("add_labels", []), *labels]
        return f"Added {_names(labels)}."

    def _unlabel(self, argument: str) -> str | None:
        if not argument and self._metadata:
            self.outcome.changes["labels"] = []
            return "Removed all labels."
        labels = self._labels(argument)
        if not labels:
            return None
        self.outcome.changes["remove_labels"] = [*self.outcome.changes.get("remove_labels", []), *labels]
        return f"Removed {_names(labels)}."

    def _relabel(self, argument: str) -> str | None:
        labels = self._labels(argument)
        if not labels:
            return None
        self.outcome.changes["labels"] = labels
        return f"Replaced all labels with {_names(labels)}."

    def _users(self, argument: str) -> list[User]:
        names = [name.lstrip("@") for name in re.split(r"[\s,]+", argument) if name]
        found = [self.act.user if name == "me" else self.act.world.user(name) for name in names]
        return [user for user in found if user] if self._metadata else []

    def _assigned(self) -> list[User]:
        return self.outcome.changes.get("assignees", list(self.issue.assignees) if self.issue else [])

    def _assign(self, argument: str) -> str | None:
        users = self._users(argument)
        if not users:
            return None
        kept = self._assigned() if self.act.world.premium else []
        self.outcome.changes["assignees"] = list(dict.fromkeys([*kept, *users]))
        return f"Assigned {' '.join('@' + user.username for user in users)}."

    def _reassign(self, argument: str) -> str | None:
        users = self._users(argument)
        if not users:
            return None
        self.outcome.changes["assignees"] = users
        return f"Changed assignees to {' '.join('@' + user.username for user in users)}."

    def _unassign(self, argument: str) -> str | None:
        if not self._metadata:
            return None
        gone = self._users(argument) if argument else self._assigned()
        if not gone:
            return None
        self.outcome.changes["assignees"] = [user for user in self._assigned() if user not in gone]
        return f"Removed {' '.join('@' + user.username for user in gone)}."

    def _close(self, _argument: str) -> str | None:
        if self.issue is None or not self._editing or self.issue.state == "closed":
            return None
        self.outcome.changes["state_event"] = "close"
        return "Closed this issue."

    def _reopen(self, _argument: str) -> str | None:
        if self.issue is None or not self._editing or self.issue.state == "opened":
            return None
        self.outcome.changes["state_event"] = "reopen"
        return "Reopened this issue."

    def _title(self, argument: str) -> str | None:
        if not argument or not self._editing:
            return None
        self.outcome.changes["title"] = argument[:255]
        return f'Changed the title to "{argument}".'

    def _due(self, argument: str) -> str | None:
        day = _day(argument, self.act.now.date())
        if day is None or not self._metadata:
            return None
        self.outcome.changes["due_on"] = day
        return f"Set the due date to {day:%b} {day.day}, {day.year}."

    def _remove_due_date(self, _argument: str) -> str | None:
        if not self._metadata or self.issue is None or self.issue.due_on is None:
            return None
        self.outcome.changes["due_on"] = None
        return "Removed the due date."

    def _confidential(self, _argument: str) -> str | None:
        if self.issue is not None and (not self._metadata or self.issue.confidential):
            return None
        self.outcome.changes["confidential"] = True
        return "Made this issue confidential."

    def _lock(self, _argument: str) -> str | None:
        return self._set_lock(True, "Locked the discussion.")

    def _unlock(self, _argument: str) -> str | None:
        return self._set_lock(False, "Unlocked the discussion.")

    def _set_lock(self, locked: bool, message: str) -> str | None:
        if self.issue is None or not self._metadata or bool(self.issue.discussion_locked) == locked:
            return None
        self.outcome.changes["discussion_locked"] = locked
        return message

    def _duplicate(self, argument: str) -> str | None:
        original = issue_called(self.act.world, argument, self.project)
        if self.issue is None or original in (None, self.issue) or not self._metadata:
            return None
        self.outcome.duplicate_of = original
        return f"Closed this issue. Marked as related to, and a duplicate of, {argument}."

    def _move(self, argument: str) -> str | None:
        target = self.act.world.project(argument)
        if self.issue is None or target is None or moving.obstacle(self.act, self.issue, target):
            return None
        self.outcome.move_to = target
        return f"Moved this issue to {argument}."


def _names(labels: Sequence[Label]) -> str:
    shown = [f'~"{label.name}"' if " " in label.name else f"~{label.name}" for label in labels]
    return f"{' '.join(shown)} label{'s' if len(labels) > 1 else ''}"


def _day(argument: str, today: date) -> date | None:
    found = IN_DAYS.fullmatch(argument)
    if found:
        return today + timedelta(days=int(found[1]) * (7 if found[2] == "week" else 1))
    if argument in ("today", "tomorrow"):
        return today + timedelta(days=argument == "tomorrow")
    try:
        return date.fromisoformat(argument)
    except ValueError:
        return None


def read_description(
    act: Act, project: Project, text: str, issue: Issue | None = None
) -> tuple[Extracted, Outcome]:
    """A description's text without commands, and what those ask for that the description did not hold before."""
    extracted = extract(text)
    known = extract(issue.description or "").commands if issue else ()
    new = [command for command in extracted.commands if command not in known]
    return extracted, Interpreter(act, project, issue).run(new)


def apply(act: Act, issue: Issue, outcome: Outcome) -> None:
    """Do what the commands of a note ask for."""
    if outcome.changes:
        update(act, issue, outcome.changes)
    close_or_move(act, issue, outcome)


def close_or_move(act: Act, issue: Issue, outcome: Outcome) -> None:
    """What involves a second issue, and comes after all the rest."""
    if outcome.duplicate_of:
        moving.mark_duplicate(act, issue, outcome.duplicate_of)
    if outcome.move_to:
        moving.move(act, issue, outcome.move_to)
