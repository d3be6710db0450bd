"""Decisions in a process of their own: the same as here, and what is lost with it is decided here."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.evaluate import evaluate
from app.core.plan import Plan
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.reconcile import NONE, decision
from app.sweep.aside import Aside, more_than_one
from benchmarks.histories import Request, requests
from tests.conftest import ROOT
from tests.town import Town

ONE_WRITE = Restraint(writes=1)
ALONE = """
import sys, time
from pathlib import Path
from app.rulebook import load
from app.sweep.aside import Aside
with Aside(load(Path("rules"), examples=False), adopt=False) as aside:
    print(aside.pid, flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def asked(ruleset: Ruleset) -> list[Request]:
    return list(requests(ruleset, 36))


@pytest.mark.parametrize(
    ("quota", "is_of_use"),
    [
        ("max 100000\n", True),
        ("150000 100000\n", True),
        ("100000 100000\n", False),
        ("50000 100000\n", False),
    ],
)
def test_a_container_that_has_one_processor_or_less_has_one_process(tmp_path, quota, is_of_use):
    (tmp_path / "cpu.max").write_text(quota)
    assert more_than_one(tmp_path / "cpu.max") is is_of_use


def test_without_a_quota_there_is_no_limit(tmp_path):
    assert more_than_one(tmp_path / "none")


@pytest.fixture(scope="module")
def aside(ruleset: Ruleset) -> Iterator[Aside]:
    with Aside(ruleset, adopt=False) as aside:
        yield aside


def here(request: Request, ruleset: Ruleset, restraint: Restraint, *, settled: bool) -> Plan:
    issue = request.settled if settled else request.found
    return decision(issue, request.now, ruleset=ruleset, adopt=False, restraint=restraint)


@pytest.mark.parametrize("restraint", [NONE, ONE_WRITE], ids=["free", "held"])
def test_what_is_to_be_done_is_the_same_there(
    asked: list[Request], aside: Aside, ruleset: Ruleset, restraint: Restraint
) -> None:
    acting = 0
    for each in asked:
        plan = here(each, ruleset, restraint, settled=False)
        there = aside.decide(each.found, each.now, restraint)
        whole = plan if plan.actions else plan.in_brief()
        assert there == whole
        assert there.as_dict() == whole.as_dict()
        assert there.in_short() == plan.in_short()
        acting += bool(plan.actions)
    assert acting > len(asked) / 2


def test_where_nothing_is_to_be_done_it_is_told_in_brief(
    asked: list[Request], aside: Aside, ruleset: Ruleset
) -> None:
    for each in asked:
        plan = here(each, ruleset, NONE, settled=True)
        there = aside.decide(each.settled, each.now, NONE)
        assert (plan.actions, there.as_dict()) == ((), plan.in_brief().as_dict())
        assert there.clocks == plan.clocks


def test_many_threads_ask_at_once(asked: list[Request], aside: Aside, ruleset: Ruleset) -> None:
    with ThreadPoolExecutor(8) as hands:
        found = list(hands.map(lambda each: aside.decide(each.found, each.now, NONE), asked))
    assert [plan.actions for plan in found] == [
        evaluate(each.found, ruleset, each.now).actions for each in asked
    ]


def test_when_it_is_killed_all_goes_on_here(asked: list[Request], ruleset: Ruleset) -> None:
    with Aside(ruleset, adopt=False) as aside:
        before = aside.decide(asked[0].found, asked[0].now, NONE)
        assert aside.pid is not None
        os.kill(aside.pid, signal.SIGKILL)
        after = aside.decide(asked[0].found, asked[0].now, NONE)
        assert after.actions == before.actions
        assert aside.pid is None


def test_what_fails_there_fails_here(asked: list[Request], aside: Aside) -> None:
    with pytest.raises(TypeError):
        aside.decide(asked[0].found, None, NONE)  # type: ignore[arg-type]
    assert aside.decide(asked[0].found, asked[0].now, NONE).actions  # and the next one is decided there again


def test_it_outlives_nobody(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ALONE]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert lives(pid)
        parent.kill()
    until = time.monotonic() + 10
    while lives(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not lives(pid)


def lives(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_a_sweep_by_several_hands_ends_as_one_by_one_does(town: Town) -> None:
    for n in range(6):
        town.project("alice").issues.create({"title": f"Demo {n}", "description": "Please."})
    preview = town.sweep("us-east", apply=False)
    several = town.sweep("us-east", apply=False, threads=4)
    by_ref = {row.ref: row.plan and row.plan.actions for row in preview.rows}
    assert {row.ref: row.plan and row.plan.actions for row in several.rows} == by_ref
    assert town.sweep("us-east", threads=4).done == preview.pending
    assert town.sweep("us-east", threads=4).pending == 0


def test_where_no_process_can_be_made_a_sweep_decides_by_itself(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    town.project("alice").issues.create({"title": "Demo", "description": "Please."})
    monkeypatch.setattr(os, "fork", refused)
    report = town.sweep("us-east", threads=4)
    assert (report.complete, report.pending, report.done) == (True, report.done, report.pending)
    assert report.done


def test_a_process_that_stands_still_holds_up_nobody_for_long(
    asked: list[Request], ruleset: Ruleset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sweep.aside.PATIENCE", 1.0)
    long = replace(asked[0].found, description="word " * 1_000_000)  # more than the line to it takes
    with Aside(ruleset, adopt=False) as aside:
        assert aside.pid is not None
        os.kill(aside.pid, signal.SIGSTOP)
        began = time.monotonic()
        plan = aside.decide(long, asked[0].now, NONE)
        assert time.monotonic() - began < 30
        assert plan == here(replace(asked[0], found=long), ruleset, NONE, settled=False)
