"""People of boards who cannot do what they are named for."""

from collections.abc import Iterator
from datetime import date

from app.core.board import Board
from app.core.codes.names import LONE_ESCALATION, NO_SA_LEFT, NOT_BEGUN
from app.core.lint.book import Book
from app.core.problem import Problem


def people_faults(book: Book, today: date) -> Iterator[Problem]:
    """Boards without an SA of their own, and those that have not begun."""
    for board in book.ruleset.active_boards.values():
        document = book.boards[board.id]
        left = [p.name.casefold() for p in board.file.sas if p.until is None or p.until >= today]
        if not left:
            message = "the time of every SA named here is over; name one who is there"
            yield document.problem(("sas",), message, NO_SA_LEFT)
        elif board.escalation.issuperset(left):
            message = f"{', '.join(left)} is the board's escalation too, who owns nothing; name an SA beside"
            yield document.problem(("sas",), message, LONE_ESCALATION)
        yield from _begun(board, book, today)


def _begun(board: Board, book: Book, today: date) -> Iterator[Problem]:
    if board.file.since > today:
        message = f"it begins on {board.file.since}; until then every request is left out"
        yield book.boards[board.id].problem(("since",), message, NOT_BEGUN)
