"""Labels of which exactly one must be on: what is asked, and what is put on without asking."""

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from app.core.checks.family import Family
from app.core.evaluate import evaluate
from app.core.facts import gather
from app.core.model import Issue
from app.core.plan import Plan, PutNote, stamp
from app.core.result import Change, Result
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

NOW = "2026-03-05T16:00Z"
CHECK = {
    "kind": "family",
    "prefix": "Partner Region-",
    "block": "Partner Region",
    "labels": {name: f"Partner Region-{name}" for name in ("AMER", "APAC", "EMEA")},
}
Look = Callable[..., Result]


def tracking(region: str) -> str:
    return (
        '2026-03-02T14:00Z alice opens "Initech"\n'
        f"  | <!-- triage-template: partner-tracking v2 -->\n  | ## Partner Region\n  | {region}\n"
    )


@pytest.fixture
def looked(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Look:
    def make(lines: str, **said: object) -> Result:
        issue = issue_of(lines, "ecosystem")
        board = ruleset.boards["ecosystem"]
        facts = gather(issue, board, ruleset.labels, ruleset.templates, read_instant(NOW))
        return Family.model_validate(CHECK | said).look(facts)

    return make


def on(*names: str, who: str = "sam", at: str = "2026-03-02T15:00Z") -> str:
    return f"{at} {who} adds " + " ".join(f'"Partner Region-{name}"' for name in names) + "\n"


def off(name: str, who: str = "sam", at: str = "2026-03-02T15:30Z") -> str:
    return f'{at} {who} removes "Partner Region-{name}"\n'


EDIT = "2026-03-02T15:30Z alice edits the description\n"
LATE_EDIT = "2026-03-02T15:30:01Z alice edits the description\n"


@pytest.mark.parametrize(
    ("lines", "failing", "added"),
    [
        (tracking("EMEA"), True, "EMEA"),
        (tracking("Europe"), True, "EMEA"),
        (tracking("EMEA or APAC"), True, ""),  # not exactly one
        (tracking("the moon"), True, ""),
        (tracking(""), True, ""),
        (tracking("EMEA") + on("EMEA"), False, ""),
        (tracking("EMEA") + on("APAC"), False, ""),  # people know better than the block
        (tracking("EMEA") + on("EMEA", "APAC"), True, ""),
        (tracking("EMEA") + on("EMEA", "APAC", "AMER"), True, ""),
        (tracking("EMEA") + on("EMEA", "APAC") + off("APAC"), False, ""),
        (tracking("EMEA") + on("EMEA") + off("EMEA"), True, ""),  # a person took it off
        (tracking("EMEA") + on("EMEA", who="triage-bot") + off("EMEA"), True, ""),
        (tracking("EMEA") + on("EMEA") + off("EMEA", who="triage-bot"), True, "EMEA"),
        (tracking("EMEA") + on("APAC") + off("APAC"), True, "EMEA"),  # it was another one
        (tracking("EMEA") + on("EMEA") + off("EMEA") + EDIT, True, ""),  # at the same instant people win
        (tracking("EMEA") + on("EMEA") + off("EMEA") + LATE_EDIT, True, "EMEA"),
        (tracking("EMEA") + '2026-03-02T15:00Z sam adds "Partner-SA" "partner region-emea"\n', True, "EMEA"),
        (
            tracking("EMEA") + '2026-03-02T15:00Z sam adds "Partner Region-LATAM"\n',
            False,
            "",
        ),  # of the family too
    ],
)
def test_one_is_on(looked: Look, lines: str, failing: bool, added: str) -> None:
    result = looked(lines)
    assert result.failing == failing
    assert result.changes == ((Change(add=f"Partner Region-{added}"),) if added else ())


@pytest.mark.parametrize(
    ("lines", "since"),
    [
        (tracking("x"), "2026-03-02T14:00:00.000Z"),
        (tracking("x") + on("EMEA") + off("EMEA"), "2026-03-02T15:30:00.000Z"),
        (tracking("x") + on("EMEA") + on("APAC", at="2026-03-03T15:00Z"), "2026-03-03T15:00:00.000Z"),
        (
            tracking("x")
            + on("EMEA")
            + on("APAC", at="2026-03-03T15:00Z")
            + on("AMER", at="2026-03-04T15:00Z"),
            "2026-03-03T15:00:00.000Z",
        ),
    ],
)
def test_since_when_it_is_not_one(looked: Look, lines: str, since: str) -> None:
    at = looked(lines).since
    assert at is not None
    assert stamp(at) == since


def test_a_family_without_a_block_only_asks(looked: Look) -> None:
    result = looked(tracking("EMEA"), block="", labels={})
    assert (result.failing, result.changes) == (True, ())
    assert result.values == {"family": "`Partner Region-…`", "have": "", "unsaid": False}


def test_what_is_on_is_quoted_since_others_name_labels(looked: Look) -> None:
    lines = tracking("EMEA") + '2026-03-02T15:00Z sam adds "Partner Region-`@all`" "Partner Region-EMEA"\n'
    assert looked(lines).values["have"] == "`Partner Region-EMEA` and `` Partner Region-`@all` ``"


@pytest.mark.parametrize(
    "said",
    [
        {"block": ""},
        {"labels": {}},
        {"labels": {"EMEA": "Region-EMEA"}},
        {"prefix": ""},
    ],
)
def test_a_family_that_does_not_fit_together_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Family.model_validate(CHECK | said)


def test_the_label_goes_on_and_nobody_is_asked(
    ruleset: Ruleset, issue_of: Callable[..., Issue], plan_of: Callable[..., Plan]
) -> None:
    filled = '2026-03-02T14:00Z alice opens "Initech" from "Partner Tracking" filled\n'
    assert [str(a) for a in plan_of(filled, NOW, "ecosystem").actions] == ["+Partner Region-EMEA"]
    refused = filled + on("EMEA", who="triage-bot") + off("EMEA")
    (note,) = evaluate(issue_of(refused, "ecosystem"), ruleset, read_instant(NOW)).actions
    assert isinstance(note, PutNote)
    assert "No label says which region" in note.body
    two = filled + on("EMEA", "APAC")
    (note,) = evaluate(issue_of(two, "ecosystem"), ruleset, read_instant(NOW)).actions
    assert isinstance(note, PutNote)
    assert "has `Partner Region-APAC` and `Partner Region-EMEA`. Please keep" in note.body


def test_okrs_and_initiatives_have_their_quarter(plan_of: Callable[..., Plan]) -> None:
    for template in ("OKR", "Initiative"):
        lines = f'2026-03-02T14:00Z alice opens "x" from "{template}" filled\n'
        assert [str(a) for a in plan_of(lines, NOW, "initiatives").actions] == ["+quarter::Q2"]
    other = '2026-03-02T14:00Z alice opens "x" from "Working Agreement" filled\n'
    assert plan_of(other, NOW, "initiatives").actions == ()
