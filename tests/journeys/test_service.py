"""The service as it runs anywhere: `triage serve` as its own processes beside a sandbox."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.demo import free_port, register, service
from app.sandbox.story import STEPS
from tests import plain
from tests.town import Town


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def served(town: Town, tmp_path: Path, port: int) -> Callable[..., Any]:
    """Starts the service, again if it is called again."""
    register(town.url, port)
    return lambda name="one.db": service(town.url, port, tmp_path / name, tmp_path / "service.log")


def wait_for(so: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end, "it did not come to be so in time"
        time.sleep(0.05)


def settled(town: Town) -> None:
    """Until the bot has called nobody for longer than it takes it to notice what is due."""
    quiet, last = 0, -1
    while quiet < 7:
        now = sum("bot" in r["user"] for r in town.requests() if r["path"] != "/api/v4/user")
        quiet, last = (quiet + 1, now) if now == last else (0, now)
        time.sleep(0.1)


@pytest.mark.parametrize("ends", [8, len(STEPS)])
def test_one_sweep_at_the_end_leaves_the_board_that_the_service_leaves(
    town: Town, served: Callable[..., Any], ends: int
) -> None:
    def play(after: Callable[[], None]) -> dict[int, dict[str, object]]:
        stage = town.stage()
        for step in STEPS[:ends]:
            town.set_clock(frozen=True, set=step.at.isoformat())
            step.does(stage)
            after()
        return town.board(list(stage.issues.values()))

    with served():
        live = play(lambda: settled(town))
    plain.post(f"{town.url}/-/sandbox/reset", json={})
    play(lambda: None)
    town.sweep()
    assert town.board(list(live)) == live


def test_a_lost_database_loses_no_clock(town: Town, served: Callable[..., Any]) -> None:
    issue = town.project("alice").issues.create({"title": "x", "description": town.stage().template()})
    with served("two.db"):  # a database that knows nothing of the request
        wait_for(lambda: any(f"/issues/{issue.iid}/notes" in r["path"] for r in town.requests()))
        time.sleep(0.3)
        town.set_clock(advance="PT60H")
        wait_for(lambda: town.project("maria").issues.get(issue.iid).labels == ["sla::breached"])


def test_a_receiver_tells_of_gitlab_in_its_body_and_stays_ready(
    town: Town, served: Callable[..., Any], port: int
) -> None:
    with served():
        ready = lambda: plain.get(f"http://127.0.0.1:{port}/readyz")  # noqa: E731
        wait_for(lambda: ready().json().get("gitlab") == "ok")
        assert ready().status_code == 200


def test_the_probe_names_the_worker_whose_calls_do_not_get_through(
    town: Town, served: Callable[..., Any], port: int
) -> None:
    town.fault(kind="503", user="triage-bot")
    with served():
        ready = lambda: plain.get(f"http://127.0.0.1:{port}/readyz")  # noqa: E731
        town.project("alice").issues.create({"title": "x", "description": "y"})
        held_up = lambda: {n for n in ready().json().get("calls_held_up", {}) if n != "receiver"}  # noqa: E731
        wait_for(lambda: len(held_up()) == 1)
        assert ready().status_code == 200


def test_a_killed_worker_is_replaced_and_nothing_is_lost(
    town: Town, served: Callable[..., Any], tmp_path: Path
) -> None:
    with served():
        log = tmp_path / "service.log"
        wait_for(lambda: '"working"' in log.read_text())
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        worker = next(line["worker"] for line in lines if line["event"] == "working")
        os.kill(int(worker.rpartition(":")[2]), signal.SIGKILL)
        issue = town.project("alice").issues.create({"title": "x", "description": "y"})
        wait_for(lambda: len(town.bot_notes(issue)) == 1)
