"""The worlds that a sandbox can start with. No issues: those come over the API, or from seeding.py."""

from collections.abc import Callable
from datetime import datetime

from app.sandbox.entities import (
    DEVELOPER,
    GUEST,
    MAINTAINER,
    OWNER,
    PLANNER,
    Board,
    BoardList,
    Group,
    Label,
    User,
)
from app.sandbox.repository import Repository
from app.sandbox.world import World

TRIAGE_GROUP = "gitlab-com/customer-success/sa-triage-boards"
ARCHITECTS_GROUP = "gitlab-com/customer-success/solution-architects"
PROJECTS = (
    "us-east-enterprise-triage",
    "us-west-enterprise-triage",
    "emea-triage",
    "commercial-triage",
    "emea-commercial-triage",
    "apac-triage",
)
# The boards beside the regional ones: groups with their projects. Apart from PROJECTS, whose ids scripts rely on; a new
# one goes last.
OTHER_PROJECTS = {
    TRIAGE_GROUP: ("sme-triage",),
    "gitlab-com/customer-success/solutions-architecture": ("marketing-support-requests", "ecosystem-triage"),
    "gitlab-com/customer-success/solutions-architecture-leaders": ("sa-initiatives",),
    "gitlab-com/marketing": ("event-staffing",),
}
STATE_LABELS = {
    "SA Triaged": "#428bca",
    "SA Demo Ready": "#5843ad",
    "SA Doing": "#69d100",
    "SA Waiting": "#f0ad4e",
    "SA Followup": "#7f8c8d",
}
OTHER_LABELS = {
    "SA POV": "#8e44ad",
    "Security Audit": "#34495e",
    "Services Request": "#44ad8e",
    "Expedite": "#d9534f",
    "sla::breached": "#cc0033",
    "sla::at-risk": "#e67e22",
    "bot::off": "#d1d100",
    "bot::on": "#a8d695",
}
# Those that came later, so that the ids of the others stay.
LATER_LABELS = {"Security Ready for Review": "#5843ad", "Security Reviewed": "#1f7e23"}
PARTNER_LABELS = {
    "Partner-SA": "#6699cc",
    "Partner Region-AMER": "#c39953",
    "Partner Region-APAC": "#9400d3",
    "Partner Region-EMEA": "#36454f",
}
QUARTER_LABELS = {f"quarter::Q{n}": "#5cb85c" for n in (1, 2, 3, 4)}
NEW_GROUP, NEW_PROJECTS = "acme", ("triage-east", "triage-west", "triage-rules")
ROLES = {
    "alice": GUEST,
    "sam": DEVELOPER,
    "sofia": DEVELOPER,
    "maria": MAINTAINER,
    "triage-bot": PLANNER,
    "sweep-bot": PLANNER,
}


def load(world: World, scene: str = "default", at: datetime | None = None) -> None:
    """Empty the world and set this scene, from `at` on; ValueError for a scene that is not known."""
    if scene not in SCENES:
        raise ValueError(f"unknown scene {scene!r}; known are {', '.join(SCENES)}")
    with world.lock:
        world.reset()
        world.clock.reset(at)
        SCENES[scene](world)


def _people(world: World) -> None:
    world.add_user("root", "Administrator", admin=True)
    world.add_user("alice", "Alice Archer")
    world.add_user("sam", "Sam Sato")
    world.add_user("sofia", "Sofia Silva")
    world.add_user("maria", "Maria Moreau")
    world.add_user("triage-bot", "Triage Bot", bot=True)
    world.add_user("sweep-bot", "Sweep Bot", bot=True)


def _empty(world: World) -> None:
    """The users, and a group of root's with nothing in it."""
    _people(world)
    root = world.users[1]
    world.add_member(world.add_group("sandbox"), root, OWNER)


def _new(world: World) -> None:
    """A group as a newcomer has it: its people, two projects for boards, one for rules; no labels, no boards, no files.

    Maria owns it, and the bot is a Planner.
    """
    _people(world)
    group = world.add_group(NEW_GROUP)
    for user in world.users.values():
        _join(world, group, user)
    group.members[next(u.id for u in world.users.values() if u.username == "maria")].level = OWNER
    for path in NEW_PROJECTS:
        world.add_project(group, path).repository = Repository()


def _default(world: World) -> None:
    """The triage boards with their people, labels and lists."""
    _people(world)
    group, architects = world.add_group(TRIAGE_GROUP), world.add_group(ARCHITECTS_GROUP)
    for user in world.users.values():
        _join(world, group, user)
        if user.username in ("sam", "sofia"):
            world.add_member(architects, user, DEVELOPER)
        if user.bot:  # who reads a private group's members must be one of them
            world.add_member(architects, user, GUEST)
    states = _add_labels(world, group)
    for path in PROJECTS:
        _add_board(world, group, path, states)
    for full_path, paths in OTHER_PROJECTS.items():
        other = world.add_group(full_path)
        if other is not group:
            for user in world.users.values():
                _join(world, other, user)
            states = _add_labels(world, other)
        for name, color in (PARTNER_LABELS | QUARTER_LABELS).items():
            world.add_label(other, name, color)
        for path in paths:
            _add_board(world, other, path, states)
    for place in world.groups.values():
        if any(label.name == "SA POV" for label in world.labels_in(place)):
            for name, color in LATER_LABELS.items():
                if all(label.name != name for label in world.labels_in(place)):
                    world.add_label(place, name, color)


def _join(world: World, group: Group, user: User) -> None:
    """The user as a member of a group with boards, if they are one of the people there."""
    if user.username in ROLES:
        world.add_member(group, user, ROLES[user.username])


def _add_labels(world: World, group: Group) -> list[Label]:
    """The labels of a group with boards; gives back those that say where a request stands."""
    states = [world.add_label(group, name, color) for name, color in STATE_LABELS.items()]
    for name, color in OTHER_LABELS.items():
        world.add_label(group, name, color)
    return states


def _add_board(world: World, group: Group, path: str, states: list[Label]) -> None:
    """A project with one board, on which each state label is a list."""
    lists = [BoardList(world.next_id("list"), label) for label in states]
    world.add_project(group, path).boards.append(Board(world.next_id("board"), "Development", lists))


SCENES: dict[str, Callable[[World], None]] = {"default": _default, "empty": _empty, "new": _new}
