"""Clocks at their edges: at the very instant, a second before it, and where several things meet.

Monday, 2 March 2026, 14:00Z is nine in the morning in New York, where work ends at 22:00Z.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import ValidationError

from app.core.board import Person
from app.core.calendar import Calendar
from app.core.checks.sla import Sla
from app.core.clock_faults import clock_faults
from app.core.model import Issue
from app.core.ruleset import Ruleset
from app.core.shares import shares
from app.core.timeline import read_instant
from tests.histories import facts_of, lines, staffed

OPENS = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled\n'


def promise(**changes: object) -> Sla:
    """Ten hours, round the clock, from the opening to an SA's comment."""
    told: dict[str, object] = {
        "kind": "sla",
        "clock": "edge",
        "starts": ["opened", "requester_activity"],
        "answered_by": ["sa_note", "closed"],
        "paused_while": ["SA Waiting", "Services Request"],
        "target": "10h",
        "count": "wall",
    }
    return Sla.model_validate(told | changes)


HOURS = {"target": "8h", "count": "working_hours"}
EXPEDITE = {"expedite": {"label": "Expedite", "target": "2h", "count": "wall"}}


@pytest.mark.parametrize(
    ("terms", "history", "now", "clocks"),
    [
        pytest.param(
            {},
            '2026-03-03T00:00Z sam comments "Hi."',
            "2026-03-03T01:00Z",
            ["2T14:00 to 3T00:00: breached, due 3T00:00, 10:00 counted"],
            id="answered at the due instant is late",
        ),
        pytest.param(
            {},
            '2026-03-02T23:59:59Z sam comments "Hi."',
            "2026-03-03T01:00Z",
            ["2T14:00 to 2T23:59:59: met, due 3T00:00, 9:59:59 counted"],
            id="a second before it is in time",
        ),
        pytest.param(
            {},
            '2026-03-03T00:00Z sam adds "SA Waiting"',
            "2026-03-03T05:00Z",
            ["2T14:00 to now: breached, due 3T00:00, 10:00 counted"],
            id="a wait that begins at the due instant comes too late",
        ),
        pytest.param(
            {},
            '2026-03-02T23:59:59Z sam adds "SA Waiting"\n2026-03-04T12:00Z alice comments "Yes."',
            "2026-03-04T12:00Z",
            ["2T14:00 to now: running, due 4T12:00:01, 9:59:59 counted"],
            id="a second before it there is a second left after it",
        ),
        pytest.param(
            {},
            '2026-03-02T15:00Z sam adds "SA Waiting"\n2026-03-02T16:00Z sam comments "Well?"',
            "2026-03-02T17:00Z",
            ["2T14:00 to 2T16:00: met, due 3T01:00, 1:00 counted"],
            id="answered while it stands still",
        ),
        pytest.param(
            {"starts": ["requester_activity"]},
            '2026-03-02T15:00Z sam adds "Services Request"\n2026-03-02T16:00Z alice comments "And?"\n'
            '2026-03-02T18:00Z sam removes "Services Request"\n2026-03-02T18:00Z sam comments "Now."',
            "2026-03-02T19:00Z",
            ["2T16:00 to 2T18:00: met, due 3T04:00, 0:00 counted"],
            id="begun and answered in one pause: nothing was counted",
        ),
        pytest.param(
            {},
            '2026-03-02T15:00Z sam adds "Services Request"\n2026-03-02T16:00Z sam adds "SA Waiting"\n'
            '2026-03-02T17:00Z sam removes "Services Request"\n2026-03-02T19:00Z alice comments "Yes."',
            "2026-03-02T20:00Z",
            ["2T14:00 to now: running, due 3T04:00, 2:00 counted"],
            id="two pauses that overlap are counted once",
        ),
        pytest.param(
            {},
            '2026-03-02T15:00Z sam adds "Services Request"\n2026-03-02T17:00Z sam adds "SA Waiting"\n'
            '2026-03-02T17:00Z sam removes "Services Request"\n2026-03-02T19:00Z alice comments "Yes."',
            "2026-03-02T20:00Z",
            ["2T14:00 to now: running, due 3T04:00, 2:00 counted"],
            id="two that touch as well",
        ),
        pytest.param(
            {},
            '2026-03-02T15:00Z sam adds "SA Waiting"\n2026-03-02T15:00Z alice comments "Yes."',
            "2026-03-02T20:00Z",
            ["2T14:00 to now: running, due 3T00:00, 6:00 counted"],
            id="a pause of no length",
        ),
        pytest.param(
            HOURS,
            "",
            "2026-03-02T22:00Z",
            ["2T14:00 to now: breached, due 2T22:00, 8:00 counted"],
            id="eight hours end with the working day, not on the next morning",
        ),
        pytest.param(
            HOURS,
            '2026-03-02T22:00Z sam adds "SA Waiting"\n2026-03-02T23:00Z alice comments "Yes."',
            "2026-03-02T22:30Z",
            ["2T14:00 to now: breached, due 2T22:00, 8:00 counted"],
            id="late at the end of the day, whatever begins then",
        ),
        pytest.param(
            HOURS,
            '2026-03-02T21:59:59Z sam adds "SA Waiting"\n2026-03-02T23:00Z alice comments "Yes."',
            "2026-03-02T23:00Z",
            ["2T14:00 to now: off hours, due 3T14:00:01, 7:59:59 counted"],
            id="a second was left, and it is the first one of the next day",
        ),
        pytest.param(
            {"target": "72h", "count": "wall"},
            '2026-03-06T15:00Z sam comments "Hi."\n2026-03-07T15:00Z alice comments "And?"',
            "2026-03-10T14:59:59Z",
            [
                "2T14:00 to 6T15:00: breached, due 5T14:00, 97:00 counted",
                "7T15:00 to now: running, due 10T15:00, 71:59:59 counted",
            ],
            id="round the clock an hour that is skipped changes nothing",
        ),
        pytest.param(
            {"target": "24h", "count": "working_hours"},
            '2026-03-05T16:00Z sam comments "Hi."\n2026-03-05T17:00Z alice comments "And?"',
            "2026-03-10T15:59:59Z",
            [
                "2T14:00 to 5T16:00: breached, due 4T22:00, 26:00 counted",
                # Five hours of Thursday, eight of Friday and of Monday (from 13:00Z on), three of Tuesday.
                "5T17:00 to now: running, due 10T16:00, 23:59:59 counted",
            ],
            id="working hours follow the clocks on the wall",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T15:00Z alice adds "Expedite"\n2026-03-02T16:00Z sam comments "Hi."\n'
            '2026-03-05T16:00Z sam removes "Expedite"',
            "2026-03-06T12:00Z",
            ["2T14:00 to 2T16:00: met, due 2T17:00, 1:00 counted"],
            id="Expedite taken off after the answer: what was promised was promised",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T15:00Z sam comments "Hi."\n2026-03-02T15:00Z alice adds "Expedite"',
            "2026-03-06T12:00Z",
            ["2T14:00 to 2T15:00: met, due 3T00:00, 1:00 counted"],
            id="put on at the instant of the answer it promised nothing",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T15:00Z alice adds "Expedite"\n2026-03-02T17:00Z sam removes "Expedite"',
            "2026-03-02T18:00Z",
            ["2T14:00 to now: breached, due 2T17:00, 3:00 counted"],
            id="taken off when it has run out: late it stays",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T15:00Z alice adds "Expedite"\n2026-03-02T16:59:59Z sam removes "Expedite"',
            "2026-03-02T18:00Z",
            ["2T14:00 to now: running, due 3T00:00, 4:00 counted"],
            id="a second before that it was in time",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T15:00Z alice adds "Expedite"\n2026-03-02T16:00Z sam adds "SA Waiting"',
            "2026-03-02T18:00Z",
            ["2T14:00 to now: paused, due when it runs again, 1:00 counted"],
            id="it stands still as well",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T23:00Z alice adds "Expedite"\n2026-03-02T23:30Z sam adds "SA Waiting"',
            "2026-03-03T06:00Z",
            ["2T14:00 to now: paused, due when it runs again, 9:30 counted"],
            id="nor does it while that stands still: half an hour is left of ten, not one and a half of two",
        ),
        pytest.param(
            EXPEDITE,
            '2026-03-02T23:30Z alice adds "Expedite"',
            "2026-03-03T00:00Z",
            ["2T14:00 to now: breached, due 3T00:00, 10:00 counted"],
            id="it never makes a promise longer",
        ),
    ],
)
def test_edges(
    ruleset: Ruleset,
    issue_of: Callable[..., Issue],
    terms: dict[str, object],
    history: str,
    now: str,
    clocks: list[str],
) -> None:
    check, facts = promise(**terms), facts_of(issue_of(OPENS + history), ruleset, read_instant(now))
    assert lines(check.clocks(facts, check.cycles(facts)), "edge") == clocks


def test_why_it_stands_still_is_what_is_on_now(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    history = (
        '2026-03-02T15:00Z sam adds "Services Request"\n2026-03-02T16:00Z sofia adds "SA Waiting"\n'
        '2026-03-02T17:00Z sam removes "Services Request"\n'
    )
    check, facts = promise(), facts_of(issue_of(OPENS + history), ruleset, read_instant("2026-03-02T18:00Z"))
    (clock,) = check.clocks(facts, check.cycles(facts))
    assert (clock.paused_for, clock.paused_by) == ("SA Waiting", "sofia")


def test_whoever_answers_a_wait_ended_what_it_ended(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    check = promise(starts=["+SA Waiting"], answered_by=["-SA Waiting"], paused_while=[])
    history = '2026-03-02T15:00Z sam adds "SA Waiting"\n2026-03-02T16:00Z alice comments "Yes."'
    facts = facts_of(issue_of(OPENS + history), ruleset, read_instant("2026-03-02T18:00Z"))
    (clock,) = check.clocks(facts, check.cycles(facts))
    assert (clock.state, clock.ended_by) == ("met", "alice")


@pytest.mark.parametrize("target", ["0h", "-1h", "1.5h", "3651d", "99999d", "48", "", None, 48])
def test_a_target_that_is_no_length_is_refused(target: object) -> None:
    with pytest.raises(ValidationError):
        promise(target=target)


def test_an_owner_who_leaves_the_board_has_had_it_up_to_then(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    """Splitting a span changes no share, wherever it is split."""
    rules = staffed(ruleset, us_east=[Person.model_validate({"name": "sam", "until": "2026-03-03"}), "sofia"])
    history = '2026-03-02T15:00Z sam adds "SA Triaged"\n2026-03-02T16:00Z maria assigns sam\n'
    facts = facts_of(issue_of(OPENS + history), rules, read_instant("2026-03-06T14:00Z"))
    calendar = facts.counting("wall")
    start, left, end = map(read_instant, ("2026-03-02T15:00Z", "2026-03-04T05:00Z", "2026-03-05T05:00Z"))
    found = shares(facts, calendar, start, end)
    assert {who: round(time / timedelta(hours=1)) for who, time in found.items()} == {"sa": 38, "others": 24}
    assert shares(facts, calendar, left, end) == {"others": timedelta(hours=24)}


def test_a_target_that_a_calendar_never_reaches_is_a_fault_of_the_rule(ruleset: Ruleset) -> None:
    """Else looking at any request of that board would fail."""
    rule = next(rule for rule in ruleset.rules if rule.id == "late-activity")
    assert list(clock_faults(rule, ruleset)) == []
    seldom = Calendar("Europe/London", {"mon": [("09:00", "10:00")]})
    emea = replace(ruleset.boards["emea"], calendar=seldom)
    scanty = replace(ruleset, boards=ruleset.boards | {"emea": emea})
    assert list(clock_faults(rule, scanty)) == []
    long = rule.model_copy(
        update={
            "check": promise(
                target="200d", count="working_hours", earlier=[{"before": "2026-01-01", "target": "200d"}]
            )
        }
    )
    (fault,) = clock_faults(long, scanty)
    assert fault[0] == ("check", "target")
    assert "by the calendar of emea it is not reached within 60 years" in fault[1]
