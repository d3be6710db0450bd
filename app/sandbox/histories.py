"""Issues as histories tell them, each with its own words, events and notes. No webhook tells of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from app.sandbox.act import Act
from app.sandbox.clock import parse_instant
from app.sandbox.entities import Issue, Label, LabelEvent, Project, StateEvent, User
from app.sandbox.world import World

Json = dict[str, Any]
T = TypeVar("T")

ISSUE_KEYS = {
    "title", "author", "created_at", "description", "assignees", "confidential", "label_events", "state_events", "notes"
}  # fmt: skip
LABEL_EVENT_KEYS = {"created_at", "user", "action", "label"}
STATE_EVENT_KEYS = {"created_at", "user", "state"}
NOTE_KEYS = {"created_at", "author", "body", "system", "internal"}


def relive(world: World, project: Project, histories: Any) -> list[int]:
    """The iids of the new issues, in the order of `histories`; all of them or none.

    Labels, state and updated_at are what the events leave; a label that is not there is made in the project. Events and
    notes get their ids in the order in which they are told. Errors: ValueError, which names the place.
    """
    reader = _Reader(world, project)
    issues = [
        reader.issue(_object(each, ISSUE_KEYS, f"histories[{number}]"), f"histories[{number}]", number)
        for number, each in enumerate(_list(histories, "histories"))
    ]
    for issue in issues:
        project.issues[issue.iid] = world.issues[issue.id] = issue
        project.last_iid = issue.iid
    return [issue.iid for issue in issues]


def _object(found: Any, keys: set[str], where: str) -> Json:
    if not isinstance(found, dict):
        raise ValueError(f"{where} must be an object with any of: {', '.join(sorted(keys))}")
    if unknown := found.keys() - keys:
        raise ValueError(f"{where}: unknown key {min(unknown)!r}; known are {', '.join(sorted(keys))}")
    return found


def _list(found: Any, where: str) -> list[Any]:
    if not isinstance(found, list):
        raise ValueError(f"{where} must be a list")
    return found


def _typed(values: Json, name: str, kind: type[T], where: str, default: T | None = None) -> T:
    found = values.get(name, default)
    if not isinstance(found, kind):
        wanted = "a string" if kind is str else "true or false"
        raise ValueError(f"{where}: {name} must be {wanted}")
    return found


def _choice(values: Json, name: str, among: tuple[str, ...], where: str) -> str:
    found = _typed(values, name, str, where)
    if found not in among:
        raise ValueError(f"{where}: {name} must be {' or '.join(among)}")
    return found


class _Reader:
    """Makes issues of what is told, and knows whom and what it has met before."""

    def __init__(self, world: World, project: Project) -> None:
        self._world, self._project = world, project
        self._now = world.clock.now()
        self._users: dict[str, User] = {}
        self._labels: dict[str, Label] = {}

    def issue(self, told: Json, where: str, number: int) -> Issue:
        """An issue that is not yet in the project."""
        created_at = self._at(told, where)
        iid = self._project.last_iid + number + 1
        issue = Issue(
            id=self._world.next_id("issue"),
            iid=iid,
            project=self._project,
            author=self._user(told, "author", where),
            title=_typed(told, "title", str, where),
            description=_typed(told, "description", str, where, ""),
            created_at=created_at,
            updated_at=created_at,
            confidential=_typed(told, "confidential", bool, where, False),
            assignees=[
                self._called(name, f"{where}.assignees")
                for name in _list(told.get("assignees", []), f"{where}.assignees")
            ],
            relative_position=513 * iid,
        )
        for name, keys, tell in (
            ("label_events", LABEL_EVENT_KEYS, self._label_event),
            ("state_events", STATE_EVENT_KEYS, self._state_event),
            ("notes", NOTE_KEYS, self._note),
        ):
            self._each(issue, told, where, name, keys, tell)
        return issue

    def _each(
        self,
        issue: Issue,
        told: Json,
        where: str,
        name: str,
        keys: set[str],
        tell: Callable[[Issue, datetime, Json, str], None],
    ) -> None:
        for number, each in enumerate(_list(told.get(name, []), f"{where}.{name}")):
            place = f"{where}.{name}[{number}]"
            values = _object(each, keys, place)
            at = self._at(values, place)
            tell(issue, at, values, place)
            issue.updated_at = max(issue.updated_at, at)

    def _label_event(self, issue: Issue, at: datetime, told: Json, where: str) -> None:
        label, user = self._label(_typed(told, "label", str, where)), self._user(told, "user", where)
        on = _choice(told, "action", ("add", "remove"), where) == "add"
        if on == (label in issue.labels):
            raise ValueError(f"{where}: {label.name!r} is {'on already' if on else 'not on'}")
        event_id = self._world.next_id("label_event")
        issue.label_events.append(LabelEvent(event_id, user, at, label, "add" if on else "remove"))
        if on:
            issue.labels.append(label)
        else:
            issue.labels.remove(label)

    def _state_event(self, issue: Issue, at: datetime, told: Json, where: str) -> None:
        user = self._user(told, "user", where)
        closes = _choice(told, "state", ("closed", "reopened"), where) == "closed"
        event_id = self._world.next_id("state_event")
        issue.state_events.append(StateEvent(event_id, user, at, "closed" if closes else "reopened"))
        issue.state = "closed" if closes else "opened"
        issue.closed_at, issue.closed_by = (at, user) if closes else (None, None)

    def _note(self, issue: Issue, at: datetime, told: Json, where: str) -> None:
        body, author = _typed(told, "body", str, where), self._user(told, "author", where)
        system, internal = (_typed(told, name, bool, where, False) for name in ("system", "internal"))
        Act(self._world, author).new_note(issue, body, at, system, internal)

    def _at(self, told: Json, where: str) -> datetime:
        try:
            at = parse_instant(_typed(told, "created_at", str, where))
        except ValueError as error:
            raise ValueError(f"{where}: created_at: {error}") from error
        if at > self._now:
            raise ValueError(f"{where}: created_at is after the sandbox's time, {self._now.isoformat()}")
        return at

    def _user(self, told: Json, name: str, where: str) -> User:
        return self._called(_typed(told, name, str, where), f"{where}.{name}")

    def _called(self, username: Any, where: str) -> User:
        if not isinstance(username, str):
            raise ValueError(f"{where} must be a username")
        if username not in self._users:
            found = self._world.user(username)
            if found is None:
                raise ValueError(f"{where}: there is no user {username!r}")
            self._users[username] = found
        return self._users[username]

    def _label(self, name: str) -> Label:
        if name not in self._labels:
            found = self._world.label(self._project, name)
            self._labels[name] = found or self._world.add_label(self._project, name)
        return self._labels[name]
