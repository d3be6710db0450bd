"""The labels of clocks, which several rules may want at once: the strongest is on, and what people did to one stays."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Plan
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant
from tests.histories import done, labelled, lines

OPENS = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled\n'
EXAMPLE = {
    "name": "none",
    "board": "us-east",
    "timeline": '2026-03-02T14:00Z alice opens "x"',
    "now": "2026-03-02T14:00Z",
    "expect": [],
}


def rule(id: str, ladder: list[dict[str, object]], **check: object) -> Rule:
    told = {"kind": "sla", "clock": id, "starts": ["opened"], "answered_by": ["sa_note", "closed"]}
    return Rule.model_validate(
        {
            "id": id,
            "summary": "A promise.",
            "why": "A test.",
            "check": {**told, "ladder": ladder, **check},
            "while_failing": {"labels": ["sla::breached"]},
            "examples": [EXAMPLE, EXAMPLE],
        }
    )


def warning(at: str = "50%", label: str = "sla::at-risk") -> dict[str, object]:
    return {"at": at, "labels": [label]}


@pytest.fixture(scope="module")
def two_clocks(ruleset: Ruleset) -> Ruleset:
    """A day for one, four for the other; each warns when half of it is over."""
    rules = (rule("short", [warning()], target="24h"), rule("long", [warning()], target="96h"))
    return replace(ruleset, rules=rules)


@pytest.fixture
def plan(two_clocks: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Plan]:
    def make(history: str, now: str, *on: str) -> Plan:
        return evaluate(labelled(issue_of(OPENS + history), *on), two_clocks, read_instant(now))

    return make


AT_RISK = '2026-03-03T02:00Z triage-bot adds "sla::at-risk"\n'
BREACHED = (
    AT_RISK
    + '2026-03-03T14:00Z triage-bot adds "sla::breached"\n2026-03-03T14:00Z triage-bot removes "sla::at-risk"\n'
)


@pytest.mark.parametrize(
    ("history", "now", "does"),
    [
        pytest.param("", "2026-03-03T01:59:59Z", set(), id="a second before half of the first"),
        pytest.param("", "2026-03-03T02:00Z", {"+sla::at-risk"}, id="half of the first"),
        pytest.param(AT_RISK, "2026-03-03T13:59:59Z", set(), id="a second before it is due"),
        pytest.param(AT_RISK, "2026-03-03T14:00Z", {"+sla::breached", "-sla::at-risk"}, id="due"),
        pytest.param(BREACHED, "2026-03-04T14:00Z", set(), id="half of the second: the stronger stays"),
        pytest.param(
            BREACHED + '2026-03-03T20:00Z maria removes "sla::breached"\n',
            "2026-03-04T13:59:59Z",
            set(),
            id="who takes the breach off is obeyed",
        ),
        pytest.param(
            BREACHED + '2026-03-03T20:00Z maria removes "sla::breached"\n',
            "2026-03-04T14:00Z",
            {"+sla::at-risk"},
            id="and the other clock's warning is shown in its place",
        ),
        pytest.param(
            BREACHED + '2026-03-03T20:00Z maria removes "sla::breached"\n',
            "2026-03-06T14:00Z",
            set(),
            id="but not its breach: people took that label off since both began",
        ),
        pytest.param(
            AT_RISK + '2026-03-03T03:00Z sam adds "sla::breached"\n',
            "2026-03-03T04:00Z",
            set(),
            id="who puts the breach on early is obeyed too",
        ),
        pytest.param(
            '2026-03-02T15:00Z sam adds "sla::at-risk"\n2026-03-02T16:00Z sam comments "Done."\n',
            "2026-03-02T17:00Z",
            {"-sla::at-risk"},
            id="until what it speaks of is over, in time or not",
        ),
        pytest.param(
            '2026-03-02T16:00Z sam comments "Done."\n2026-03-02T17:00Z sam adds "sla::at-risk"\n',
            "2026-03-02T18:00Z",
            set(),
            id="what is put on after that stays",
        ),
        pytest.param(
            '2026-03-02T14:00:00.003Z alice adds "sla::breached"\n2026-03-02T16:00Z sam comments "Done."\n',
            "2026-03-02T17:00Z",
            {"-sla::breached"},
            id="given with the request it goes with the answer",
        ),
        pytest.param(
            BREACHED + '2026-03-03T15:00Z sam comments "@triage-bot allow short because he is ill"\n',
            "2026-03-03T16:00Z",
            {"-sla::breached", "reply orders/answered"},
            id="a promise that is let pass gives its label back",
        ),
        pytest.param(
            BREACHED + '2026-03-03T15:00Z sam comments "@triage-bot allow short because he is ill"\n'
            '2026-03-03T15:01Z triage-bot removes "sla::breached"\n',
            "2026-03-06T14:00Z",
            {"+sla::breached", "reply orders/answered"},
            id="and the other clock's breach is shown all the same",
        ),
    ],
)
def test_two_clocks_share_their_labels(
    plan: Callable[..., Plan], history: str, now: str, does: set[str]
) -> None:
    assert done(plan(history, now)) == does


def test_a_label_without_any_event_goes_with_the_answer(plan: Callable[..., Plan]) -> None:
    """A copy that an old GitLab made brought labels and no events: nobody knows who put it on."""
    said = '2026-03-02T16:00Z sam comments "Done."\n'
    assert done(plan(said, "2026-03-02T17:00Z", "sla::breached")) == {"-sla::breached"}
    assert done(plan("", "2026-03-02T17:00Z", "sla::breached")) == set()


def test_a_promise_that_is_let_pass_is_still_counted(plan: Callable[..., Plan]) -> None:
    said = '2026-03-03T15:00Z sam comments "@triage-bot allow short because he is ill"\n'
    found = plan(said, "2026-03-03T16:00Z")
    assert [o.verdict for o in found.outcomes] == ["waived", "fine"]
    assert lines(found.clocks, "short") == ["2T14:00 to now: breached, due 3T14:00, 26:00 counted"]


def ladder(*steps: dict[str, object], **check: object) -> Rule:
    return rule("steps", list(steps), **{"target": "10h", "count": "wall", **check})


def summons(at: str, text: str) -> dict[str, object]:
    return {"at": at, "summon": {"who": ["board.escalation"], "text": text}}


@pytest.mark.parametrize(
    ("now", "called"),
    [
        ("2026-03-02T21:59:59Z", set()),
        pytest.param(
            "2026-03-02T22:00Z",
            {"summon steps/80-percent", "summon steps/2h-before"},
            id="both steps that come at one instant",
        ),
        pytest.param("2026-03-02T23:00Z", {"summon steps/1h-before"}, id="then only the last"),
    ],
)
def test_steps_at_one_instant(
    ruleset: Ruleset, issue_of: Callable[..., Issue], now: str, called: set[str]
) -> None:
    steps = ladder(
        summons("80%", "Hurry."), summons("2h before", "Two hours."), summons("1h before", "One hour.")
    )
    found = evaluate(issue_of(OPENS), replace(ruleset, rules=(steps,)), read_instant(now))
    assert done(found) == called


@pytest.mark.parametrize(
    ("history", "now", "called"),
    [
        pytest.param("", "2026-03-03T04:00Z", {"steps/4h-after"}, id="four hours after it was due"),
        pytest.param("", "2026-03-03T03:59:59Z", set(), id="a second before that"),
        pytest.param(
            '2026-03-03T02:00Z sam adds "SA Waiting"\n',
            "2026-03-03T04:00Z",
            set(),
            id="not while it stands still",
        ),
        pytest.param(
            '2026-03-03T02:00Z sam adds "SA Waiting"\n2026-03-04T02:00Z alice comments "Yes."\n',
            "2026-03-04T03:59:59Z",
            set(),
            id="nor before what was left has passed",
        ),
        pytest.param(
            '2026-03-03T02:00Z sam adds "SA Waiting"\n2026-03-04T02:00Z alice comments "Yes."\n',
            "2026-03-04T04:00Z",
            {"steps/4h-after"},
            id="and then it is",
        ),
    ],
)
def test_a_step_after_the_due_instant_while_it_stands_still(
    ruleset: Ruleset, issue_of: Callable[..., Issue], history: str, now: str, called: set[str]
) -> None:
    steps = ladder(summons("4h after", "Still nobody."), paused_while=["SA Waiting"])
    found = evaluate(issue_of(OPENS + history), replace(ruleset, rules=(steps,)), read_instant(now))
    assert {a for a in done(found) if "after" in a} == {f"summon {key}" for key in called}
    assert "+sla::breached" in done(found)  # late is late, waiting or not
