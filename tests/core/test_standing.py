"""How one request stands: late or not, on whom it waits, who has it, what it lacks. A table of timelines."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.ruleset import Ruleset
from app.core.standing import Standing, standing, urgency
from app.core.timeline import read_instant

FILLED = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled'
CLAIMED = f'{FILLED}\n2026-03-02T15:00Z sam adds "SA Triaged"'
WAITING = f'{CLAIMED}\n2026-03-02T16:00Z sam removes "SA Triaged"\n2026-03-02T16:00Z sam adds "SA Waiting"'

StandingOf = Callable[..., Any]


@pytest.fixture(scope="session")
def standing_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> StandingOf:
    """How the lines' request stands at an instant."""

    def make(lines: str, now: str, board: str = "us-east", **changes: Any) -> Standing | None:
        from dataclasses import replace

        issue = replace(issue_of(lines, board), **changes)
        plan = evaluate(issue, ruleset, read_instant(now))
        return standing(issue, plan, ruleset.boards[board], ruleset)

    return make


@pytest.mark.parametrize(
    ("lines", "now", "place"),
    [
        pytest.param(FILLED, "2026-03-03T13:59:59Z", "in time", id="a second before the first promise is due"),
        pytest.param(FILLED, "2026-03-03T14:00Z", "late", id="exactly when it is due"),
        pytest.param(
            f'{CLAIMED}\n2026-03-02T16:00Z alice comments "And?"', "2026-03-04T06:23:59Z", "in time",
            id="a second before the first step",
        ),
        pytest.param(
            f'{CLAIMED}\n2026-03-02T16:00Z alice comments "And?"', "2026-03-04T06:24Z", "at risk",
            id="exactly at it",
        ),
        pytest.param(
            f'{CLAIMED}\n2026-03-02T16:00Z alice comments "And?"', "2026-03-04T16:00Z", "late",
            id="and late after it",
        ),
        pytest.param(WAITING, "2026-03-06T16:00Z", "waiting", id="an SA waits"),
        pytest.param(WAITING, "2026-03-16T14:59:59Z", "waiting", id="a second before the wait is over"),
        pytest.param(WAITING, "2026-03-16T15:00Z", "late", id="waited for too long, which is the SA's to decide"),
        pytest.param(
            f'{WAITING}\n2026-03-03T16:00Z alice comments "Here."', "2026-03-03T17:00Z", "in time", id="answered",
        ),
        pytest.param(
            FILLED.replace("2026-03-02", "2025-03-03"), "2026-03-05T14:00Z", "left alone", id="older than the board"
        ),
        pytest.param(
            FILLED.replace("2026-03-02", "2025-03-03") + '\n2026-03-05T13:00Z triage-bot adds "bot::on"',
            "2026-03-05T14:00Z", "late", id="older, and adopted",
        ),
        pytest.param(
            f'{FILLED}\n2026-03-02T15:00Z sam adds "bot::off"', "2026-03-04T14:00Z", "late",
            id="silenced, which stops no clock",
        ),
    ],
)  # fmt: skip
def test_a_request_is_where_its_clocks_put_it(
    standing_of: StandingOf, lines: str, now: str, place: str
) -> None:
    assert standing_of(lines, now).place == place


def test_who_has_it_and_since_when(standing_of: StandingOf) -> None:
    now = "2026-03-02T17:00Z"
    nobody, sam, waits = (standing_of(lines, now) for lines in (FILLED, CLAIMED, WAITING))
    assert (nobody.owners, nobody.state, nobody.holder, nobody.waits_on) == ((), "Open", "nobody", "")
    assert (sam.owners, sam.state, sam.holder) == (("sam",), "SA Triaged", "sa")
    assert (waits.owners, waits.state, waits.waits_on, waits.state_by) == (
        ("sam",),
        "SA Waiting",
        "alice",
        "sam",
    )
    assert waits.state_since == read_instant("2026-03-02T16:00Z")


def test_whoever_is_assigned_owns_it_sa_or_not(standing_of: StandingOf) -> None:
    assert standing_of(f"{CLAIMED}\n2026-03-02T16:00Z maria assigns root", "2026-03-02T17:00Z").owners == (
        "root",
    )


def test_a_clock_that_stands_still_tells_on_whom(standing_of: StandingOf) -> None:
    lines = f'{CLAIMED}\n2026-03-02T16:00Z alice comments "And?"\n2026-03-02T18:00Z sam adds "SA Waiting"'
    one = standing_of(lines, "2026-03-03T17:00Z")
    still = [clock for clock in one.running if clock.paused_since]
    assert [one.paused_on(clock) for clock in still] == ["alice"] * len(still)
    assert [one.paused_on(clock) for clock in one.running if not clock.paused_since] == [""]


def test_a_wait_on_the_board_that_was_answered_is_told(standing_of: StandingOf) -> None:
    answered = f'{WAITING}\n2026-03-03T16:00Z alice comments "Here."'
    taken_off = (
        f'{answered}\n2026-03-03T16:30Z sam removes "SA Waiting"\n2026-03-03T16:30Z sam adds "SA Doing"'
    )
    found = [standing_of(lines, "2026-03-03T17:00Z") for lines in (WAITING, answered, taken_off)]
    assert [(one.answered, one.waits_on) for one in found] == [(False, "alice"), (True, ""), (False, "")]


def test_what_is_missing_is_what_the_rule_finds(standing_of: StandingOf) -> None:
    now = "2026-03-02T15:00Z"
    lines = FILLED.replace("filled", 'filled except "SA Asks", "Required Capabilities"')
    assert standing_of(lines, now).missing == ("Required Capabilities", "SA Asks")
    assert standing_of(FILLED, now).missing == ()
    excused = f"{lines}\n2026-03-02T14:30Z sam comments\n  | @triage-bot allow incomplete-request because we know them"
    assert standing_of(excused, now).missing == ("Required Capabilities", "SA Asks")


def test_a_template_is_told_where_one_is_followed(standing_of: StandingOf) -> None:
    now = "2026-03-02T15:00Z"
    assert standing_of(FILLED, now).template == "SA Activity"
    assert standing_of('2026-03-02T14:00Z alice opens "Please call Acme"', now).template == ""


def test_of_a_confidential_request_nothing_is_known_but_its_reference(standing_of: StandingOf) -> None:
    one = standing_of(CLAIMED, "2026-03-09T14:00Z", confidential=True)
    assert (one.place, one.reference[-2:], one.open) == ("confidential", "#1", True)
    assert (one.title, one.requester, one.state, one.owners, one.clocks, one.missing) == (
        "",
        "",
        "",
        (),
        (),
        (),
    )


def test_what_is_no_request_has_no_standing(standing_of: StandingOf) -> None:
    now = "2026-03-02T15:00Z"
    assert standing_of(FILLED, now, type="incident") is None
    assert standing_of(FILLED, now, state="closed", moved_to_id=7) is None
    report = FILLED.replace("alice", "triage-bot").replace(' from "SA Activity" filled', "")
    assert standing_of(f"{report}\n  | <!-- triage:report digest us-east -->", now) is None


def test_the_order_is_a_managers(standing_of: StandingOf) -> None:
    """Late first and of those the one that has been late longest; what waits on the requester behind all the others."""
    now = "2026-03-05T14:00Z"
    found = {
        "late": standing_of(FILLED, now),
        "later": standing_of(FILLED.replace("T14", "T16"), now),
        "at risk": standing_of(f'{CLAIMED}\n2026-03-03T18:00Z alice comments "And?"', now),
        "new": standing_of(FILLED.replace("02T14", "05T13"), now),
        "newer": standing_of(FILLED.replace("02T14:00", "05T13:30"), now),
        "waiting": standing_of(WAITING, now),
        "old": standing_of(FILLED.replace("2026-03-02", "2025-03-03"), now),
        "hidden": standing_of(FILLED, now, confidential=True),
    }
    backwards = list(found.values())[::-1]
    names = {id(one): name for name, one in found.items()}
    assert [names[id(one)] for one in sorted(backwards, key=urgency)] == list(found)
