"""The issues in which rules list what they find: after a sweep each is opened, or edited in place. Decides nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.core.board import Board
from app.core.listed import Listed
from app.core.listing import body, of_rule, same
from app.core.model import IssueRef
from app.core.ruleset import Ruleset
from app.errors import TriageError, Unauthorized
from app.gitlab import reports
from app.gitlab.client import GitLab


@dataclass(frozen=True)
class Summary:
    """What became of one rule's issue on one board, or would in a dry run. `done` is `opened`, `edited` or `as it was`;
    else `error` says why it is not written. `reference` is empty where there is none yet."""

    rule: str
    board: str
    items: int
    done: str = ""
    reference: str = ""
    error: str = ""

    def as_dict(self) -> dict[str, object]:
        """The summary as JSON takes it."""
        return {
            "rule": self.rule,
            "board": self.board,
            "items": self.items,
            "done": self.done,
            "reference": self.reference,
            "error": self.error,
        }


def by_board(found: Iterable[Listed], places: Mapping[IssueRef, str]) -> dict[str, list[Listed]]:
    """The lines by the board on which the request is."""
    boards: dict[str, list[Listed]] = defaultdict(list)
    for one in found:
        boards[places[one.ref]].append(one)
    return boards


def summaries(
    gitlab: GitLab,
    ruleset: Ruleset,
    boards: Iterable[Board],
    found: dict[str, list[Listed]],
    incomplete: frozenset[str],
    now: datetime,
    *,
    apply: bool,
) -> list[Summary]:
    """What became of each. `found` is by board; of a board that was not read as a whole nothing is written."""
    done = []
    for board in boards:
        for rule, spec in ruleset.summaries.items():
            listed = of_rule(found.get(board.id, ()), rule)
            if not listed:
                continue
            if board.id in incomplete:
                why = "not every request could be looked at, so the list stays as it was"
                done.append(Summary(rule, board.id, len(listed), error=why))
                continue
            try:
                project = gitlab.project_id(board.file.project)
                text = body(rule, board.id, spec, listed, now)
                put = reports.put(gitlab, project, spec.title, text, same, apply=apply, labels=spec.labels)
            except Unauthorized:
                raise
            except TriageError as error:
                done.append(Summary(rule, board.id, len(listed), error=str(error)))
                continue
            reference = put.report.reference if put.report else ""
            done.append(Summary(rule, board.id, len(listed), put.done, reference))
    return done
