"""Looks at every issue of some boards and tells what was made of each. Writes nothing, to GitLab or elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from app.core.board import Board
from app.core.model import IssueRef
from app.errors import TriageError, Unauthorized
from app.reconcile import Looked
from app.service import Tools, look_only
from app.sweep import issues_of, patiently

T = TypeVar("T")


@dataclass
class Surveyed(Generic[T]):
    """What was made of each issue, and what could not be read: each with the reason, boards and issues alike."""

    rows: list[T] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def survey(boards: list[Board], tools: Tools, see: Callable[[Looked, Board], T]) -> Surveyed[T]:
    """What `see` makes of every open issue of the boards, and of those closed in the last 14 days.

    Errors: Unauthorized. Whatever else goes wrong is in `failed`, and the rest is read all the same.
    """
    found = Surveyed[T]()
    for board in boards:
        try:
            listed = patiently(partial(_listed, tools, board))
        except Unauthorized:
            raise
        except TriageError as error:
            found.failed.append(f"{board.id}: {error}")
            continue
        for ref, reference in listed:
            try:
                found.rows.append(see(patiently(partial(look_only, tools, ref)), board))
            except Unauthorized:
                raise
            except TriageError as error:
                found.failed.append(f"{reference}: {error}")
    return found


def _listed(tools: Tools, board: Board) -> list[tuple[IssueRef, str]]:
    return list(issues_of(tools.gitlab, board, tools.clock.now()))
