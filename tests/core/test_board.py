"""What a board may want otherwise: what it insists on, how far rules go, whether anything is written there at all."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.core.evaluate import evaluate
from app.core.model import Issue
from app.core.plan import Plan, PutNote
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

EARLY = (
    '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "SA Asks"\n'
    '2026-03-02T15:00Z sam adds "SA Doing"'
)
PLAIN = '2026-03-02T14:00Z alice opens "Acme demo" from "SA Activity" filled except "Region"'
NOW = "2026-03-02T15:01Z"


@pytest.fixture
def plan_with(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Plan]:
    """The plan when the US East board's file says this too."""

    def make(lines: str, **said: Any) -> Plan:
        board = ruleset.boards["us-east"]
        other = replace(board, file=board.file.model_copy(update=said))
        changed = replace(ruleset, boards=ruleset.boards | {"us-east": other})
        return evaluate(issue_of(lines), changed, read_instant(NOW))

    return make


def test_a_block_that_the_board_insists_on_is_required(plan_with: Callable[..., Plan]) -> None:
    assert plan_with(PLAIN).actions == ()
    (note,) = plan_with(PLAIN, insists_on=["Region"]).actions
    assert isinstance(note, PutNote)
    assert "- [ ] **Region**: " in note.body


def test_what_is_insisted_on_must_be_right_too(plan_with: Callable[..., Plan]) -> None:
    lines = (
        PLAIN.replace(' except "Region"', "")
        + "\n2026-03-02T14:30Z alice edits the description\n  | <!-- triage-template: sa-activity v3 -->\n"
        "  | ## Region\n  | the moon\n"
    )
    (note,) = plan_with(lines, insists_on=["Region"]).actions
    assert isinstance(note, PutNote)
    assert "- [ ] **Region**: " in note.body


@pytest.mark.parametrize(
    ("manner", "done"),
    [
        ("advise", ["write note status"]),
        ("ask", ["summon unexpected-move/failing/2026-03-02T15:00:00.000Z", "write note status"]),
        (
            "put_back",
            ["-SA Doing", "summon unexpected-move/failing/2026-03-02T15:00:00.000Z", "write note status"],
        ),
    ],
)
def test_how_far_a_rule_goes_is_the_boards_to_say(
    plan_with: Callable[..., Plan], manner: str, done: list[str]
) -> None:
    plan = plan_with(EARLY, manners={"unexpected-move": manner})
    assert [str(a) for a in plan.actions if str(a) != "assign sam"] == done


def test_on_a_watched_board_nothing_is_written_and_all_is_seen(plan_with: Callable[..., Plan]) -> None:
    plan = plan_with(EARLY, watched=True)
    assert (plan.actions, plan.recheck_at) == ((), None)
    assert plan.silent == "the board US East is only watched"
    assert {"incomplete-request", "unexpected-move"} <= {o.rule for o in plan.findings}


BELOW = (
    '2026-03-02T14:00Z alice opens "Acme"\n  | <!-- triage-template: sa-activity v3 -->\n'
    "  | ## Opportunity Size\n  | USD 9,000\n"
)


def waiver_line(plan: Plan) -> str:
    (note,) = (a for a in plan.actions if isinstance(a, PutNote))
    return next(line for line in note.body.split("\n") if "is let pass here" in line)


def test_an_exception_asks_for_a_reason_and_finds_it_in_a_later_comment(plan_of: Callable[..., Plan]) -> None:
    asked = BELOW + '2026-03-02T15:00Z alice comments "@maria @sofia may this one pass?"\n'
    line = waiver_line(plan_of(asked, NOW, "commercial-amer"))
    assert line.startswith("The rule `small-deal` is let pass here by `alice` on Mon 2 Mar 2026, 09:00 CST")
    assert line.endswith(
        'with `maria` and `sofia` told. Please say why, in a comment that says "because ...".'
    )
    given = asked + '2026-03-02T15:30Z maria comments "Yes, because they will grow."\n'
    assert waiver_line(plan_of(given, "2026-03-02T15:31Z", "commercial-amer")).endswith(
        ": `they will grow.`."
    )
    other = asked + '2026-03-02T15:30Z root comments "No, because I say so."\n'
    assert "Please say why" in waiver_line(plan_of(other, "2026-03-02T15:31Z", "commercial-amer"))


def test_that_nobody_owns_what_was_claimed_is_said(plan_of: Callable[..., Plan]) -> None:
    lines = EARLY + "\n2026-03-02T15:00Z triage-bot assigns sam\n2026-03-02T15:01Z maria unassigns sam\n"
    (note,) = plan_of(lines, "2026-03-02T15:02Z").actions
    assert isinstance(note, PutNote)
    assert "this is in **SA Doing**, and nobody owns it at present." in note.body
    claimed = EARLY.replace("sam adds", "maria adds")
    (note,) = plan_of(claimed, "2026-03-02T15:02Z").actions
    assert isinstance(note, PutNote)
    assert "nobody owns it at present" in note.body


def test_a_closing_with_no_word_from_all_three_is_told_in_the_note_that_is_there(
    plan_of: Callable[..., Plan],
) -> None:
    noted = "2026-03-02T15:30Z triage-bot comments\n  | <!-- triage:status 1#1 -->\n  | old\n"
    early = EARLY.replace('"SA Asks"', '"SA Asks" "Agreement"')
    lines = early + "\n" + noted + '2026-03-02T16:00Z sam adds "SA Waiting"\n2026-03-02T17:00Z sam closes\n'
    (note,) = [a for a in plan_of(lines, "2026-03-02T17:01Z").actions if isinstance(a, PutNote)]
    assert (
        "`sam` closed this while it was in SA Doing, with no word yet from an SA, the sales team and the cust"
        in note.body
    )
    silent = plan_of(lines.replace(noted, ""), "2026-03-02T17:01Z")
    assert [a for a in silent.actions if isinstance(a, PutNote)] == []
