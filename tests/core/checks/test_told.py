"""Who knows of a request: whoever is mentioned by a person, assigned, or has written there."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.core.checks.told import Told
from app.core.facts import gather
from app.core.model import Issue
from app.core.plan import Plan
from app.core.result import Result
from app.core.ruleset import Ruleset
from app.core.timeline import read_instant

NOW = "2026-03-05T16:00Z"
OPENED = '2026-03-02T14:00Z alice opens "DevSecOps Day"\n  | Two SAs for Berlin, please.\n'


def opened(text: str) -> str:
    return OPENED.replace("Two SAs for Berlin, please.", text)


def said(text: str, who: str = "alice") -> str:
    return (
        OPENED + f"2026-03-02T15:00Z {who} comments\n" + "".join(f"  | {line}\n" for line in text.split("\n"))
    )


@pytest.fixture
def looked(ruleset: Ruleset, issue_of: Callable[..., Issue]) -> Callable[..., Result]:
    def make(lines: str, *holders: str) -> Result:
        board = ruleset.boards["event-staffing"]
        board = replace(board, file=board.file.model_copy(update={"roles": {"sa-managers": list(holders)}}))
        issue = issue_of(lines, "event-staffing")
        facts = gather(issue, board, ruleset.labels, ruleset.templates, read_instant(NOW))
        return Told.model_validate({"kind": "told", "role": "sa-managers"}).look(facts)

    return make


@pytest.mark.parametrize(
    ("lines", "failing"),
    [
        (OPENED, True),
        (opened("CC @maria"), False),
        (opened("CC @maria."), False),
        (opened("(@Maria)"), False),  # GitLab knows no case
        (opened("CC @sam"), True),
        (opened("CC @maria.moreau"), True),
        (opened("CC @maria-2"), True),
        (opened("CC @maria/team"), True),
        (opened("mail maria@example.com"), True),
        (opened("maria knows"), True),
        (opened("CC `@maria`"), True),
        (opened("CC \\@maria"), True),
        (opened("> CC @maria"), True),
        (opened("<!-- @maria -->"), True),
        (said("FYI @maria"), False),
        (said("FYI @maria", who="sam"), False),
        (said("FYI @maria", who="triage-bot"), True),  # not by a person
        (said("```\n@maria\n```"), True),
        (said("I take it.", who="maria"), False),  # she has seen it
        (OPENED + "2026-03-02T15:00Z alice assigns maria", False),
        (OPENED + "2026-03-02T15:00Z alice assigns maria\n2026-03-02T15:01Z alice unassigns maria", True),
        (OPENED + '2026-03-02T15:00Z alice says "mentioned @maria"', True),
        (OPENED.replace("alice", "maria"), False),
    ],
)
def test_a_holder_of_the_role_knows(looked: Callable[..., Result], lines: str, failing: bool) -> None:
    assert looked(lines, "maria").failing == failing


def test_one_of_several_is_enough_and_nobody_is_missed_where_nobody_holds_it(
    looked: Callable[..., Result],
) -> None:
    assert not looked(opened("CC @kim"), "maria", "kim").failing
    assert not looked(OPENED).failing
    assert looked(OPENED, "maria", "kim").values == {"role": "sa-managers", "holders": "`maria` or `kim`"}


def test_the_watched_board_is_judged_and_left_alone(plan_of: Callable[..., Plan]) -> None:
    plan = plan_of(OPENED, NOW, "event-staffing")
    assert {o.rule for o in plan.findings} == {"managers-not-told"}
    assert (plan.actions, plan.silent) == ((), "the board Event Staffing is only watched")
