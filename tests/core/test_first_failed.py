"""For every silent rule the clause that keeps it silent is named; flip what it looked at, and the answer changes."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Outcome, Plan
from app.core.ruleset import Ruleset
from tests.core.test_board_rules import requests
from tests.core.test_laws import histories, played, quick

APAC = "gitlab-com/customer-success/sa-triage-boards/apac-triage"
OPENED = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Agreement"\n'


def named(outcome: Outcome) -> str:
    """The clause that failed first."""
    assert outcome.failed is not None, outcome
    clause = outcome.clauses[outcome.failed]
    assert clause.asks, outcome
    assert clause.value, outcome
    return clause.asks


def test_every_silent_rule_names_the_clause_that_failed(ruleset: Ruleset) -> None:
    seen = set()
    for facts in requests(ruleset)[::5]:
        for outcome in evaluate(facts.issue, ruleset, facts.now).outcomes:
            if outcome.verdict in ("fine", "not for this issue"):
                named(outcome)
                seen.add(outcome.rule)
            else:
                assert outcome.failed is None
    assert seen == {rule.id for rule in ruleset.rules}


@quick
@given(histories, st.booleans())
def test_so_it_is_whatever_people_do(history: list[object], watching: bool) -> None:
    live, quiet = played(history, watching=lambda _i: watching)  # type: ignore[arg-type]
    for world in (live, quiet):
        plan = evaluate(world.issue, world.ruleset, world.issue.newest_event_at)
        for outcome in plan.outcomes:
            if outcome.verdict in ("fine", "not for this issue"):
                named(outcome)


def of(plan: Plan, rule: str) -> Outcome:
    return next(o for o in plan.outcomes if o.rule == rule)


MUTATIONS = [
    # the rule, what people did, now, what they do otherwise, now, what failed before, what fails or holds then
    ("unexplained-expedite", "", '2026-03-02T14:05Z sam adds "Expedite"\n', "Expedite is on", ""),
    (
        "unexplained-expedite",
        '2026-03-02T14:05Z sam adds "Expedite"\n2026-03-02T14:06Z alice comments "urgent because x"\n',
        '2026-03-02T14:05Z sam adds "Expedite"\n',
        "nobody says why",
        "",
    ),
    (
        "answered-wait",
        '2026-03-02T14:05Z sam adds "SA Waiting"\n',
        '2026-03-02T14:05Z sam adds "SA Waiting"\n2026-03-02T14:06Z alice comments "here"\n',
        "the requester ended a wait",
        "",
    ),
    (
        "extra-state-label",
        '2026-03-02T14:05Z sam adds "SA Triaged"\n',
        '2026-03-02T14:05Z sam adds "SA Triaged"\n2026-03-02T14:06Z sam adds "SA Doing"\n',
        "several state labels are on",
        "",
    ),
    (
        "unowned-request",
        "",
        '2026-03-02T14:05Z sam adds "SA Triaged"\n',
        "it has a state",
        "",
    ),
    (
        "unowned-request",
        '2026-03-02T14:05Z sam adds "SA Triaged"\n2026-03-02T14:06Z maria assigns sofia\n',
        '2026-03-02T14:05Z sam adds "SA Triaged"\n',
        "nobody is assigned",
        "",
    ),
    (
        "late-activity",
        '2026-03-02T15:00Z sam comments "I look"\n',
        '2026-03-02T15:00Z sam comments "I look"\n2026-03-02T15:30Z alice comments "and?"\n',
        "the clock has begun",
        "48 hours on working days have passed",
    ),
    (
        "unexpected-move",
        "",
        '2026-03-02T15:00Z sam adds "SA Followup"\n',
        "a person moved the card",
        "",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after", "failed", "then"), MUTATIONS)
def test_a_clause_that_is_flipped_changes_the_answer(
    plan_of: Callable[..., Plan], rule: str, before: str, after: str, failed: str, then: str
) -> None:
    now = "2026-03-02T16:00Z"
    assert named(of(plan_of(OPENED + before, now), rule)) == failed
    flipped = of(plan_of(OPENED + after, now), rule)
    if then:
        assert named(flipped) == then
    else:
        assert flipped.verdict == "failing"


def test_time_is_a_clause_too(plan_of: Callable[..., Plan]) -> None:
    late = "late-activity"
    assert of(plan_of(OPENED, "2026-03-04T13:59Z"), late).failed is not None
    assert of(plan_of(OPENED, "2026-03-04T14:00Z"), late).verdict == "failing"


@pytest.mark.parametrize(
    ("change", "rule", "asks", "value"),
    [
        ({"project": APAC}, "unstaffed-event", "the board is ", "apac"),
        ({"state": "closed"}, "late-activity", "the request is open", "closed"),
    ],
)  # fmt: skip
def test_a_rule_for_other_requests_says_for_which(
    ruleset: Ruleset, issue_of: Callable[..., Issue], change: dict[str, str], rule: str, asks: str, value: str
) -> None:
    issue = issue_of(OPENED)
    closed = {"closed_at": issue.created_at} if "state" in change else {}
    plan = evaluate(replace(issue, **change, **closed), ruleset, issue.created_at)  # type: ignore[arg-type]
    outcome = of(plan, rule)
    assert named(outcome).startswith(asks)
    assert outcome.clauses[0].value == value
