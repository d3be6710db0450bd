"""The worlds that a sandbox can start with. No issues: those come over the API, or from seeding.py."""

from collections.abc import Callable
from datetime import datetime

from app.sandbox.entities import DEVELOPER, GUEST, MAINTAINER, OWNER, PLANNER, Board, BoardList
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


def _default(world: World) -> None:
    """The triage boards with their people, labels and lists."""
    _people(world)
    group, architects = world.add_group(TRIAGE_GROUP), world.add_group(ARCHITECTS_GROUP)
    roles = {
        "alice": GUEST,
        "sam": DEVELOPER,
        "sofia": DEVELOPER,
        "maria": MAINTAINER,
        "triage-bot": PLANNER,
        "sweep-bot": PLANNER,
    }
    for user in world.users.values():
        if user.username in roles:
            world.add_member(group, user, roles[user.username])
        if user.username in ("sam", "sofia"):
            world.add_member(architects, user, DEVELOPER)
        if user.bot:  # who reads a private group's members must be one of them
            world.add_member(architects, user, GUEST)
    states = [world.add_label(group, name, color) for name, color in STATE_LABELS.items()]
    for name, color in OTHER_LABELS.items():
        world.add_label(group, name, color)
    for path in PROJECTS:
        lists = [BoardList(world.next_id("list"), label) for label in states]
        world.add_project(group, path).boards.append(Board(world.next_id("board"), "Development", lists))


SCENES: dict[str, Callable[[World], None]] = {"default": _default, "empty": _empty}
