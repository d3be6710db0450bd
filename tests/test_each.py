"""Issue after issue: errors are kept apart, and once GitLab is down the rest is not begun."""

from collections.abc import Callable

from app.each import NotBegun, each
from app.errors import Refused, TriageError, Unauthorized, Unavailable

LONG = 1000.0  # seconds: more than anybody waits


def outcomes(script: dict[int, Exception], number: int) -> list[str]:
    asked: list[int] = []

    def act(item: int) -> str:
        asked.append(item)
        if item in script:
            raise script[item]
        return "done"

    found = list(each(range(number), act))
    assert [item for item, _ in found] == list(range(number))
    named: Callable[[object], str] = lambda r: type(r).__name__ if isinstance(r, TriageError) else str(r)  # noqa: E731
    assert asked == [item for item, result in found if not isinstance(result, NotBegun)]
    return [named(result) for _, result in found]


def test_one_that_is_refused_does_not_stop_the_others() -> None:
    assert outcomes({1: Refused("404", 404)}, 3) == ["done", "Refused", "done"]


def test_after_three_in_a_row_that_gitlab_could_not_answer_nothing_is_begun() -> None:
    down = Unavailable("down", LONG)
    assert outcomes({0: down, 1: down, 3: down}, 5) == [
        "Unavailable",
        "Unavailable",
        "done",
        "Unavailable",
        "done",
    ]
    assert outcomes({1: down, 2: down, 3: down}, 6) == ["done", *["Unavailable"] * 3, "NotBegun", "NotBegun"]


def test_a_token_that_is_not_accepted_ends_it_at_once() -> None:
    assert outcomes({1: Unauthorized("401")}, 4) == ["done", "Unauthorized", "NotBegun", "NotBegun"]


def test_why_the_rest_was_not_begun_is_said() -> None:
    def act(_item: int) -> str:
        raise Unauthorized("401")

    assert [str(result) for _, result in each(range(2), act)] == [
        "401",
        "not begun: GitLab does not accept the token",
    ]
