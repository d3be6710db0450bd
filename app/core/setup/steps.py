"""One step each: a thing that is made, changed or taken away in a project. What a plan shows is what is applied."""

from dataclasses import dataclass, field
from typing import Any, Literal

from app.core.setup.comparing import told_address

Verb = Literal["make", "change", "take away"]
MARKS: dict[Verb, str] = {"make": "+", "change": "~", "take away": "-"}


@dataclass(frozen=True)
class PutLabel:
    project: str
    name: str
    color: str
    description: str
    was: str = ""

    @property
    def verb(self) -> Verb:
        return "change" if self.was else "make"

    @property
    def about(self) -> str:
        return f"label {self.name}: {self.color}" + (f", was {self.was}" if self.was else "")


@dataclass(frozen=True)
class DeleteLabel:
    project: str
    name: str
    verb: Verb = "take away"

    @property
    def about(self) -> str:
        return f"label {self.name}"


@dataclass(frozen=True)
class MakeBoard:
    project: str
    name: str
    lists: tuple[str, ...]
    verb: Verb = "make"

    @property
    def about(self) -> str:
        return f"board {self.name} with the lists {', '.join(self.lists)}"


@dataclass(frozen=True)
class AddList:
    project: str
    board_id: int
    label: str
    verb: Verb = "make"

    @property
    def about(self) -> str:
        return f"list {self.label} on the board"


@dataclass(frozen=True)
class MoveList:
    """`position` counts from 0, of the lists between Open and Closed."""

    project: str
    board_id: int
    label: str
    position: int
    verb: Verb = "change"

    @property
    def about(self) -> str:
        return f"list {self.label}: moved to place {self.position + 1}"


@dataclass(frozen=True)
class DeleteBoard:
    project: str
    board_id: int
    name: str
    verb: Verb = "take away"

    @property
    def about(self) -> str:
        return f"board {self.name} with its lists"


@dataclass(frozen=True)
class FileChange:
    path: str
    action: Literal["create", "update", "delete"]
    text: str = ""


@dataclass(frozen=True)
class CommitFiles:
    """`start`: what the branch is made from, if it has to be; `request`: the target of a merge request that follows."""

    project: str
    branch: str
    changes: tuple[FileChange, ...]
    title: str
    start: str = ""
    request: str = ""

    @property
    def verb(self) -> Verb:
        actions = {change.action for change in self.changes}
        return "make" if actions == {"create"} else "take away" if actions == {"delete"} else "change"

    @property
    def about(self) -> str:
        where = f"merge request into {self.request}" if self.request else f"commit to {self.branch}"
        words = {"create": "new", "update": "changed", "delete": "taken away"}
        names = [f"{change.path.rpartition('/')[2]} ({words[change.action]})" for change in self.changes]
        return f"issue templates by a {where}: {', '.join(names)}"


@dataclass(frozen=True)
class DropBranch:
    """A branch of setup's own, and its open merge request (0: none)."""

    project: str
    branch: str
    request: int = 0
    verb: Verb = "take away"

    @property
    def about(self) -> str:
        return f"branch {self.branch}" + (f" and its merge request !{self.request}" if self.request else "")


@dataclass(frozen=True)
class PutHook:
    """`name` is empty where somebody else's hook is only changed. Secrets are in no plan."""

    project: str
    url: str
    name: str
    events: tuple[str, ...]
    hook_id: int | None = None
    why: str = ""

    @property
    def verb(self) -> Verb:
        return "make" if self.hook_id is None else "change"

    @property
    def about(self) -> str:
        why = f": {self.why}" if self.why else f" for {', '.join(self.events)}"
        return f"webhook to {told_address(self.url)}{why}"


@dataclass(frozen=True)
class DeleteHook:
    project: str
    hook_id: int
    url: str
    verb: Verb = "take away"

    @property
    def about(self) -> str:
        return f"webhook to {told_address(self.url)}"


@dataclass(frozen=True)
class PutSchedule:
    project: str
    description: str
    ref: str
    cron: str
    zone: str
    schedule_id: int | None = None

    @property
    def verb(self) -> Verb:
        return "make" if self.schedule_id is None else "change"

    @property
    def about(self) -> str:
        return f"pipeline schedule {self.cron} ({self.zone}) on {self.ref}"


@dataclass(frozen=True)
class DeleteSchedule:
    project: str
    schedule_id: int
    description: str
    verb: Verb = "take away"

    @property
    def about(self) -> str:
        return f"pipeline schedule {self.description}"


@dataclass(frozen=True)
class PutVariable:
    """Its value is never shown."""

    project: str
    key: str
    value: str = field(repr=False)
    description: str
    protected: bool
    masked: bool
    exists: bool = False

    @property
    def verb(self) -> Verb:
        return "change" if self.exists else "make"

    @property
    def about(self) -> str:
        flags = ["masked"] * self.masked + ["protected"] * self.protected
        return f"CI variable {self.key} ({', '.join(flags) or 'plain'})"


@dataclass(frozen=True)
class DeleteVariable:
    project: str
    key: str
    verb: Verb = "take away"

    @property
    def about(self) -> str:
        return f"CI variable {self.key}"


Step = (
    PutLabel
    | DeleteLabel
    | MakeBoard
    | AddList
    | MoveList
    | DeleteBoard
    | CommitFiles
    | DropBranch
    | PutHook
    | DeleteHook
    | PutSchedule
    | DeleteSchedule
    | PutVariable
    | DeleteVariable
)


@dataclass(frozen=True)
class Left:
    """Something that is not as the rules want it and stays so, with what to do about it."""

    project: str
    said: str
    remedy: str = ""


@dataclass(frozen=True)
class Plan:
    """What is to be done, in the order in which it is done; what is left as it is; and what is good to know."""

    steps: tuple[Step, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()

    def __add__(self, other: "Plan") -> "Plan":
        notes = tuple(dict.fromkeys([*self.notes, *other.notes]))
        return Plan(self.steps + other.steps, self.left + other.left, notes)


def shown(step: Step) -> str:
    """One line of a plan."""
    return f"{MARKS[step.verb]} {step.about}"


def as_dict(step: Step) -> dict[str, Any]:
    """As JSON takes it; no values of variables."""
    return {"project": step.project, "step": type(step).__name__, "verb": step.verb, "about": step.about}
