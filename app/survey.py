"""Looks at every issue of some boards and tells what was made of each. Writes nothing, to GitLab or elsewhere."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from app.core.board import Board
from app.core.ruleset import Ruleset
from app.reconcile import Looked
from app.sweep import CLOSED_FOR, sweep
from app.tools import Tools

THREADS = 4

T = TypeVar("T")


@dataclass
class Surveyed(Generic[T]):
    """What was made of each issue, and what could not be read: each with the reason, boards and issues alike."""

    rows: list[T] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def survey(
    boards: list[Board],
    tools: Tools,
    see: Callable[[Looked, Board], T],
    threads: int = THREADS,
    closed_for: timedelta = CLOSED_FOR,
    against: Ruleset | None = None,
) -> Surveyed[T]:
    """What `see` makes of every open issue of the boards, and of those closed in the last 14 days or as long as it is
    told, in no order. Whom the boards of rules `against` name is known as well.

    What a sweep knows of them from before is not read again. Errors: Unauthorized. Whatever else goes wrong is in
    `failed`, and the rest is read all the same.
    """
    found = Surveyed[T]()
    lock = threading.Lock()

    def keep(looked: Looked, board: Board) -> None:
        row = see(looked, board)
        with lock:
            found.rows.append(row)

    report = sweep(
        boards,
        gitlab=tools.gitlab,
        ruleset=tools.ruleset,
        now=tools.clock.often(),
        known=tools.known,
        inbox=tools.inbox,
        apply=False,
        everything=True,
        closed_for=closed_for,
        against=against,
        restraint=tools.restraint,
        threads=threads,
        trigger="explain",
        see=keep,
    )
    found.failed += [f"{board}: {error}" for board, error in report.boards_failed.items()]
    found.failed += [f"{row.reference}: {row.error}" for row in report.failed]
    found.failed += [report.stopped] if report.stopped else []
    return found
