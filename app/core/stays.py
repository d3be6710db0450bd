"""On which boards a request was, one after another: whose calendar counts, and who its SAs were."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.board import Board, People, Role
from app.core.model import Issue, User

_MOVED_FROM = re.compile(r"\Amoved from (?P<path>[\w./-]+?)?#\d+")


@dataclass(frozen=True)
class Stay:
    """The request was on `board` from `start` on; `known` is false where the board it came from is none of ours."""

    board: Board
    start: datetime
    known: bool = True


def former_projects(issue: Issue) -> tuple[tuple[datetime, str], ...]:
    """When the issue was moved, and the path of the project from which it came, as GitLab writes it: often short, and
    empty for the one in which it is again (GitLab writes the lines anew that a move copies)."""
    found = ((note.at, _MOVED_FROM.match(note.body)) for note in issue.arrivals)
    return tuple((at, match["path"] or "") for at, match in found if match)


def stays(issue: Issue, board: Board, boards: Mapping[str, Board]) -> tuple[Stay, ...]:
    """The stays, oldest first; the last is on `board`. `boards` are by their project's path, in lower case.

    A stay on a project that is no board of ours is counted by the board to which the request came next.
    """
    moves = former_projects(issue)
    if not moves:
        return (Stay(board, issue.created_at),)
    starts = [issue.created_at, *(at for at, _ in moves)]
    found = [Stay(board, starts[-1])]
    for start, (_, path) in zip(reversed(starts[:-1]), reversed(moves), strict=True):
        former = named(path, issue.project, boards)
        found.append(Stay(former or found[-1].board, start, former is not None))
    return tuple(reversed(found))


def named(path: str, near: str, boards: Mapping[str, Board]) -> Board | None:
    """The board of a project named in full, or as seen from the project `near`, itself for an empty path; None where it
    is none, or several."""
    path = path.casefold() or near.casefold()
    group = near.casefold().rpartition("/")[0]
    if found := boards.get(path) or boards.get(f"{group}/{path}"):
        return found
    fitting = [board for key, board in boards.items() if key.endswith(f"/{path}")]
    return fitting[0] if len(fitting) == 1 else None


class PeopleOfStays(People):
    """Who is who on a request that was moved: at each instant by the board on which it was then."""

    def __init__(self, found: tuple[Stay, ...], issue: Issue) -> None:
        super().__init__(found[-1].board, issue)
        self._people_here = People(found[-1].board, issue)
        self._before = [(stay.start, People(stay.board, issue)) for stay in found[:-1]]
        self._here = found[-1].start

    def role(self, user: User | None, at: datetime) -> Role:
        return self._then(at).role(user, at)

    def held_by(self, user: User, at: datetime) -> frozenset[str]:
        return self._then(at).held_by(user, at)

    @property
    def here(self) -> People:
        return self._people_here

    def turns(self) -> frozenset[datetime]:
        """The instants of the moves too."""
        former = (people.turns() | {start} for start, people in self._before)
        return self.here.turns().union({self._here}, *former)

    def _then(self, at: datetime) -> People:
        if at >= self._here:
            return self.here
        then = [people for start, people in self._before if start <= at] or [self._before[0][1]]
        return then[-1]
