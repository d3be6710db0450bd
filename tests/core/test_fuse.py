"""How much is too much: more than the limit, never the limit itself."""

from datetime import UTC, datetime

import pytest

from app.core.fuse import Fuse, Tally
from app.core.model import IssueRef
from app.core.plan import AddLabel, Plan, Summon

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


def plan(number: int, *called: str) -> Plan:
    actions = [AddLabel("late-activity", f"label-{n}") for n in range(number)]
    calls = [Summon("late-activity", "k", "...", NOW, called)] if called else []
    return Plan(IssueRef(34, 1), "x#1", "us-east", NOW, "v1", (*actions, *calls))


@pytest.mark.parametrize(
    ("fuse", "plans", "said"),
    [
        (Fuse(), [plan(1000, "sam")], ""),
        (Fuse(3), [plan(1), plan(2)], ""),
        (Fuse(2), [plan(1), plan(2)], "there is more to do (3) than the 2 of --max-actions"),
        (Fuse(0), [plan(0)], ""),
        (Fuse(0), [plan(1)], "there is more to do (1) than the 0 of --max-actions"),
        (Fuse(calls=1), [plan(0, "sam"), plan(0, "sofia")], ""),
        (
            Fuse(calls=1),
            [plan(0, "sam"), plan(0, "sam", "maria")],
            "sam would be called 2 times: more than the 1 of --max-calls",
        ),
        (
            Fuse(calls=0),
            [plan(0, "sam"), plan(0, "maria")],
            "sam would be called once and 1 other too often: more than the 0 of --max-calls",
        ),
    ],
)
def test_a_fuse_blows_above_its_limit(fuse: Fuse, plans: list[Plan], said: str) -> None:
    assert fuse.blown(Tally.of(plans)) == said


def test_only_a_limit_makes_a_fuse() -> None:
    assert [bool(f) for f in (Fuse(), Fuse(0), Fuse(calls=0))] == [False, True, True]
