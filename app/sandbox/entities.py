"""What a GitLab holds: users, places, issues and their histories. Data only; who may do what stands in access.py."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from app.sandbox.repository import Repository

GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER = 10, 15, 20, 30, 40, 50
LEVELS = (GUEST, PLANNER, REPORTER, DEVELOPER, MAINTAINER, OWNER)

State = Literal["opened", "closed"]


@dataclass(slots=True, eq=False)
class User:
    id: int
    username: str
    name: str
    created_at: datetime
    bot: bool = False
    admin: bool = False


@dataclass(slots=True, eq=False)
class Member:
    user: User
    level: int
    created_at: datetime
    expires_on: date | None = None


@dataclass(slots=True, eq=False)
class Group:
    id: int
    path: str
    name: str
    parent: "Group | None"
    created_at: datetime
    members: dict[int, Member] = field(default_factory=dict)

    @property
    def full_path(self) -> str:
        return f"{self.parent.full_path}/{self.path}" if self.parent else self.path

    @property
    def full_name(self) -> str:
        return f"{self.parent.full_name} / {self.name}" if self.parent else self.name

    def line(self) -> "list[Group]":
        """The group itself and the groups above it, nearest first."""
        return [self, *(self.parent.line() if self.parent else [])]


@dataclass(slots=True, eq=False)
class Label:
    """Belongs to a project or to a group, never to both."""

    id: int
    name: str
    color: str
    description: str | None
    project: "Project | None"
    group: Group | None
    created_at: datetime
    updated_at: datetime
    priority: int | None = None


@dataclass(slots=True, eq=False)
class Award:
    """One emoji that somebody put on an issue or a note."""

    id: int
    name: str
    user: User
    created_at: datetime


@dataclass(slots=True, eq=False)
class Note:
    id: int
    body: str
    author: User
    created_at: datetime
    updated_at: datetime
    discussion_id: str
    system: bool = False
    internal: bool = False
    threaded: bool = False
    updated_by: User | None = None
    awards: list[Award] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class LabelEvent:
    """`label` becomes None when the label is deleted."""

    id: int
    user: User
    created_at: datetime
    label: Label | None
    action: Literal["add", "remove"]


@dataclass(slots=True, eq=False)
class StateEvent:
    id: int
    user: User
    created_at: datetime
    state: Literal["closed", "reopened"]


@dataclass(slots=True, eq=False)
class Issue:
    id: int
    iid: int
    project: "Project"
    author: User
    title: str
    description: str | None
    created_at: datetime
    updated_at: datetime
    confidential: bool = False
    due_on: date | None = None
    discussion_locked: bool | None = None
    issue_type: str = "issue"
    state: State = "opened"
    closed_at: datetime | None = None
    closed_by: User | None = None
    updated_by: User | None = None
    last_edited_at: datetime | None = None
    last_edited_by: User | None = None
    moved_to: "Issue | None" = None
    duplicate_of: "Issue | None" = None
    relative_position: int = 0
    labels: list[Label] = field(default_factory=list)
    assignees: list[User] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    label_events: list[LabelEvent] = field(default_factory=list)
    state_events: list[StateEvent] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class IssueLink:
    id: int
    source: Issue
    target: Issue
    kind: str


@dataclass(slots=True, eq=False)
class BoardList:
    id: int
    label: Label


@dataclass(slots=True, eq=False)
class Board:
    id: int
    name: str
    lists: list[BoardList] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class HookEvent:
    """One delivery of a webhook, as its log keeps it."""

    id: int
    url: str
    trigger: str
    idempotency_key: str
    request_headers: dict[str, str]
    body: bytes
    response_status: str = "internal error"
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    seconds: float = 0.0


@dataclass(slots=True, eq=False)
class Hook:
    id: int
    project: "Project"
    url: str
    created_at: datetime
    flags: dict[str, bool]
    name: str | None = None
    description: str | None = None
    token: str | None = None
    signing_token: str | None = None
    custom_headers: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    disabled_until: datetime | None = None
    events: list[HookEvent] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Variable:
    """A CI variable of a project, or of a pipeline schedule."""

    key: str
    value: str
    kind: str = "env_var"
    protected: bool = False
    masked: bool = False
    hidden: bool = False
    raw: bool = False
    scope: str = "*"
    description: str | None = None


@dataclass(slots=True, eq=False)
class Schedule:
    """A pipeline schedule; it never runs anything here."""

    id: int
    description: str
    ref: str
    cron: str
    zone: str
    active: bool
    owner: "User"
    created_at: datetime
    updated_at: datetime
    variables: dict[str, Variable] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class MergeRequest:
    """`fork_id` is the project from which it comes, where that is another one; such are put there by hand."""

    id: int
    iid: int
    title: str
    description: str | None
    source_branch: str
    target_branch: str
    author: "User"
    created_at: datetime
    state: Literal["opened", "closed", "merged"] = "opened"
    remove_source_branch: bool = False
    fork_id: int | None = None


@dataclass(slots=True, eq=False)
class Project:
    """`repository` is None for one whose files are the templates of the sandbox's own folder, as it stands."""

    id: int
    path: str
    name: str
    group: Group
    visibility: Literal["private", "internal", "public"]
    created_at: datetime
    members: dict[int, Member] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    boards: list[Board] = field(default_factory=list)
    hooks: dict[int, Hook] = field(default_factory=dict)
    last_iid: int = 0
    archived: bool = False
    repository: Repository | None = None
    schedules: dict[int, Schedule] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    merge_requests: dict[int, MergeRequest] = field(default_factory=dict)

    @property
    def full_path(self) -> str:
        return f"{self.group.full_path}/{self.path}"
