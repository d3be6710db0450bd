"""Issue after issue through an act that asks GitLab, until GitLab is down or takes the token back. Decides nothing."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from app.errors import TriageError, Unauthorized, Unavailable
from app.sweep.patience import IN_A_ROW, patiently

T = TypeVar("T")
R = TypeVar("R")


class NotBegun(TriageError):
    """An issue was not reached, since all had ended before."""


def each(items: Iterable[T], act: Callable[[T], R]) -> Iterator[tuple[T, R | TriageError]]:
    """What came of each item, in order: what the act gave, or the error in which it ended.

    An unavailable GitLab is waited for, as a sweep waits. Once it did not answer for three items in a row, or does not
    accept the token, all others are NotBegun.
    """
    in_a_row, over = 0, ""
    for item in items:
        if over:
            yield item, NotBegun(f"not begun: {over}")
            continue
        found = _one(item, act)
        yield item, found
        in_a_row = in_a_row + 1 if isinstance(found, Unavailable) else 0
        if isinstance(found, Unauthorized):
            over = "GitLab does not accept the token"
        elif in_a_row >= IN_A_ROW:
            over = f"GitLab did not answer for {IN_A_ROW} issues in a row"


def _one(item: T, act: Callable[[T], R]) -> R | TriageError:
    try:
        return patiently(lambda: act(item))
    except TriageError as error:
        return error
