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
