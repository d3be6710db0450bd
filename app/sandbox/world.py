"""Everything the sandbox holds in memory, with look-ups. No HTTP here, and no rights: see server.py and access.py."""

import itertools
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import app
from app.sandbox.clock import Clock
from app.sandbox.entities import Group, Issue, IssueLink, Label, Member, Project, User
from app.sandbox.faults import Faults
from app.sandbox.hook_sender import HookSender
from app.sandbox.throttle import Throttle

KEPT_REQUESTS = 100_000


@dataclass
class Settings:
    """What an administrator may set: calls and notes per minute and user (None: no limit), `tier` as licensed; with
    `keyset_issues` off, issues of a project come in numbered pages only, as before 18.3."""

    tier: Literal["free", "premium"] = "free"
    notes_per_minute: int | None = None
    requests_per_minute: int | None = None
    latency_ms: int = 0
    keyset_issues: bool = True


@dataclass(frozen=True)
class TokenFacts:
    """What a token may do, and the day from which on it is no token any more."""

    scopes: tuple[str, ...] = ("api",)
    expires_at: date | None = None


@dataclass(frozen=True)
class Notification:
    """Users who are told of a text because it names them; `note_id` is None for a description."""

    at: datetime
    project_id: int
    issue_iid: int
    note_id: int | None
    author: str
    users: tuple[str, ...]


def default_templates_dir() -> Path:
    """`issue_templates` where the program runs, else beside the package."""
    here = Path("issue_templates")
    return here.resolve() if here.is_dir() else Path(app.__file__).parent.parent / "issue_templates"


@dataclass
class World:
    """One GitLab. Requests run on the server's event loop; whoever else touches it holds `lock`."""

    base_url: str = "http://127.0.0.1"
    templates_dir: Path = field(default_factory=default_templates_dir)
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    hooks: HookSender = field(default_factory=HookSender)
    settings: Settings = field(default_factory=Settings)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self._clear()

    def _clear(self) -> None:
        self._ids: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self.users: dict[int, User] = {}
        self.groups: dict[int, Group] = {}
        self.projects: dict[int, Project] = {}
        self.labels: dict[int, Label] = {}
        self.issues: dict[int, Issue] = {}
        self.links: dict[int, IssueLink] = {}
        self.tokens: dict[str, User] = {}
        self.token_facts: dict[str, TokenFacts] = {}
        self.notifications: list[Notification] = []
        self.requests: deque[dict[str, Any]] = deque(maxlen=KEPT_REQUESTS)
        self.requests_seen = 0
        self.throttle = Throttle()
        self.note_times: dict[int, deque[float]] = defaultdict(deque)

    def reset(self) -> None:
        """Empty: nobody, nothing, no faults, the system's time. Deliveries under way are forgotten."""
        with self.lock:
            self.hooks.reset()
            self.faults.clear()
            self.clock.reset()
            self.settings = Settings()
            self._clear()

    def next_id(self, kind: str) -> int:
        return next(self._ids[kind])

    @property
    def premium(self) -> bool:
        return self.settings.tier == "premium"

    # Building, for scenes and tests. Everything else is done over the API.

    def add_user(self, username: str, name: str, bot: bool = False, admin: bool = False) -> User:
        """A user whose token is `sandbox-<username>`."""
        user = User(self.next_id("user"), username, name, self.clock.now(), bot, admin)
        self.users[user.id] = user
        self.tokens[f"sandbox-{username}"] = user
        return user

    def add_group(self, full_path: str) -> Group:
        """The group at `full_path`, made together with the groups above it where they are missing."""
        if found := self.group(full_path):
            return found
        above, _, path = full_path.rpartition("/")
        parent = self.add_group(above) if above else None
        name = path.replace("-", " ").title()
        group = Group(self.next_id("namespace"), path, name, parent, self.clock.now())
        self.groups[group.id] = group
        return group

    def add_project(
        self, group: Group, path: str, visibility: Literal["private", "internal", "public"] = "private"
    ) -> Project:
        name = path.replace("-", " ").title()
        project = Project(self.next_id("project"), path, name, group, visibility, self.clock.now())
        self.projects[project.id] = project
        return project

    def add_member(self, place: Group | Project, user: User, level: int) -> Member:
        member = Member(user, level, self.clock.now())
        place.members[user.id] = member
        return member

    def add_label(
        self, place: Group | Project, name: str, color: str = "#428bca", description: str | None = None
    ) -> Label:
        now = self.clock.now()
        project, group = (place, None) if isinstance(place, Project) else (None, place)
        label = Label(self.next_id("label"), name, color, description, project, group, now, now)
        self.labels[label.id] = label
        return label

    # Look-ups.

    def user(self, name: str) -> User | None:
        """By username, whatever its case."""
        return next((user for user in self.users.values() if user.username.lower() == name.lower()), None)

    def group(self, key: str) -> Group | None:
        """By id or full path."""
        if key.isdigit():
            return self.groups.get(int(key))
        return next((g for g in self.groups.values() if g.full_path.lower() == key.lower()), None)

    def project(self, key: str) -> Project | None:
        """By id or full path."""
        if key.isdigit():
            return self.projects.get(int(key))
        return next((p for p in self.projects.values() if p.full_path.lower() == key.lower()), None)

    def projects_in(self, group: Group, below: bool = True) -> list[Project]:
        """The group's projects; with `below` those of its subgroups too."""
        return [p for p in self.projects.values() if p.group is group or (below and group in p.group.line())]

    def labels_in(self, place: Group | Project, above: bool = True) -> list[Label]:
        """The labels that issues of `place` may carry; with `above` those of the groups above it too."""
        groups = place.group.line() if isinstance(place, Project) else place.line()
        return [
            label
            for label in self.labels.values()
            if label.project is place
            or label.group is place
            or (above and label.group in groups and label.group)
        ]

    def label(self, place: Group | Project, name: str, above: bool = True) -> Label | None:
        """A label by its exact title; of several the one nearest to the place."""
        found = [label for label in self.labels_in(place, above) if label.name == name]
        line = place.group.line() if isinstance(place, Project) else place.line()
        return min(found, key=lambda label: line.index(label.group) if label.group else -1, default=None)
