"""`triage rules check --online`: the boards' projects, one by one, through the one client with its budget."""

from app.core.lint import Book
from app.core.lint.online import label_faults, place_faults
from app.core.problem import Problem
from app.gitlab.client import GitLab
from app.gitlab.places import Places
from app.settings import read_settings
from app.tools import gitlab_of


def compared(book: Book) -> list[Problem]:
    """What does not agree with the GitLab of the environment. Errors: ConfigError, Unavailable, Refused."""
    gitlab = gitlab_of(read_settings())
    try:
        return compared_with(gitlab, book)
    finally:
        gitlab.close()


def compared_with(gitlab: GitLab, book: Book) -> list[Problem]:
    """What does not agree with that GitLab, of the boards that are looked after."""
    places, bots = Places(gitlab.calls, gitlab.members), gitlab.bots()
    admin = places.administrates()
    boards = book.ruleset.active_boards
    seen = {id_: places.look(board, book.ruleset.templates) for id_, board in boards.items()}
    found = [
        f for id_, place in seen.items() for f in place_faults(boards[id_], place, book, bots, admin=admin)
    ]
    return [*found, *label_faults(seen, book)]
