"""Information that has been missing for long: counted exactly, told once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.after import after
from app.core.checks.missing_information import MissingInformation
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.model import Issue
from app.core.plan import Plan, Summon, stamp
from app.core.result import Result
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant

MICROSECOND = timedelta(microseconds=1)
BOARDS = ["us-east", "emea", "apac", "commercial-amer", "events"]
LACKING = '2026-03-02T14:00Z alice opens "Acme" from "SA Activity" filled except "SA Asks", "Required Capabilities"\n'
LESS = '2026-03-06T14:00Z alice edits the description from "SA Activity" filled except "SA Asks"\n'
FILLED = '2026-03-06T15:00Z alice edits the description from "SA Activity" filled\n'
EMPTIED = '2026-03-06T16:00Z alice edits the description from "SA Activity"\n'
DUE, TWICE = "2026-03-09T13:00Z", "2026-03-16T13:00Z"  # New York put its clocks forward on the 8th
RULES = ("still-incomplete", "declinable-request")


def looked(ruleset: Ruleset, issue: Issue, now: datetime, **given: object) -> Result:
    board = ruleset.board_of(issue)
    assert board
    facts = gather(issue, board, ruleset.labels, ruleset.templates, now)
    return MissingInformation.model_validate({"kind": "missing_information", **given}).look(facts)


def summoned(plan: Plan) -> dict[str, str]:
    """The bodies of the summons of the two rules."""
    return {a.rule: a.body for a in plan.actions if isinstance(a, Summon) and a.rule in RULES}


@pytest.mark.parametrize(
    ("lines", "now", "rules"),
    [
        (LACKING, "2026-03-09T12:59:59.999999Z", []),
        (LACKING, DUE, ["still-incomplete"]),
        (LACKING, "2026-03-09T13:00:00.000001Z", ["still-incomplete"]),
        (LACKING, "2026-03-16T12:59:59.999999Z", ["still-incomplete"]),
        (LACKING, TWICE, ["declinable-request", "still-incomplete"]),
        (LACKING + LESS, DUE, ["still-incomplete"]),
        (LACKING + FILLED, TWICE, []),
        (LACKING + FILLED + EMPTIED, DUE, ["still-incomplete"]),
        (LACKING + "2026-03-06T14:00Z alice closes", TWICE, []),
        (LACKING + '2026-03-03T14:00Z sam adds "bot::off"', TWICE, []),
        (LACKING + '2026-03-03T14:00Z sam comments "@triage-bot allow still-incomplete because so"', DUE, []),
    ],
)
def test_who_is_called_when(plan_of: Callable[..., Plan], lines: str, now: str, rules: list[str]) -> None:
    assert sorted(summoned(plan_of(lines, now))) == rules


@settings(max_examples=60, deadline=None)
@given(
    start=st.datetimes(datetime(2026, 1, 2), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    lasting=st.integers(1, 20),
    unit=st.sampled_from("mhd"),
    count=st.sampled_from(["wall", "working_days", "working_hours"]),
    board=st.sampled_from(BOARDS),
)
def test_the_instant_is_exact(
    ruleset: Ruleset, start: datetime, lasting: int, unit: str, count: str, board: str
) -> None:
    project = ruleset.boards[board].file.project
    issue = parse(f'{stamp(start)} alice opens "Acme"', ruleset.templates, project=project)
    given = {"lasting": f"{lasting}{unit}", "count": count}
    early = looked(ruleset, issue, issue.created_at, **given)
    assert not early.failing
    due = early.recheck_at
    assert due
    assert looked(ruleset, issue, due - MICROSECOND, **given).recheck_at == due
    late = looked(ruleset, issue, due, **given)
    assert (late.failing, late.since, late.cause_at, late.recheck_at) == (True, due, issue.created_at, None)
    length = lasting * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[unit]
    calendar = ruleset.boards[board].counting(count)  # type: ignore[arg-type]
    assert calendar.between(issue.created_at, due) == length
    assert calendar.between(issue.created_at, due - MICROSECOND) < length


@settings(max_examples=60, deadline=None)
@given(edits=st.lists(st.tuples(st.integers(0, 20 * 24), st.booleans()), max_size=6).map(sorted))
def test_edits_that_leave_it_lacking_change_nothing(ruleset: Ruleset, edits: list[tuple[int, bool]]) -> None:
    start = read_instant("2026-03-02T14:00Z")
    lines = LACKING + "".join(
        f"{stamp(start + timedelta(hours=hour))} alice edits the description from "
        f'"SA Activity"{" filled except " if nearly else ""}{chr(34) + "SA Asks" + chr(34) if nearly else ""}\n'
        for hour, nearly in edits
    )
    project = ruleset.boards["us-east"].file.project
    issue = parse(lines, ruleset.templates, project=project)
    for now in (read_instant(DUE), read_instant(DUE) - MICROSECOND):
        result = looked(ruleset, issue, now, lasting="5d")
        assert result.failing == (now == read_instant(DUE))
        assert result.cause_at == (start if result.failing else None)


@pytest.mark.parametrize(
    ("lines", "start"),
    [
        (LACKING, "2026-03-02T14:00Z"),
        (LACKING + EMPTIED, "2026-03-02T14:00Z"),
        (LACKING + "2026-03-03T14:00Z sam closes\n2026-03-04T14:00Z alice reopens", "2026-03-04T14:00Z"),
        (LACKING + "2026-03-03T14:00Z alice closes\n2026-03-03T15:00Z triage-bot reopens", "2026-03-02T14:00Z"),
        (LACKING + '2026-03-04T14:00Z triage-bot adds "bot::on"', "2026-03-04T14:00Z"),
        (LACKING + '2026-03-04T14:00Z sam says "moved from gitlab-com/other#3"', "2026-03-04T14:00Z"),
        (LACKING + '2026-03-04T14:00Z sam adds "SA Waiting"', "2026-03-02T14:00Z"),
        (LACKING + '2026-03-04T14:00Z alice comments "soon"', "2026-03-02T14:00Z"),
    ],
)  # fmt: skip
def test_since_when_it_has_been_asked_for(
    ruleset: Ruleset, issue_of: Callable[..., Issue], lines: str, start: str
) -> None:
    result = looked(ruleset, issue_of(lines), read_instant("2026-04-20T14:00Z"), lasting="5d")
    assert result.cause_at == read_instant(start)


def test_it_lists_nothing_itself(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    now = read_instant(DUE)
    for lines in (LACKING, LACKING + FILLED):
        result = looked(ruleset, issue_of(lines), now, lasting="5d")
        assert (result.gaps, result.understood) == ((), ())
        assert looked(ruleset, issue_of(lines), now).understood


def test_without_a_length_it_fails_at_once_and_tells_since_when(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    result = looked(ruleset, issue_of(LACKING + LESS), read_instant(DUE))
    assert (result.failing, result.cause_at) == (True, read_instant("2026-03-06T14:00Z"))
    assert result.filling(())["since"] == "Fri 6 Mar 2026, 09:00 EST (New York)"


def test_the_requester_is_called_once_whatever_comes_after(
    ruleset: Ruleset, issue_of: Callable[..., Issue]
) -> None:
    issue, now = issue_of(LACKING), read_instant(DUE)
    plan = evaluate(issue, ruleset, now)
    body = summoned(plan)["still-incomplete"]
    assert "@alice: what an SA needs to start is still missing here" in body
    assert "Mon 2 Mar 2026, 09:00 EST" in body
    for action in plan.actions:
        issue = after(issue, action, now)
    later = issue_of(LACKING + "2026-03-10T14:00Z alice edits the description\n")
    issue = replace(issue, notes=(*issue.notes, *later.notes))
    again = evaluate(issue, ruleset, read_instant("2026-03-12T14:00Z"))
    assert summoned(again) == {}


def test_those_who_may_decline_are_called_and_nothing_is_done(plan_of: Callable[..., Plan]) -> None:
    lines = LACKING + '2026-03-03T14:00Z sam adds "SA Triaged"\n2026-03-03T14:00Z sam assigns sam\n'
    plan = plan_of(lines, TWICE)
    body = summoned(plan)["declinable-request"]
    assert "@sam @maria: what an SA needs to start is still missing here" in body
    assert not [a for a in plan.actions if "declined" in str(a)]


def test_nobody_is_called_within_four_working_days(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(LACKING)
    calendar = ruleset.boards["us-east"].counting("working_days")
    last = calendar.add(issue.created_at, timedelta(days=5)) - MICROSECOND
    assert summoned(evaluate(issue, ruleset, last)) == {}
