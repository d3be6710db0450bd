"""The benchmark of sweeps in small: its requests need nothing, its figures say what happened, and it can miss them."""

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.descriptions import with_own_number
from benchmarks.histories import BOARDS
from benchmarks.sweeping import growth
from benchmarks.sweeping.figures import Figure, Measured, figures, table
from benchmarks.sweeping.measure import Size, measure
from benchmarks.sweeping.runs import Calls, Ran

SMALL = Size(issues=60, changed=6, baseline=12, stories=12, latency=0, concurrency=None)
PROJECT = "/api/v4/projects/1"


def call(
    path: str, method: str = "GET", status: int | None = 200, user: str = "triage-bot"
) -> dict[str, Any]:
    return {"method": method, "path": path, "status": status, "user": user}


def calls(**kinds: int) -> Calls:
    found = Calls()
    found.kinds.update({name.replace("_", " "): number for name, number in kinds.items()})
    return found


def ran(found: Calls, seconds: float, **more: Any) -> Ran:
    told: dict[str, Any] = {
        "report": {"pending": 0, "done": 0},
        "memory": 150.0,
        "cpu": (90.0, 80.0),
        "sandbox_cpu": 30.0,
    }
    return Ran(calls=found, seconds=seconds, **told | more)


GOOD = Measured(
    issues=10_000,
    changed=100,
    latency=0.05,
    concurrency=12,
    seeding=20.0,
    first=ran(calls(lists=150, label_events=10_000, state_events=10_000, notes=10_000, once=30), 150.0),
    steady=ran(calls(lists=20, label_events=100, state_events=100, notes=100, once=30), 5.0),
    baseline=0.16,
    baseline_issues=500,
)


@pytest.fixture(scope="module")
def small() -> Measured:
    """The whole benchmark once, with real processes."""
    return measure(SMALL)


def test_nothing_is_to_be_done_on_the_requests_of_the_benchmark(small: Measured) -> None:
    """Neither before nor after a bystander's word: what is measured is looking, not writing."""
    for run in (small.first, small.steady):
        assert run.report["complete"]
        assert run.report["pending"] == run.report["done"] == run.calls.writes == 0


def test_every_issue_is_read_whole_in_the_first_sweep(small: Measured) -> None:
    kinds = small.first.calls.kinds
    assert kinds["label events"] == kinds["state events"] == kinds["notes"] == SMALL.issues
    assert small.first.calls.lists >= len(BOARDS)
    assert small.first.memory > 30
    assert 0 < small.first.sandbox_cpu < small.first.seconds


def test_the_changed_ones_are_read_again(small: Measured) -> None:
    assert small.steady.calls.kinds["notes"] >= SMALL.changed


def test_the_baseline_reads_what_it_was_told_to(small: Measured) -> None:
    assert small.baseline_issues == SMALL.baseline
    assert small.baseline > 0
    assert "MISSED" not in next(
        line for line in table(figures(small)).splitlines() if line.startswith("writes")
    )


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        (call(f"{PROJECT}/issues?state=opened&per_page=100"), "lists"),
        (call("/api/v4/groups/3/issues?state=opened"), "lists"),
        (call(f"{PROJECT}/issues/7"), "issue"),
        (call(f"{PROJECT}/issues/7/resource_label_events?per_page=100"), "label events"),
        (call(f"{PROJECT}/issues/7/resource_state_events"), "state events"),
        (call(f"{PROJECT}/issues/7/notes?sort=asc"), "notes"),
        (call(f"{PROJECT}/issues/7/notes", "POST", 201), "writes"),
        (call(f"{PROJECT}/issues/7", "PUT"), "writes"),
        (call(PROJECT), "once"),
        (call("/api/v4/user"), "once"),
    ],
)
def test_calls_are_told_apart(asked: dict[str, Any], kind: str) -> None:
    found = Calls.of([asked, call("/api/v4/user", user="alice")])
    assert +found.kinds == {kind: 1}
    assert found.total == 1


def test_calls_that_failed_are_counted_twice_once_as_such() -> None:
    assert +Calls.of([call(PROJECT, status=403), call(PROJECT, status=None)]).kinds == {
        "once": 2,
        "refused": 2,
    }


def missed(found: Measured) -> list[str]:
    return [row.what for row in figures(found) if not row.holds]


@pytest.mark.parametrize(
    ("found", "what"),
    [
        (GOOD, []),
        (replace(GOOD, first=replace(GOOD.first, seconds=163.9)), ["wall time"]),
        (replace(GOOD, first=replace(GOOD.first, memory=301.0)), ["peak of memory, MB"]),
        (replace(GOOD, first=replace(GOOD.first, sandbox_cpu=120.0)), ["the sandbox's share of a core"]),
        (
            replace(GOOD, first=replace(GOOD.first, report={"pending": 1, "done": 0})),
            ["actions done or left to do"],
        ),
        (replace(GOOD, first=replace(GOOD.first, calls=calls(notes=31_001))), ["reads an issue"]),
        (replace(GOOD, first=replace(GOOD.first, calls=calls(notes=30_000, writes=1))), ["writes"]),
        (
            replace(GOOD, steady=ran(calls(lists=81, once=30), 5.0)),
            ["lists, and calls about no single issue"],
        ),
        (replace(GOOD, steady=ran(calls(notes=301), 5.0)), ["reads a changed issue"]),
        (replace(GOOD, baseline=0.11), ["times slower than the first sweep"]),
    ],
)
def test_each_figure_can_be_missed(found: Measured, what: list[str]) -> None:
    assert missed(found) == what


def test_the_table_says_what_was_wanted() -> None:
    rows = [Figure("reads", "3.2", "at most 3.1", False), Figure("wall time", "5 s")]
    assert table(rows) == "reads       3.2  (wanted: at most 3.1; MISSED)\nwall time   5 s"


@pytest.mark.parametrize(
    ("largest", "problems"),
    [
        (GOOD, []),
        (replace(GOOD, first=replace(GOOD.first, seconds=180.0)), ["wall time"]),
        (replace(GOOD, first=replace(GOOD.first, calls=calls(notes=40_000))), ["reads of the first sweep"]),
        (replace(GOOD, steady=ran(calls(notes=400), 5.0)), ["reads a changed issue on 10,000"]),
    ],
)
def test_growth_beyond_the_boards_is_told(largest: Measured, problems: list[str]) -> None:
    small = replace(GOOD, issues=1_000, first=ran(calls(lists=12, notes=3_000), 15.0))
    found = growth.faults([small, largest])
    assert len(found) == len(problems)
    assert all(words in line for words, line in zip(problems, found, strict=True))


def test_a_quoted_number_is_replaced_where_it_stands() -> None:
    text = "Acme, 25 developers. Our own number for it is 000005. Really."
    assert with_own_number(text, 123) == "Acme, 25 developers. Our own number for it is 000123. Really."
    assert with_own_number("nothing", 1) == "nothing"
