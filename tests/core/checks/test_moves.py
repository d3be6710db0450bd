"""How cards move: who may, what a step needs, and what is done about the rest."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.checks.moves import Moves
from app.core.discovery import discovery
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.model import Issue
from app.core.plan import Outcome, Plan, PutNote
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

OPENED = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled\n'
NOW = "2026-03-05T16:00Z"


def said(plan: Plan) -> Outcome:
    return next(o for o in plan.outcomes if o.rule == "unexpected-move")


def moved(plan_of: Callable[..., Plan], *steps: str, opened: str = OPENED) -> Outcome:
    lines = opened + "\n".join(f"2026-03-02T15:{n:02}Z {step}" for n, step in enumerate(steps))
    return said(plan_of(lines, NOW))


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        (['sam adds "SA Triaged"'], "fine"),
        (['sam adds "SA Doing"'], "fine"),
        (['sam adds "SA Waiting"'], "fine"),
        (['sam adds "SA Followup"'], "failing"),
        (['sam adds "SA Demo Ready"'], "failing"),
        (['maria adds "SA Doing"'], "fine"),
        (['alice adds "SA Doing"'], "failing"),
        (['root adds "SA Triaged"'], "failing"),
        (['sam adds "SA Doing"', 'sam adds "SA Followup"'], "fine"),
        (['sam adds "SA Triaged"', 'sam adds "SA Followup"'], "failing"),
        (['sam adds "SA Doing"', 'sam removes "SA Doing"'], "fine"),
        (['sam adds "SA Doing"', 'root removes "SA Doing"'], "failing"),
        (['sam adds "SA Doing"', 'sam adds "SA Waiting"', 'alice comments "here"'], "fine"),
        (['sam adds "SA POV"', 'alice adds "Expedite"'], "fine"),
        (['triage-bot adds "SA Followup"'], "fine"),
        ([], "fine"),
    ],
)
def test_the_last_move_against_the_table(
    plan_of: Callable[..., Plan], steps: list[str], verdict: str
) -> None:
    assert moved(plan_of, *steps).verdict == verdict


@pytest.mark.parametrize(
    ("steps", "verdict"),
    [
        (["alice closes"], "fine"),
        (["sam closes"], "fine"),
        (["root closes"], "failing"),
        (['sam adds "SA Doing"', "sam closes"], "failing"),
        (['sam adds "SA Doing"', "alice closes"], "failing"),
        (['sam adds "SA Doing"', 'sam says "marked this issue as a duplicate of #3"', "sam closes"], "fine"),
        (['sam adds "SA Doing"', "sam closes", "sam reopens"], "fine"),
    ],
)
def test_closings(plan_of: Callable[..., Plan], steps: list[str], verdict: str) -> None:
    opened = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Agreement"\n'
    assert moved(plan_of, *steps, opened=opened).verdict == verdict


def test_a_closing_by_a_move_needs_nothing(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    issue = issue_of(OPENED + '2026-03-02T15:00Z sam adds "SA Doing"\n2026-03-02T16:00Z sam closes')
    assert said(evaluate(replace(issue, moved_to_id=9), ruleset, read_instant(NOW))).verdict == "fine"


def test_agreement_by_boxes_is_agreement(ruleset: Ruleset, plan_of: Callable[..., Plan]) -> None:
    lines = OPENED + '2026-03-02T15:00Z sam adds "SA Doing"\n2026-03-02T16:00Z sam closes'
    assert said(plan_of(lines, NOW)).verdict == "fine"


def test_what_was_agreed_before_a_reopening_is_over(plan_of: Callable[..., Plan]) -> None:
    opened = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Agreement"\n'
    agree = (
        '2026-03-02T15:00Z sam adds "SA Doing"\n'
        '2026-03-02T15:01Z sam comments "@triage-bot agree"\n'
        '2026-03-02T15:02Z alice comments "@triage-bot agree"\n'
        '2026-03-02T15:03Z alice comments "@triage-bot agree for the customer"\n'
        "2026-03-02T15:04Z sam closes\n"
    )
    assert said(plan_of(opened + agree, NOW)).verdict == "fine"
    reopened = agree + "2026-03-03T15:00Z alice reopens\n2026-03-03T16:00Z sam closes\n"
    assert said(plan_of(opened + reopened, NOW)).verdict == "failing"


def test_the_advice_is_a_line_of_the_status_note_and_calls_nobody(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of(OPENED + '2026-03-02T15:00Z sam adds "SA Demo Ready"', NOW)
    (note,) = [a for a in plan.actions if isinstance(a, PutNote)]
    assert "For the SAs: `sam` moved this from Open to **SA Demo Ready**. Usual from Open: " in note.body
    assert not [a for a in plan.actions if str(a).startswith("summon unexpected-move")]


def test_how_much_of_the_discovery_is_there(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> None:
    lines = (
        OPENED + "2026-03-02T15:00Z sam comments\n  | ## Outcome\n  | - What does the customer gain? Speed.\n"
    )
    issue = issue_of(lines)
    board = ruleset.boards["us-east"]
    facts = gather(issue, board, ruleset.labels, ruleset.templates, read_instant(NOW))
    found = discovery(facts, ruleset.templates["Technical Discovery"])
    assert (found.answered, found.asked, found.percent) == (1, 13, 7)
    assert found.open == ("Outcome", "Infrastructure", "Current Challenges")


def test_a_label_taken_off_may_be_half_a_move(plan_of: Callable[..., Plan]) -> None:
    lines = OPENED + '2026-03-02T15:00Z sam adds "SA Doing"\n2026-03-02T16:00Z root removes "SA Doing"\n'
    assert said(plan_of(lines, "2026-03-02T16:01:00Z")).verdict == "fine"
    assert said(plan_of(lines, "2026-03-02T16:01:00.000001Z")).verdict == "failing"


def test_a_pair_stands_in_the_table_once(ruleset: Ruleset) -> None:
    for rule in ruleset.rules:
        if isinstance(rule.check, Moves):
            pairs = [(a, b) for s in rule.check.expected for a in s.from_ for b in s.to]
            assert len(pairs) == len(set(pairs))
