"""Sums against a bound, at their edges, and who may except a request from it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.board import Board
from app.core.checks.threshold import Threshold
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.plan import Outcome, Plan, PutNote, stamp
from app.core.result import Result
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant

NOW = "2026-03-10T14:00Z"
HEAD = '2026-03-02T14:00Z alice opens "Acme"\n| <!-- triage-template: sa-activity v3 -->\n'
ON = '2026-03-03T14:00Z sam adds "SA POV"\n'
Look = Callable[..., Result]
Plans = Callable[..., Plan]


def worth(text: str, **blocks: str) -> str:
    lines = HEAD + f"| ## Opportunity Size\n| {text}\n"
    return lines + "".join(f"| ## {name.replace('_', ' ')}\n| {said}\n" for name, said in blocks.items())


def looked(ruleset: Ruleset, lines: str, **given: object) -> Result:
    board: Board = ruleset.boards["commercial-amer"]
    issue = parse(lines, ruleset.templates, project=board.file.project)
    facts = gather(issue, board, ruleset.labels, ruleset.templates, read_instant(NOW))
    check = {"kind": "threshold", "block": "Opportunity Size", **given}
    return Threshold.model_validate(check).look(facts)


@pytest.mark.parametrize(
    ("bound", "text", "failing"),
    [
        ("at_least", "USD 9,999", True),
        ("at_least", "USD 9,999.99", True),
        ("at_least", "USD 10,000", False),
        ("at_least", "USD 10,000.01", False),
        ("more_than", "USD 9,999.99", True),
        ("more_than", "USD 10,000", True),
        ("more_than", "USD 10,000.01", False),
        ("at_least", "$9.9k", True),
        ("at_least", "$10k", False),
        ("at_least", "between $9k and $12k", True),  # the low end counts
        ("at_least", "USD 9,000 now, USD 20,000 later", True),  # the first counts
        ("at_least", "EUR 9,999", False),
        ("at_least", "up to USD 9,999", False),
        ("at_least", "9,999", False),
        ("at_least", "small", False),
        ("at_least", "", False),
    ],
)
def test_a_sum_fails_below_its_bound(ruleset: Ruleset, bound: str, text: str, failing: bool) -> None:
    result = looked(ruleset, worth(text), **{bound: "USD 10,000"})
    assert result.failing == failing
    assert result.clauses[0].holds == failing


@given(sum_=st.integers(0, 3_000_000), cents=st.integers(-1, 1), strict=st.booleans())
def test_the_edge_is_where_the_bound_says(ruleset: Ruleset, sum_: int, cents: int, strict: bool) -> None:
    amount = sum_ + Decimal(cents) / 100
    if amount >= 0:
        bound = {"more_than" if strict else "at_least": f"USD {sum_:,}"}
        result = looked(ruleset, worth(f"USD {amount:,.2f}"), **bound)
        assert result.failing == (amount <= sum_ if strict else amount < sum_)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("USD 5,000", "USD 5,000"),
        ("EUR 5,000", "EUR 5,000, not compared with USD 10,000: another currency"),
        ("up to USD 5,000", "no sum that is sure: at most USD 5,000"),
        ("small", "no sum that is sure: small"),
        ("", "no sum is named"),
    ],
)
def test_the_clause_says_what_was_compared_or_why_nothing_was(ruleset: Ruleset, text: str, said: str) -> None:
    result = looked(ruleset, worth(text), at_least="USD 10,000")
    assert (result.clauses[0].asks, result.clauses[-1].value) == (
        "Opportunity Size is below USD 10,000",
        said,
    )
    assert result.failing == (said == "USD 5,000")


def test_a_strict_bound_is_named_so(ruleset: Ruleset) -> None:
    result = looked(ruleset, worth("USD 10,000"), more_than="USD 10,000")
    assert result.reason == "USD 10,000 is USD 10,000 or below"
    assert result.values == {"amount": "USD 10,000", "bound": "USD 10,000"}


FIRST = {"block": "Deal Type", "says": ["first order"]}
SMB = {"block": "Segment", "says": ["commercial"]}


@pytest.mark.parametrize(
    ("blocks", "given", "failing"),
    [
        ({"Deal_Type": "First order"}, {"when": FIRST}, True),
        ({"Deal_Type": "Growth"}, {"when": FIRST}, False),
        ({}, {"when": FIRST}, False),
        ({"Deal_Type": "First order"}, {"unless": FIRST}, False),
        ({"Deal_Type": "New business, a first order"}, {"unless": FIRST}, False),
        ({"Deal_Type": "Growth"}, {"unless": FIRST}, True),
        ({}, {"unless": FIRST}, True),
        ({"Deal_Type": "Growth", "Segment": "SMB"}, {"when": SMB, "unless": FIRST}, True),
        ({"Deal_Type": "First order", "Segment": "SMB"}, {"when": SMB, "unless": FIRST}, False),
        ({"Deal_Type": "First order", "Segment": "SMB"}, {"when": [SMB, FIRST]}, True),
        ({"Segment": "SMB"}, {"when": [SMB, FIRST]}, False),
        ({"Segment": "SMB"}, {"unless": [SMB, FIRST]}, True),
        ({"Segment": "SMB", "Deal_Type": "First order"}, {"unless": [SMB, FIRST]}, False),
    ],
)
def test_the_bound_is_only_for_the_requests_it_is_meant_for(
    ruleset: Ruleset, blocks: dict[str, str], given: dict[str, object], failing: bool
) -> None:
    assert looked(ruleset, worth("USD 1", **blocks), at_least="USD 10", **given).failing == failing


@pytest.mark.parametrize(
    ("lines", "given", "cause"),
    [
        (worth("USD 1"), {}, "2026-03-02T14:00"),
        (worth("USD 1") + ON, {}, "2026-03-02T14:00"),
        (worth("USD 1") + ON, {"when": {"label": "SA POV"}}, "2026-03-03T14:00"),
        (worth("USD 1") + ON + "2026-03-04T14:00Z alice edits the description",
         {"when": {"label": "SA POV"}}, "2026-03-04T14:00"),
    ],
)  # fmt: skip
def test_its_cause_began_when_the_sum_and_the_conditions_were_there(
    ruleset: Ruleset, lines: str, given: dict[str, object], cause: str
) -> None:
    result = looked(ruleset, lines, at_least="USD 10", **given)
    assert result.cause_at
    assert stamp(result.cause_at).startswith(cause)


@pytest.mark.parametrize("given", [{}, {"at_least": "USD 1", "more_than": "USD 1"}])
def test_it_needs_one_bound(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="give one bound"):
        Threshold.model_validate({"kind": "threshold", "block": "Opportunity Size", **given})


@pytest.mark.parametrize("sum_", ["10000", "10k USD", "USD 10.000", 10_000])
def test_a_bound_that_could_be_misread_is_refused(sum_: object) -> None:
    with pytest.raises(ValidationError, match="write it as USD 10,000"):
        Threshold.model_validate({"kind": "threshold", "block": "Opportunity Size", "at_least": sum_})


def said(plan: Plan, rule: str = "small-deal") -> Outcome:
    return next(o for o in plan.outcomes if o.rule == rule)


BOTH = '2026-03-03T14:00Z alice comments "@maria @sofia please, because their board meets in April'


@pytest.mark.parametrize(
    ("comments", "verdict"),
    [
        ("", "failing"),
        (f'{BOTH}"', "waived"),
        (f'{BOTH} until 2026-04-01"', "waived"),
        (f'{BOTH} until 2026-03-09"', "failing"),
        ('2026-03-03T14:00Z root comments "@Sofia, @maria: fine?"', "waived"),
        ('2026-03-03T14:00Z alice comments "@maria please, because"\n'
         '2026-03-03T14:01Z alice comments "@sofia please, because"', "failing"),
        ('2026-03-03T14:00Z alice comments "@maria @sam please, because"', "failing"),
        ('2026-03-03T14:00Z alice comments "`@maria @sofia` would be it"', "failing"),
        ('2026-03-03T14:00Z triage-bot comments "@maria @sofia"', "failing"),
    ],
)  # fmt: skip
def test_one_comment_to_both_makes_an_exception(plan_of: Plans, comments: str, verdict: str) -> None:
    assert said(plan_of(worth("USD 9,999") + comments, NOW, "commercial-amer")).verdict == verdict


def test_the_bound_is_back_when_the_exceptions_last_day_is_over(plan_of: Plans) -> None:
    lines = worth("USD 9,999") + f'{BOTH} until 2026-03-09"'
    last = plan_of(lines, "2026-03-10T04:59:59.999999Z", "commercial-amer")  # midnight in Chicago
    assert said(last).verdict == "waived"
    assert said(last).recheck_at == read_instant("2026-03-10T05:00Z")
    assert said(plan_of(lines, "2026-03-10T05:00Z", "commercial-amer")).verdict == "failing"


@pytest.mark.parametrize(
    ("board", "way"),
    [
        ("commercial-amer", "the SA Office Hours (US)"),
        ("commercial-emea", "the SA Slack channel (EMEA)"),
        ("apac", "the Slack channel of the SAs in your region"),
    ],
)
def test_each_board_names_its_own_other_way(plan_of: Plans, board: str, way: str) -> None:
    plan = plan_of(worth("USD 9,999", Segment="commercial"), "2026-03-02T14:01Z", board)
    (note,) = (a for a in plan.actions if isinstance(a, PutNote))
    assert f"in another way: {way}." in note.body
    assert "@maria" not in note.body


def test_a_small_pov_is_told_once_whether_it_is_asked_for_or_labelled(
    plan_of: Plans, ruleset: Ruleset
) -> None:
    lines = worth("USD 20,000", SA_Asks="A POV", Segment="commercial")
    for board in ("commercial-amer", "commercial-emea", "apac"):
        for more in ("", ON):
            found = [
                o.rule for o in plan_of(lines + more, NOW, board).findings if o.rule.startswith("small-")
            ]
            assert len(found) == 1, (board, more, found)


def test_the_status_note_asks_only_for_what_the_plan_found(ruleset: Ruleset) -> None:
    board = ruleset.boards["commercial-amer"]
    issue = parse(worth("USD 10,000"), ruleset.templates, project=board.file.project)
    plan = evaluate(issue, ruleset, read_instant("2026-03-02T14:01Z"))
    assert "in another way" not in next(a.body for a in plan.actions if isinstance(a, PutNote))
