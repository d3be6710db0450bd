"""When a meeting is near, what it lacks then, and that one summons is enough."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.after import after
from app.core.checks.meeting import Meeting
from app.core.evaluate import evaluate
from app.core.facts import Facts, gather
from app.core.model import Issue
from app.core.plan import Plan, PutNote, Summon, stamp
from app.core.result import Result
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

OWNER = {"kind": "meeting", "block": "Preferred Date Options", "ahead": "2d", "lacks": "owner"}
INFORMATION = OWNER | {"lacks": "information"}
TICK = timedelta(microseconds=1)
# A Tuesday and the day after, ten in the morning in New York; the clocks went forward on the 8th.
MEETING, NEXT = "2026-03-17T14:00Z", "2026-03-18T14:00Z"


def request(dates: str, after: str = "") -> str:
    bars = f'2026-03-02T14:00Z alice opens "Acme demo"\n  | ## Preferred Date Options\n  | {dates}\n'
    return bars + after


ONE = request("Tue 17 March 10:00 ET")
TWO = request("Tue 17 March 10:00 ET, or Wed 18 March 10:00 ET")


@pytest.fixture(scope="module")
def facts_of(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Facts]:
    def make(lines: str, now: str, board: str = "us-east") -> Facts:
        there = ruleset.boards[board]
        return gather(issue_of(lines, board), there, ruleset.labels, ruleset.templates, read_instant(now))

    return make


@pytest.fixture(scope="module")
def looked(facts_of: Callable[..., Facts]) -> Callable[..., Result]:
    def make(lines: str, now: str, board: str = "us-east", **said: object) -> Result:
        return Meeting.model_validate(OWNER | said).look(facts_of(lines, now, board))

    return make


@pytest.mark.parametrize(
    ("lines", "now", "failing", "recheck"),
    [
        (ONE, "2026-03-02T14:00Z", False, "2026-03-13T14:00Z"),
        (ONE, "2026-03-13T13:59:59Z", False, "2026-03-13T14:00Z"),
        (ONE, "2026-03-13T14:00Z", True, MEETING),  # Friday: a weekend lies between
        (ONE, "2026-03-15T14:00Z", True, MEETING),
        (ONE, "2026-03-17T13:59:59Z", True, MEETING),
        (ONE, MEETING, False, None),
        (TWO, "2026-03-13T14:00Z", True, MEETING),
        (TWO, MEETING, True, NEXT),  # the first has passed, the second is near
        (TWO, NEXT, False, None),
        (request("Thu 26 March 10:00 ET, Tue 17 March 10:00 ET"), MEETING, False, "2026-03-24T14:00Z"),
        (request("Mon 16 March 10:00 ET"), "2026-03-12T14:00Z", True, "2026-03-16T14:00Z"),
        (request("Tue 26 May 10:00 ET"), "2026-05-21T14:00Z", True, "2026-05-26T14:00Z"),  # Memorial Day
        (request("Tue 26 May 10:00 ET"), "2026-05-21T13:59Z", False, "2026-05-21T14:00Z"),
        (request("Mon 9 March 10:00 ET"), "2026-03-05T15:00Z", True, "2026-03-09T14:00Z"),  # an hour is lost
        (request("Sat 14 March 10:00 ET"), "2026-03-12T04:00Z", True, "2026-03-14T14:00Z"),  # no working day
        (request("some day soon"), "2026-03-16T14:00Z", False, None),
        (request("Tue 17 March"), "2026-03-16T14:00Z", False, None),  # no time, so nobody knows when
        (request(""), "2026-03-16T14:00Z", False, None),
    ],
)  # fmt: skip
def test_when_a_meeting_is_near(
    looked: Callable[..., Result], lines: str, now: str, failing: bool, recheck: str | None
) -> None:
    result = looked(lines, now)
    assert result.failing == failing
    assert result.recheck_at == (read_instant(recheck) if recheck else None)


def test_a_meeting_on_the_next_day_is_near_at_once(looked: Callable[..., Result]) -> None:
    result = looked(request("Tue 3 March 9:00 ET"), "2026-03-02T14:00Z")
    assert result.failing
    assert result.cause_at == result.since == read_instant("2026-03-02T14:00Z")


def test_two_working_days_are_the_boards(looked: Callable[..., Result]) -> None:
    lines = request("Mon 6 April 15:00 London")  # Good Friday and Easter Monday are holidays in England
    assert looked(lines, "2026-03-31T23:00Z", "emea").failing
    assert not looked(lines, "2026-03-31T22:59:59Z", "emea").failing


@pytest.mark.parametrize(
    ("lines", "failing"),
    [
        (ONE, True),
        (ONE + "2026-03-03T14:00Z maria assigns sam", False),
        (ONE + "2026-03-03T14:00Z triage-bot assigns sam", False),
        (ONE + "2026-03-03T14:00Z maria assigns sam\n2026-03-14T14:00Z maria unassigns sam", True),
        (ONE + '2026-03-03T14:00Z sam adds "SA Triaged"', True),  # owning is being assigned
    ],
)
def test_who_owns_it(looked: Callable[..., Result], lines: str, failing: bool) -> None:
    result = looked(lines, "2026-03-16T14:00Z")
    assert result.failing == failing
    assert (result.recheck_at is None) != failing  # with an owner, time alone changes nothing


def filled(*left_out: str) -> str:
    names = ", ".join(f'"{name}"' for name in left_out)
    return f'2026-03-02T14:00Z alice opens "Acme" from "SA Activity" filled except {names}\n'


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (filled("Meeting Goals"), ""),  # it would only help
        (filled("SA Asks"), "**SA Asks**"),
        (filled("SA Asks", "Challenges/Pain Points"), "**Challenges/Pain Points** and **SA Asks**"),
        (filled("Preferred Date Options", "SA Asks"), ""),  # no meeting
    ],
)
def test_what_an_sa_lacks(looked: Callable[..., Result], lines: str, missing: str) -> None:
    result = looked(lines, "2026-03-16T14:00Z", lacks="information")
    assert result.failing == bool(missing)
    assert result.values.get("missing", "") == missing


def test_the_text_knows_whether_an_sa_waits_already(looked: Callable[..., Result]) -> None:
    for lines, waiting in ((ONE, False), (ONE + '2026-03-03T14:00Z sam adds "SA Waiting"', True)):
        assert looked(lines, "2026-03-16T14:00Z").values == {
            "meeting": "Tue 17 Mar 2026, 10:00 EDT (New York)",
            "missing": "**an owner**",
            "waiting": waiting,
        }


def edited(at: str) -> str:
    return f"{at} alice edits the description\n"


@pytest.mark.parametrize(
    ("lines", "now", "cause"),
    [
        (TWO, "2026-03-13T14:00Z", "2026-03-02T14:00Z"),
        (TWO + edited("2026-03-04T14:00Z"), "2026-03-13T14:00Z", "2026-03-04T14:00Z"),
        (TWO + edited("2026-03-13T13:59:59Z"), "2026-03-13T14:00Z", "2026-03-13T13:59:59Z"),
        (TWO + edited("2026-03-13T14:00Z"), "2026-03-13T14:00Z", "2026-03-02T14:00Z"),  # it was near already
        (TWO + edited("2026-03-14T14:00Z"), "2026-03-15T14:00Z", "2026-03-02T14:00Z"),
        (
            TWO + edited("2026-03-13T15:00Z"),
            MEETING,
            "2026-03-02T14:00Z",
        ),  # the second follows without a break
        (
            request("Tue 17 March 10:00 ET; Thu 26 March 10:00 ET", edited("2026-03-14T14:00Z")),
            "2026-03-24T14:00Z",
            "2026-03-14T14:00Z",
        ),  # days later: another meeting
    ],
)
def test_an_edit_after_it_came_near_is_no_new_cause(
    looked: Callable[..., Result], lines: str, now: str, cause: str
) -> None:
    result = looked(lines, now)
    assert result.cause_at is not None
    assert stamp(result.cause_at) == stamp(read_instant(cause))


def test_the_requester_is_summoned_once(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue, called = issue_of(filled("SA Asks")), []
    for hours in range(24 * 20):
        now = read_instant("2026-03-02T14:00Z") + timedelta(hours=hours)
        if hours in (24 * 12, 24 * 13):  # on Saturday and Sunday she edits it, and leaves it incomplete
            issue = replace(issue, notes=issue_of(filled("SA Asks") + edited(stamp(now))).notes + issue.notes)
        for action in evaluate(issue, ruleset, now).actions:
            called += [(now, action)] if getattr(action, "rule", "") == "unprepared-meeting" else []
            issue = after(issue, action, now)
    ((at, summons),) = called
    assert isinstance(summons, Summon)
    assert stamp(at) == "2026-03-13T15:00:00.000Z"  # two working days before, and the hour that it is patient
    assert summons.body.partition("\n")[2].startswith("@alice: a meeting with the customer is near")


def test_what_the_status_note_says(plan_of: Callable[..., Plan]) -> None:
    def note(lines: str, now: str) -> str:
        return next(a.body for a in plan_of(lines, now).actions if isinstance(a, PutNote))

    assert "offered for **Tue 17 Mar 2026, 10:00 EDT (New York)**, and nobody owns" in note(
        ONE, "2026-03-16T14:00Z"
    )
    late = note(filled("SA Asks"), "2026-03-16T14:00Z")
    assert "is at risk: it is not known yet what to prepare for (**SA Asks**). SAs: you may want" in late
    waits = note(filled("SA Asks") + '2026-03-03T14:00Z sam adds "SA Waiting"', "2026-03-16T14:00Z")
    assert "is at risk" in waits
    assert "you may want" not in waits
    assert "Before it an SA needs **SA Asks**." in note(filled("SA Asks"), "2026-03-13T14:00Z")


minutes = st.integers(0, 60 * 24 * 40).map(lambda m: datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=m))


@given(
    dates=st.sets(minutes, max_size=4),
    edits=st.lists(minutes, max_size=3),
    now=minutes,
    days=st.integers(1, 4),
    later=st.floats(0, 1),
)
def test_nothing_changes_before_the_recheck_and_something_does_then(
    facts_of: Callable[..., Facts],
    dates: set[datetime],
    edits: list[datetime],
    now: datetime,
    days: int,
    later: float,
) -> None:
    offered = " or ".join(f"{at:%a} {at.day} {at:%B %Y %H:%M} UTC" for at in sorted(dates))
    lines = request(offered, "".join(edited(stamp(at)) for at in sorted(edits)))
    facts = facts_of(lines, "2026-03-02T14:00Z")
    answer = facts.answer("Preferred Date Options")
    assert set(answer.dates if answer else ()) == dates
    check = Meeting.model_validate(OWNER | {"ahead": f"{days}d"})

    def seen(at: datetime) -> tuple[object, ...]:
        result = check.look(replace(facts, now=at))
        return result.failing, result.values, result.cause_at, result.recheck_at

    calendar = facts.board.counting("working_days")
    ahead = next((at for at in sorted(dates) if at > now), None)
    near = ahead is not None and calendar.between(now + TICK, ahead) < timedelta(days=days)
    failing, _, cause, recheck = seen(now)
    assert failing == near
    if not isinstance(recheck, datetime):
        assert ahead is None
        return
    assert now < recheck
    assert seen(now + (recheck - TICK - now) * later) == seen(now)
    assert seen(recheck) != seen(now)
    assert cause is None or failing
