"""Makes a board's digest and keeps it as an issue there, if it is to. Decides nothing."""

from dataclasses import dataclass
from datetime import datetime

from app import digest_text
from app.core.board import Board
from app.core.digest import Digest, digest, period_begins
from app.errors import ConfigError
from app.gitlab import reports
from app.standings import standings
from app.sweep import CLOSED_FOR
from app.tools import Tools


@dataclass(frozen=True)
class Digested:
    """A digest, and what became of its issue: None where none was asked for, or not everything could be read.

    Closed requests are known back to `reaches`.
    """

    board: Board
    figures: Digest
    reaches: datetime
    failed: list[str]
    put: reports.Put | None = None
    dry_run: bool = False

    @property
    def text(self) -> str:
        return digest_text.as_markdown(self.figures, self.board, reaches=self.reaches)


def run(tools: Tools, board: Board, days: int, *, to_issue: bool, dry_run: bool) -> Digested:
    """The digest of the board for so many days and today. With `to_issue` it is kept as an issue; in a dry run it is
    only told what would be done. Of a board that was not read as a whole nothing is written.

    Errors: ConfigError for a board that is only watched, Unauthorized, Unavailable, Refused.
    """
    if to_issue and board.file.watched:
        why = "is only watched, and nothing is written there; leave --to out, and it is printed"
        raise ConfigError(f"the board {board.file.id} {why}")
    reaches = tools.clock.now() - CLOSED_FOR
    found = standings(tools, [board])
    since = period_begins(found.at, days, board.calendar.zone)
    figures = digest(board.file.id, found.requests, since, found.at)
    put = None
    if to_issue and not found.failed:
        body = digest_text.as_issue(figures, board, reaches=reaches)
        put = reports.put(
            tools.gitlab,
            tools.gitlab.project_id(board.file.project),
            digest_text.title(board),
            body,
            digest_text.same,
            apply=not dry_run,
        )
    return Digested(board, figures, reaches, found.failed, put, dry_run)


def as_text(done: Digested) -> str:
    """What was done with the issue, in a line or two; the digest itself where nothing is written."""
    said = [_said(done.put, dry_run=done.dry_run)] if done.put else []
    return "\n\n".join([*said, *([done.text] if not done.put or done.dry_run else [])])


def as_data(done: Digested) -> dict[str, object]:
    """The digest as JSON takes it, with what was done."""
    put = done.put
    issue = put and {
        "reference": put.report.reference if put.report else None,
        "done": put.done,
        "applied": not done.dry_run,
        "closed": list(put.closed),
    }
    figures = digest_text.as_data(done.figures, done.board, reaches=done.reaches)
    return figures | {"issue": issue, "complete": not done.failed, "failed": done.failed}


def _said(put: reports.Put, *, dry_run: bool) -> str:
    would = "would be " if dry_run else ""
    name = put.report.reference if put.report else "a new issue"
    done = f"{name}: as it was" if put.done == "as it was" else f"{name}: {would}{put.done}"
    return "\n".join([done, *(f"{second}: {would}closed; the older one is kept" for second in put.closed)])
