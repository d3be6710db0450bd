"""Which entries keep the past of a clock: those that its terms of before lack, found in the old rules or guessed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.core.checks.sla import Sla
from app.core.example import run_examples
from app.core.judged import Judged
from app.core.keeping import NotKept, guesses, missing, terms_on, with_entries
from app.core.length import length_text, read_length
from app.core.ruleset import Ruleset

DAY = date(2026, 3, 10)
HOUR = timedelta(hours=1)


def check(**terms: Any) -> tuple[Sla, dict[str, Any]]:
    """A clock with these terms, and how its file has it."""
    data = {"kind": "sla", "clock": "x", "starts": ["opened"], "answered_by": ["closed"], **terms}
    return Sla.model_validate(data), data


EXPEDITE = {"label": "Expedite", "target": "4h", "count": "working_hours"}
OLDER = {"before": "2026-01-01", "target": "72h"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param({"target": "48h"}, {"target": "48h"}, [], id="nothing changed"),
        pytest.param({"target": "2d"}, {"target": "48h"}, [], id="only written otherwise"),
        pytest.param(
            {"target": "2d"},
            {"target": "24h"},
            [{"before": "2026-03-10", "target": "2d"}],
            id="another length",
        ),
        pytest.param(
            {"target": "48h"},
            {"target": "48h", "count": "wall"},
            [{"before": "2026-03-10", "target": "48h"}],
            id="another way to count",
        ),
        pytest.param(
            {"target": "48h", "count": "working_days", "expedite": EXPEDITE},
            {"target": "48h"},
            [{"before": "2026-03-10", "target": "48h", "count": "working_days", "expedite": EXPEDITE}],
            id="no faster promise any more",
        ),
        pytest.param(
            {"same_day": {"cut_off": "15:00"}},
            {"by_date": "due date"},
            [{"before": "2026-03-10", "same_day": {"cut_off": "15:00"}}],
            id="another kind of promise",
        ),
        pytest.param(
            {"target": "48h", "earlier": [OLDER]},
            {"target": "24h", "earlier": [OLDER]},
            [{"before": "2026-03-10", "target": "48h"}],
            id="older terms stay",
        ),
        pytest.param(
            {"target": "48h", "earlier": [OLDER]},
            {"target": "24h"},
            [OLDER, {"before": "2026-03-10", "target": "48h"}],
            id="older terms that were left out come back",
        ),
        pytest.param(
            {"target": "48h"},
            {"target": "24h", "earlier": [{"before": "2026-03-10", "target": "48h"}]},
            [],
            id="kept already",
        ),
        pytest.param(
            {"target": "48h"},
            {"target": "24h", "earlier": [{"before": "2026-04-01", "target": "48h"}]},
            [],
            id="kept for longer already",
        ),
        pytest.param(
            {"target": "48h", "earlier": [{"before": "2026-04-01", "target": "72h"}]},
            {"target": "48h"},
            [{"before": "2026-03-10", "target": "72h"}],
            id="terms that would have held for longer hold up to the day",
        ),
    ],
)
def test_entries_are_missing_where_the_old_terms_are(
    old: dict[str, Any], new: dict[str, Any], expected: list[Any]
) -> None:
    (before, written), (now, _) = check(**old), check(**new)
    found = missing(before, now, written, DAY)
    assert found == expected
    kept = with_entries(now, found)
    for day in (date(2025, 12, 31), date(2026, 1, 1), DAY - timedelta(days=1)):
        one, other = (terms_on(c, day) for c in (kept, before))
        assert (one.target, one.count, one.expedite, one.same_day) == (
            (other.target, other.count, other.expedite, other.same_day)
        )
    assert terms_on(kept, date(2026, 5, 1)) is kept


def test_an_entry_of_the_same_day_with_other_terms_is_left_to_people() -> None:
    (old, written), (new, _) = (
        check(target="48h"),
        check(target="24h", earlier=[{"before": "2026-03-10", "target": "12h"}]),
    )
    with pytest.raises(NotKept, match="2026-03-10"):
        missing(old, new, written, DAY)


def judged(hours: float, count: str = "working_days") -> Judged:
    at = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
    return Judged("late", "x", at, None, count, hours * HOUR)  # type: ignore[arg-type]


def test_the_likeliest_guess_comes_first() -> None:
    new, _ = check(target="24h", expedite=EXPEDITE)
    found = list(guesses(new, [judged(48), judged(48), judged(4, "working_hours")], DAY))
    assert found[0] == {
        "before": "2026-03-10",
        "target": "48h",
        "count": "working_days",
        "expedite": EXPEDITE,
    }
    pairs = {(g["target"], g["expedite"]["target"]) for g in found}
    assert {("24h", "48h"), ("48h", "48h"), ("4h", "4h")} <= pairs
    assert ("24h", "4h") not in pairs  # those are today's terms


def test_without_a_length_there_is_nothing_to_guess() -> None:
    new, _ = check(by_date="due date")
    assert list(guesses(new, [replace(judged(1), target=None)], DAY)) == []


@pytest.mark.parametrize("text", ["48h", "90m", "1h"])
def test_a_length_is_written_as_it_is_read(text: str) -> None:
    assert length_text(read_length(text)) == text
    assert read_length(length_text(read_length("5d"))) == 120 * HOUR


def test_keeping_the_past_changes_no_example(ruleset: Ruleset) -> None:
    rule = next(r for r in ruleset.rules if r.id == "late-activity")
    assert isinstance(rule.check, Sla)
    entry = {"before": "2030-01-01", "target": "1h", "count": "wall"}
    kept = rule.model_copy(update={"check": with_entries(rule.check, [entry])})
    rules = tuple(kept if r.id == rule.id else r for r in ruleset.rules)
    assert run_examples(replace(ruleset, rules=rules), kept) == []


def test_a_cycle_counts_by_the_terms_of_the_day_on_which_it_began(
    ruleset: Ruleset, issue_of: Callable[..., Any]
) -> None:
    from app.core.evaluate import evaluate

    lines = '2026-03-0{day}T{hour}:00Z alice opens "Acme" from "SA Activity" filled'
    rule = next(r for r in ruleset.rules if r.id == "late-activity")
    assert isinstance(rule.check, Sla)
    entry = {"before": "2026-03-04", "target": "24h", "count": "working_days"}
    kept = rule.model_copy(update={"check": with_entries(rule.check, [entry])})
    rules = replace(ruleset, rules=tuple(kept if r.id == rule.id else r for r in ruleset.rules))
    dues = []
    for day, hour in ((4, "04"), (4, "05")):  # an hour before midnight in New York, and at midnight
        plan = evaluate(
            issue_of(lines.format(day=day, hour=hour)), rules, datetime(2026, 3, 4, 6, tzinfo=UTC)
        )
        dues.append([c.due_at for c in plan.clocks if c.name == "activity"])
    assert dues == [[datetime(2026, 3, 5, 4, tzinfo=UTC)], [datetime(2026, 3, 6, 5, tzinfo=UTC)]]
