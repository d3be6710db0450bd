"""What a request says or has, and what should follow from it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import ValidationError

from app.core.checks.stated import Stated
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.model import Issue
from app.core.plan import Plan, PutNote, stamp
from app.core.result import Result
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

NOW = "2026-03-10T14:00Z"
Look = Callable[..., Result]
Plans = Callable[..., Plan]


def opened(**blocks: str) -> str:
    """A request with these blocks; `_` in a name stands for a space."""
    lines = ["<!-- triage-template: sa-activity v3 -->"]
    for name, text in blocks.items():
        lines += [f"## {name.replace('_', ' ')}", *text.split("\n")]
    return '2026-03-02T14:00Z alice opens "Acme"\n' + "".join(f"| {line}\n" for line in lines)


@pytest.fixture
def look(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Look:
    def make(lines: str, *when: dict[str, object]) -> Result:
        board = ruleset.boards["us-east"]
        facts = gather(issue_of(lines), board, ruleset.labels, ruleset.templates, read_instant(NOW))
        return Stated.model_validate({"kind": "stated", "when": list(when)}).look(facts)

    return make


POV = {"block": "SA Asks", "says": ["pov"]}
POV_OFF = {"label": "SA POV", "on": False}
ON, OFF = '2026-03-03T14:00Z sam adds "SA POV"\n', '2026-03-04T14:00Z sam removes "SA POV"\n'
EDIT = "2026-03-05T14:00Z alice edits the description\n"


@pytest.mark.parametrize(
    ("lines", "when", "failing"),
    [
        (opened(SA_Asks="A POV"), [POV], True),
        (opened(SA_Asks="A proof of concept"), [POV], True),
        (opened(SA_Asks="A demo"), [POV], False),
        (opened(SA_Asks="No POV, a demo"), [POV], False),
        (opened(SA_Asks="<!-- a POV? -->"), [POV], False),
        (opened(Required_Capabilities="A POV"), [POV], False),
        (opened(), [POV], False),
        (opened(SA_Asks="A demo, then a POV"), [{"block": "SA Asks", "says": ["sow", "pov"]}], True),
        (opened(SA_Asks="A POV"), [POV, POV_OFF], True),
        (opened(SA_Asks="A POV") + ON, [POV, POV_OFF], False),
        (opened(SA_Asks="A demo") + ON, [POV, POV_OFF], False),
        (opened(SA_Asks="A POV") + ON + OFF, [POV, POV_OFF], True),
        (opened() + ON, [{"label": "SA POV"}], True),
        (opened() + ON + OFF, [{"label": "SA POV"}], False),
        (opened(Opportunity_Size="USD 2,000"), [{"block": "Opportunity Size", "at_least": "USD 2,000"}], True),
        (opened(Opportunity_Size="USD 2,000"), [{"block": "Opportunity Size", "more_than": "USD 2,000"}], False),
        (opened(Opportunity_Size="EUR 9,000"), [{"block": "Opportunity Size", "at_least": "USD 2,000"}], False),
        (opened(), [{"block": "No Such Block", "says": ["pov"]}], False),
    ],
)  # fmt: skip
def test_it_fails_while_all_conditions_hold(
    look: Look, lines: str, when: list[dict[str, object]], failing: bool
) -> None:
    result = look(lines, *when)
    assert result.failing == failing
    assert all(c.holds for c in result.clauses) == failing


@pytest.mark.parametrize(
    ("lines", "when", "cause"),
    [
        (opened(SA_Asks="A POV"), [POV], "2026-03-02T14:00"),
        (opened(SA_Asks="A POV") + EDIT, [POV], "2026-03-05T14:00"),
        (opened(SA_Asks="A POV") + ON, [POV, {"label": "SA POV"}], "2026-03-03T14:00"),
        (opened(SA_Asks="A POV") + ON + EDIT, [POV, {"label": "SA POV"}], "2026-03-05T14:00"),
        (opened() + ON + EDIT, [{"label": "SA POV"}], "2026-03-03T14:00"),
        (opened(SA_Asks="A POV"), [POV, POV_OFF], "2026-03-02T14:00"),
        (opened(SA_Asks="A POV") + ON + OFF, [POV, POV_OFF], "2026-03-04T14:00"),
        (opened(SA_Asks="A POV") + ON + OFF + EDIT, [POV, POV_OFF], "2026-03-05T14:00"),
        (
            opened() + ON + OFF + '2026-03-06T14:00Z sofia adds "SA POV"',
            [{"label": "SA POV"}],
            "2026-03-06T14:00",
        ),
        (
            opened(SA_Asks="A POV") + "2026-03-06T14:00Z triage-bot edits the description",
            [POV],
            "2026-03-02T14:00",
        ),
    ],
)
def test_its_cause_began_when_the_last_of_the_conditions_came_to_hold(
    look: Look, lines: str, when: list[dict[str, object]], cause: str
) -> None:
    result = look(lines, *when)
    assert result.cause_at
    assert result.since == result.cause_at
    assert stamp(result.cause_at).startswith(cause)


@pytest.mark.parametrize(
    ("text", "when", "said"),
    [
        ("A POV", [POV], "pov"),
        (
            "A questionnaire, a POV and a demo",
            [{"block": "SA Asks", "says": ["pov", "questionnaire"]}],
            "pov and questionnaire",
        ),
        ("A POV", [POV, POV_OFF], "pov"),
        ("A POV", [POV_OFF], ""),
        ("A POV @root", [POV], "pov"),
    ],
)
def test_what_was_said_are_the_choices_in_our_own_words(
    look: Look, text: str, when: list[dict[str, object]], said: str
) -> None:
    assert look(opened(SA_Asks=text), *when).values == {"said": said}


def test_of_a_sum_the_sum_was_said(look: Look) -> None:
    result = look(opened(Opportunity_Size="$2k"), {"block": "Opportunity Size", "at_least": "USD 2,000"})
    assert result.values == {"said": "USD 2,000"}


def test_the_clauses_say_what_was_found(look: Look) -> None:
    clauses = look(opened(SA_Asks="A demo") + ON, POV, POV_OFF).clauses
    assert [(c.asks, c.value, c.holds) for c in clauses] == [
        ("SA Asks says pov", "demo", False),
        ("SA POV is off", "on", False),
    ]


def test_it_needs_a_condition() -> None:
    with pytest.raises(ValidationError, match="at least 1 item"):
        Stated.model_validate({"kind": "stated", "when": []})


PROPOSED = [
    ("pov-without-label", "A POV", "`SA POV`"),
    ("services-without-label", "An SOW", "`Services Request`"),
    ("questionnaire-without-label", "A security questionnaire", "`Security Audit`"),
]


@pytest.mark.parametrize(("rule", "text", "label"), PROPOSED)
def test_a_label_is_proposed_in_the_note_and_put_on_by_nobody(
    plan_of: Plans, ruleset: Ruleset, issue_of: Callable[..., Issue], rule: str, text: str, label: str
) -> None:
    (note,) = (a for a in plan_of(opened(SA_Asks=text), NOW).actions if isinstance(a, PutNote))
    assert f"an SA may put on {label}" in note.body
    alone = replace(ruleset, rules=tuple(r for r in ruleset.rules if r.id == rule))
    plan = evaluate(issue_of(opened(SA_Asks=text)), alone, read_instant(NOW))
    assert [o.rule for o in plan.findings] == [rule]
    assert [str(a) for a in plan.actions] == ["write note status"]


def test_advice_begins_no_note_and_is_a_line_in_one_that_is_there(plan_of: Plans) -> None:
    filled = '2026-03-02T14:00Z alice opens "Acme migration" from "SA Activity" filled{}\n{}'
    marked = '2026-03-02T14:30Z sam adds "Services Request"\n'
    assert not [a for a in plan_of(filled.format("", marked), NOW).actions if isinstance(a, PutNote)]
    actions = plan_of(filled.format(' except "SA Asks"', marked), NOW).actions
    (note,) = [a for a in actions if isinstance(a, PutNote)]
    assert "Services begin with an opportunity" in note.body


def test_the_level_of_a_pov_is_named_in_the_advice(plan_of: Plans) -> None:
    (note,) = (
        a
        for a in plan_of(opened(SA_Asks="A POV", POV_Level="staging"), NOW, "commercial-amer").actions
        if isinstance(a, PutNote)
    )
    assert "A POV in **pre-production** is better avoided" in note.body
