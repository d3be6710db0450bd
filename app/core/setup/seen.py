"""What a project in GitLab holds of the things that setup looks after, as it was read."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class SeenLabel:
    """`own`: the project's itself, and not of a group above. `uses` counts issues and merge requests that carry it."""

    name: str
    color: str
    description: str
    own: bool = True
    uses: int = 0


@dataclass(frozen=True)
class SeenBoard:
    """`labels` are those of its lists, in order; `others` counts lists that stand for no label."""

    id: int
    name: str
    labels: tuple[str, ...] = ()
    others: int = 0


@dataclass(frozen=True)
class SeenHook:
    """`on` are the flags of events that it is told of; an older GitLab gives no names."""

    id: int
    url: str
    name: str
    on: frozenset[str]
    secret: bool = False
    signing: bool = False


@dataclass(frozen=True)
class SeenFile:
    """A template's text, and the title of the commit that made it so."""

    text: str
    commit: str = ""


@dataclass(frozen=True)
class SeenBranch:
    """The default branch. `name` is empty in an empty repository."""

    name: str = ""
    may_push: bool = True
    protected: bool = True


@dataclass(frozen=True)
class SeenProposal:
    """A branch of setup's own with its files. `request` is the number of its open merge request, 0 for none."""

    branch: str
    files: Mapping[str, SeenFile]
    request: int = 0
    url: str = ""


@dataclass(frozen=True)
class SeenSchedule:
    id: int
    description: str
    ref: str
    cron: str
    zone: str
    active: bool = True


@dataclass(frozen=True)
class SeenVariable:
    """`value` is None where GitLab never shows it again."""

    key: str
    value: str | None = field(repr=False)
    description: str = ""
    protected: bool = False
    masked: bool = False


@dataclass(frozen=True)
class SeenProject:
    """One project. What the token may not see is None; `problem` says why there is nothing else.

    `proposals` are setup's own branches, by name.
    `group_hooks` are the addresses that hooks of groups above send to, where such hooks can be seen; `premium` says
    whether there can be any: None where it cannot be told.
    """

    path: str
    problem: str = ""
    remedy: str = ""
    labels: tuple[SeenLabel, ...] = ()
    boards: tuple[SeenBoard, ...] = ()
    hooks: tuple[SeenHook, ...] | None = ()
    files: Mapping[str, SeenFile] | None = field(default_factory=dict)
    branch: SeenBranch = SeenBranch()
    proposals: Mapping[str, SeenProposal] = field(default_factory=dict)
    group_hooks: tuple[str, ...] = ()
    premium: bool | None = None


@dataclass(frozen=True)
class SeenPipeline:
    """The project that holds the rules. None stands for what the token may not see."""

    path: str
    problem: str = ""
    remedy: str = ""
    branch: SeenBranch = SeenBranch()
    schedules: tuple[SeenSchedule, ...] | None = ()
    variables: tuple[SeenVariable, ...] | None = ()
    pipeline: bool = True
