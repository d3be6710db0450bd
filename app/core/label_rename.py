"""Whether a label may be given another name, and where GitLab has to be told. Decides only.

GitLab keeps a label's name in one place, and its issues and label events point there: a label that is renamed by its
id keeps its issues, and histories tell the new name from then on as if it had always been so. Two labels cannot be made
one in this way, so nothing is renamed where the new name is taken.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

PLANNER = 15  # may change labels: https://docs.gitlab.com/user/permissions/
LONGEST = 255
FORBIDDEN = ',"`\\\n\r\t'


@dataclass(frozen=True)
class Home:
    """Whose label it is: a project's or a group's."""

    path: str
    group: bool = False

    def __str__(self) -> str:
        return f"group {self.path}" if self.group else self.path


@dataclass(frozen=True)
class Label:
    """One label, as GitLab has it."""

    id: int
    name: str
    home: Home


@dataclass(frozen=True)
class Seen:
    """The project of a board with its labels, those of its groups too; or why it could not be looked at."""

    board: str
    project: str
    labels: tuple[Label, ...] = ()
    unseen: str = ""

    def named(self, name: str) -> tuple[Label, ...]:
        return tuple(label for label in self.labels if label.name == name)


@dataclass(frozen=True)
class Step:
    """One label to be renamed, and the boards that have it."""

    label: Label
    boards: tuple[str, ...]


@dataclass(frozen=True)
class Steps:
    """What is to be done in GitLab. `done` are boards that have the new name already, `lacking` those that have neither
    one; `refusals` say why nothing may be done at all."""

    steps: tuple[Step, ...]
    done: tuple[str, ...]
    lacking: tuple[str, ...]
    refusals: tuple[str, ...]


def name_faults(old: str, new: str) -> list[str]:
    """What is wrong with the names themselves."""
    found = []
    if old == new:
        found.append("both names are the same")
    for name in dict.fromkeys((old, new)):
        if not name or name != " ".join(name.split(" ")).strip() or len(name) > LONGEST:
            found.append(f'"{name}" is no name of a label: 1 to {LONGEST} characters, no blanks around it')
        elif bad := [c for c in name if c in FORBIDDEN]:
            found.append(f'"{name}" holds {bad[0]!r}, which no label of a board may; choose another name')
    if not found and scope(old) != scope(new):
        told = f'"{old}" belongs to {_scope(old)}, and "{new}" to {_scope(new)}'
        found.append(f"{told}: of one scope GitLab lets one label be on, so that this is no mere rename")
    return found


def scope(name: str) -> str:
    """What stands before the last `::`; empty for a label without one."""
    return name.rpartition("::")[0]


def _scope(name: str) -> str:
    return f'the scope "{scope(name)}"' if scope(name) else "no scope"


def steps_for(old: str, new: str, seen: Iterable[Seen], levels: Mapping[Home, int]) -> Steps:
    """What is to be done. `levels` says what access the bot has to each home of the label."""
    seen = list(seen)
    refusals = [f"{each.board}: {each.unseen}" for each in seen if each.unseen]
    found: dict[Label, list[str]] = {}
    done, lacking = list[str](), list[str]()
    for each in seen:
        olds, news = each.named(old), each.named(new)
        if olds and news:
            homes = " and in ".join(dict.fromkeys(str(label.home) for label in news))
            told = f'{each.board}: there is a label "{new}" beside "{old}", in {homes}; two labels are not made one'
            refusals.append(
                f"{told} by renaming. Move its issues over and delete one of them, or choose another name"
            )
        elif news:
            done.append(each.board)
        elif not olds and not each.unseen:
            lacking.append(each.board)
        for label in olds:
            found.setdefault(label, []).append(each.board)
    for home in dict.fromkeys(label.home for label in found):
        if levels.get(home, 0) < PLANNER:
            told = f"{home}: the bot has access level {levels.get(home, 0)} there, and may not change labels"
            refusals.append(f"{told}; make it a Planner ({PLANNER})")
    steps = tuple(Step(label, tuple(boards)) for label, boards in found.items())
    return Steps(steps, tuple(done), tuple(lacking), tuple(refusals))


def unknown(old: str, names: Iterable[str]) -> str:
    """What to say of a label that neither the rules nor GitLab know."""
    close = get_close_matches(old, sorted(set(names)), n=1)
    return f'neither the rules nor any board knows a label "{old}"' + (
        f'; did you mean "{close[0]}"?' if close else ""
    )
