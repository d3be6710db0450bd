"""Sweeps: everything in one pass, first contact with an old board, what fails on the way."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.board import Board
from app.errors import ConfigError, Unauthorized
from app.reports import as_data, as_text, counts_text
from app.sandbox.stage import PROJECT
from app.sweep import Swept, choose_boards, sweep
from tests import plain
from tests.conftest import ROOT
from tests.town import Town


@pytest.fixture
def old_board(town: Town) -> Town:
    """US East with thirty requests from before the day on which the board begins."""
    body = {"project": PROJECT, "issues": 30, "template": "SA Activity", "notes": 1}
    plain.post(f"{town.url}/-/sandbox/seed", json=body).raise_for_status()
    town.ruleset = since(town, date(2026, 3, 2))
    return town


def since(town: Town, day: date) -> Any:
    board = town.ruleset.boards["us-east"]
    fresh = Board(board.file.model_copy(update={"since": day}), board.calendar)
    return replace(town.ruleset, boards={**town.ruleset.boards, "us-east": fresh})


def test_a_first_contact_writes_nothing(old_board: Town) -> None:
    report = old_board.sweep("us-east")
    assert (len(report.rows), report.pending, old_board.writes()) == (30, 0, [])
    assert "30 left alone" in as_text(report)


def test_nor_does_a_day_of_events_on_old_requests(old_board: Town) -> None:
    issues = old_board.project("sam").issues.list(get_all=False, per_page=5)
    for issue in issues:
        issue.notes.create({"body": "Still there?"})
        issue.labels = ["SA Triaged", "SA Doing"]
        issue.save()
    old_board.set_clock(advance="P1D")
    old_board.sweep("us-east")
    assert old_board.writes() == []


def test_an_old_request_is_explained_all_the_same(old_board: Town) -> None:
    issue = old_board.project("maria").issues.list(get_all=False, per_page=1)[0]
    plan = old_board.look(issue).plan
    assert "not adopted" in plan.silent
    assert "incomplete-request" in {o.rule for o in plan.findings}
    assert plan.actions == ()


def test_adoption_takes_the_old_requests_in_for_good(old_board: Town) -> None:
    report = old_board.sweep("us-east", apply=False, adopt=True)
    assert old_board.writes() == []
    assert counts_text(report).startswith("30 requests: ")
    old_board.sweep("us-east", adopt=True)
    issues = old_board.project("maria").issues.list(get_all=True)
    assert all("bot::on" in i.labels for i in issues)
    written = len(old_board.writes())
    old_board.sweep("us-east")
    assert old_board.sweep("us-east", adopt=True).pending == 0
    assert len(old_board.writes()) == written
    issues[0].notes.create({"body": "Taking this one."})
    assert old_board.look(issues[0]).plan.silent == ""


def test_a_closed_request_is_not_adopted(old_board: Town) -> None:
    issue = old_board.project("maria").issues.list(get_all=False, per_page=1)[0]
    issue.state_event = "close"
    issue.save()
    assert old_board.look(issue, adopt=True).plan.actions == ()


def test_a_new_request_on_an_old_board_is_looked_after(old_board: Town) -> None:
    issue = old_board.project("alice").issues.create({"title": "New", "description": "x"})
    old_board.sweep("us-east")
    assert len(old_board.bot_notes(issue)) == 1


def test_a_dry_run_writes_nothing_and_shows_the_whole_text(town: Town) -> None:
    town.project("alice").issues.create({"title": "New", "description": "x"})
    report = town.sweep("us-east", apply=False)
    assert town.writes() == []
    text = as_text(report)
    assert "write note status" in text
    assert "seven things are missing" in text
    assert "Would do: 1 request: 1 status note." in text
    assert as_data(report)["pending"] == 1


def test_recently_closed_requests_are_looked_at_and_older_ones_are_not(town: Town) -> None:
    project = town.project("alice")
    recent, old = (project.issues.create({"title": t, "description": "x"}) for t in ("recent", "old"))
    old.state_event = "close"
    old.save()
    town.set_clock(advance="P10D")
    recent.state_event = "close"
    recent.save()
    town.set_clock(advance="P5D")
    assert [row.ref.iid for row in town.sweep("us-east").rows] == [recent.iid]


def test_one_request_that_gitlab_refuses_does_not_stop_the_others(town: Town) -> None:
    for title in ("one", "two"):
        town.project("alice").issues.create({"title": title, "description": "x"})
    admin = town.project("root")

    def delete_the_next(row: Swept) -> None:
        if row.ref.iid == 1:
            admin.issues.delete(2)

    town.project("alice").issues.create({"title": "three", "description": "x"})
    report = town.sweep("us-east", seen=delete_the_next)
    assert [(r.ref.iid, "404" in r.error) for r in report.rows] == [(1, False), (2, True), (3, False)]
    assert len(town.bot_notes(town.project("maria").issues.get(3))) == 1
    assert not report.complete


def test_a_fault_of_ours_at_one_request_does_not_stop_the_others(town: Town) -> None:
    for title in ("one", "two", "three"):
        town.project("alice").issues.create({"title": title, "description": "x"})
    asked = iter(range(10))

    def now() -> datetime:
        if next(asked) == 3:  # it is asked once for the list, then twice for each request on which it acts
            raise LookupError("surprise")
        return town.clock.now()

    report = sweep(
        choose_boards(town.ruleset, ["us-east"]), gitlab=town.bot, ruleset=town.ruleset, now=now, alone=True
    )
    assert [(r.ref.iid, "LookupError: surprise (at" in r.error) for r in report.rows] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert not report.complete


def test_gitlab_asking_for_less_is_heeded(town: Town) -> None:
    town.project("alice").issues.create({"title": "one", "description": "x"})
    town.bot.me()
    town.fault(kind="429", retry_after=1, path="/issues/1", times=2)
    report = town.sweep("us-east")
    assert (report.complete, report.done) == (True, 1)


def test_a_board_that_cannot_be_listed_makes_the_sweep_incomplete(town: Town) -> None:
    board = town.ruleset.boards["us-east"]
    gone = Board(board.file.model_copy(update={"project": "group/gone"}), board.calendar)
    town.ruleset = replace(town.ruleset, boards={**town.ruleset.boards, "us-east": gone})
    report = town.sweep("us-east", "us-west")
    assert (report.complete, list(report.boards_failed)) == (False, ["us-east"])
    assert "Incomplete" in as_text(report)


def test_a_token_that_is_taken_back_ends_the_sweep_with_its_report(town: Town) -> None:
    for title in ("one", "two", "three"):
        town.project("alice").issues.create({"title": title, "description": "x"})
    town.bot.me()
    town.fault(kind="401", path="/issues/2")
    report = town.sweep("us-east")
    assert (len(report.rows), report.done, report.complete) == (1, 1, False)
    assert "TRIAGE_GITLAB_TOKEN" in as_text(report)


def test_two_sweeps_at_once_write_each_note_once(town: Town) -> None:
    for number in range(6):
        town.project("alice").issues.create({"title": str(number), "description": "x"})
    others = [Town(town.url, town.ruleset) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda other: other.sweep("us-east"), others))
    for other in others:
        other.close()
    assert [len(town.bot_notes(town.project("maria").issues.get(i))) for i in range(1, 7)] == [1] * 6


def test_a_token_that_is_not_accepted_stops_the_sweep(town: Town) -> None:
    town.become("sandbox-nobody")
    with pytest.raises(Unauthorized):
        town.sweep("us-east")


def test_an_inactive_board_is_left_alone(town: Town) -> None:
    issue = town.project("alice").issues.create({"title": "x", "description": "y"})
    board = town.ruleset.boards["us-east"]
    idle = Board(board.file.model_copy(update={"active": False}), board.calendar)
    town.ruleset = replace(town.ruleset, boards={**town.ruleset.boards, "us-east": idle})
    assert "us-east" not in {b.id for b in choose_boards(town.ruleset, [])}
    assert town.look(issue).plan.silent == "its project is no board"


def test_an_unknown_board_is_named(town: Town) -> None:
    with pytest.raises(ConfigError, match="unknown board 'us-easy'"):
        choose_boards(town.ruleset, ["us-easy"])


def test_a_confidential_request_appears_by_reference_only(town: Town) -> None:
    town.project("alice").issues.create(
        {"title": "Secret Corp", "description": "Secret", "confidential": True}
    )
    report = town.sweep("us-east", apply=False)
    assert report.pending == 1
    for shown in (as_text(report), str(as_data(report))):
        assert "Secret" not in shown
        assert f"{PROJECT}#1" in shown


def test_the_clock_of_a_sweep_is_gitlabs(town: Town) -> None:
    issue = town.project("alice").issues.create({"title": "one", "description": town.stage().template()})
    town.set_clock(advance=f"PT{int(timedelta(days=3).total_seconds() // 3600)}H")
    town.sweep("us-east")
    assert town.project("maria").issues.get(issue.iid).labels == ["sla::breached"]


def test_a_sweep_that_is_told_to_end_leaves_its_report(town: Town, tmp_path: Path) -> None:
    """As a runner does whose job is cancelled or takes too long."""
    for n in range(6):
        town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})
    town.fault(kind="slow", seconds=0.3, path="/notes")
    command = [sys.executable, "-m", "app", "sweep", "--board", "us-east", "--concurrency", "1"]
    environment = os.environ | {
        "TRIAGE_GITLAB_URL": town.url,
        "TRIAGE_GITLAB_TOKEN": town.token,
        "TRIAGE_CLOCK": "sandbox",
        "TRIAGE_RULES": str(ROOT / "rules"),
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/triage.db",
    }
    report = tmp_path / "sweep.json"
    with subprocess.Popen(
        [*command, "--report", f"json={report}"], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL
    ) as sweep:
        while not town.writes():
            assert sweep.poll() is None
            time.sleep(0.05)
        sweep.send_signal(signal.SIGTERM)
    told = json.loads(report.read_text())
    assert (sweep.returncode, told["stopped"]) == (4, "it was interrupted")
    assert sum(len(row["done"]) for row in told["issues"]) == len(town.writes()) > 0
