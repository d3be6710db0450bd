"""How the requests of some boards stand, read from GitLab. Writes nothing."""

from dataclasses import dataclass
from datetime import datetime

from app.core.board import Board
from app.core.standing import Standing, standing
from app.reconcile import Looked
from app.survey import survey
from app.tools import Tools


@dataclass(frozen=True)
class Standings:
    """The requests of the boards as of `at`, open and closed ones; `failed` is what could not be read."""

    boards: list[Board]
    at: datetime
    requests: list[Standing]
    failed: list[str]


def standings(tools: Tools, boards: list[Board]) -> Standings:
    """How every request of the boards stands that is open or was closed in the last 14 days. Errors: Unauthorized."""

    def see(looked: Looked, board: Board) -> Standing | None:
        return standing(looked.issue, looked.plan, board, tools.ruleset)

    found = survey(boards, tools, see)
    rows = [row for row in found.rows if row is not None]
    return Standings(boards, max([tools.clock.now(), *(row.at for row in rows)]), rows, found.failed)
