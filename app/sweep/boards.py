"""Which boards there are, and which of their issues may want a look."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from app.core.board import Board
from app.core.model import IssueRef
from app.core.ruleset import Ruleset
from app.errors import ConfigError
from app.gitlab import payloads
from app.gitlab.client import GitLab

CLOSED_FOR = timedelta(days=14)


def choose_boards(ruleset: Ruleset, names: list[str]) -> list[Board]:
    """The boards by id, all active ones when none is named. Errors: ConfigError for one that does not exist."""
    unknown = [name for name in names if name not in ruleset.active_boards]
    if unknown:
        raise ConfigError(f"unknown board {unknown[0]!r}; known: {', '.join(ruleset.active_boards)}")
    return [ruleset.boards[name] for name in dict.fromkeys(names or ruleset.active_boards)]


def issues_of(
    gitlab: GitLab, board: Board, now: datetime, closed_since: datetime | None = None
) -> Iterator[tuple[IssueRef, str]]:
    """Open issues first, then those closed since then; by time of change, so that nothing is skipped.

    `closed_since` is 14 days before `now` unless it is given.
    """
    project = gitlab.project_id(board.file.project)
    since = closed_since or now - CLOSED_FOR
    found: dict[IssueRef, str] = {}
    for row in gitlab.issues(project, state="opened"):
        found[IssueRef(project, int(row["iid"]))] = str(row["references"]["full"])
    for row in gitlab.issues(project, state="closed", updated_after=since):
        closed_at = row.get("closed_at")
        if closed_at and payloads.instant(closed_at) >= since:
            found[IssueRef(project, int(row["iid"]))] = str(row["references"]["full"])
    yield from found.items()
