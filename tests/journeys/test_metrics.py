"""While the demo's story plays, `/metrics` says what the journal says, and what GitLab saw."""

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.sandbox.demo import environment, free_port, register, service
from app.sandbox.server import SandboxServer
from app.sandbox.stage import Stage
from app.sandbox.story import START, STEPS

AT_RISK, LATE = 7, 9  # the steps after which a clock is at risk, and late
SOON = 12.0

Told = dict[tuple[str, ...], float]


class Played:
    """The service beside a sandbox, and the story between them."""

    def __init__(self, sandbox: SandboxServer, port: int, folder: Path) -> None:
        self.sandbox, self.port = sandbox, port
        self.database, self.log = folder / "triage.db", folder / "log"
        self.stage = Stage(sandbox.url)

    def play(self, first: int, last: int) -> None:
        """Steps `first` to `last`, each until the board is as told."""
        for step in STEPS[first - 1 : last]:
            self.stage.set_clock(step.at)
            step.does(self.stage)
            until(lambda step=step: not step.expect.differences(self.stage.view(step.expect.name)))

    def told(self, name: str, *labels: str) -> Told:
        """By the values of these labels, what `/metrics` says of the metric; values of zero are left out."""
        text = httpx.get(f"http://127.0.0.1:{self.port}/metrics", trust_env=False).text
        found: Counter[Any] = Counter()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == name:
                    found[tuple(sample.labels[label] for label in labels)] += sample.value
        return {key: value for key, value in found.items() if value}

    def entries(self) -> list[dict[str, Any]]:
        """The journal as it stands in the file."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            rows = connection.execute("SELECT * FROM journal ORDER BY id").fetchall()
        return [{**row, "plan": json.loads(row["plan"])} for row in map(dict, rows)]

    def asked(self) -> dict[tuple[str, ...], float]:
        """The calls that GitLab saw from the bot, by method and answer."""
        seen = httpx.get(f"{self.sandbox.url}/-/sandbox/requests", trust_env=False).json()
        return dict(Counter((r["method"], str(r["status"])) for r in seen if r["user"] == "triage-bot"))

    def looks(self) -> list[dict[str, Any]]:
        """The lines of the log that tell of looks."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == "look"]

    def sweep(self) -> None:
        command = [sys.executable, "-m", "app", "sweep", "--board", "us-east", "--alone"]
        told = environment(self.sandbox.url, self.database)
        subprocess.run(command, env=told, check=True, capture_output=True, timeout=60)


def until(so: Callable[[], bool]) -> None:
    end = time.monotonic() + SOON
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    port = free_port()
    with SandboxServer(port=0, at=START) as sandbox:
        played = Played(sandbox, port, tmp_path)
        with service(sandbox.url, port, played.database, played.log):
            register(sandbox.url, port)
            yield played


def by_outcome(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    return dict(Counter((entry["trigger"], entry["outcome"]) for entry in entries))


def by_kind(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    return dict(Counter((d["action"]["kind"],) for e in entries for d in e["plan"].get("deeds", ())))


def clocks(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    """By board and state, of each issue's newest plan; a step before it is due makes a clock one at risk."""
    newest = {(entry["project_id"], entry["iid"]): entry for entry in entries if entry["plan"]}
    found: Counter[tuple[str, ...]] = Counter()
    for entry in newest.values():
        for clock in (c for o in entry["plan"]["outcomes"] for c in o["clocks"] if not c["ended_at"]):
            state = clock["state"].replace(" ", "_")
            found[entry["board"], "at_risk" if clock["steps"] and state == "running" else state] += 1
    return dict(found)


def agrees(played: Played) -> dict[str, Any]:
    """That all is so, once the last look is written down and told; the figures."""
    until(lambda: played.told("triage_inbox_due") == {} == played.told("triage_inbox_leased"))
    until(lambda: played.told("triage_gitlab_calls_total", "method", "status") == played.asked())
    entries = played.entries()
    until(
        lambda: played.told("triage_reconciles_total", "trigger", "outcome") == by_outcome(played.entries())
    )
    assert played.told("triage_actions_total", "kind") == by_kind(entries)
    assert played.told("triage_sla_clocks", "board", "state") == clocks(entries)
    assert played.told("triage_reconcile_seconds_count") == {(): len(entries)}
    writes = sum(n for (method, _), n in played.asked().items() if method in ("PUT", "POST"))
    assert writes == sum(by_kind(entries).values()) - merged(entries)
    return {"reconciles": by_outcome(entries), "actions": by_kind(entries), "clocks": clocks(entries)}


def merged(entries: list[dict[str, Any]]) -> int:
    """How many actions went into a call with another: all labels and assignees of one look are one."""
    together = {"AddLabel", "RemoveLabel", "Assign", "Unassign"}
    numbers = (
        sum(deed["action"]["kind"] in together for deed in entry["plan"].get("deeds", ()))
        for entry in entries
    )
    return sum(number - 1 for number in numbers if number > 1)


def test_the_numbers_agree_with_the_journal_and_with_what_gitlab_saw(played: Played) -> None:
    played.play(1, AT_RISK)
    at_risk = agrees(played)
    assert at_risk["clocks"]["us-east", "at_risk"] == 1
    played.play(AT_RISK + 1, LATE)
    late = agrees(played)
    assert late["clocks"]["us-east", "breached"] == 1
    assert ("us-east", "at_risk") not in late["clocks"]
    assert played.told("triage_sweep_age_seconds", "board")[("us-east",)] == float("inf")
    played.play(LATE + 1, len(STEPS))
    played.sweep()
    end = agrees(played)
    assert not {("us-east", "at_risk"), ("us-east", "breached")} & end["clocks"].keys()
    assert end["reconciles"]["sweep", "done"] == len(played.stage.issues)
    assert 0 <= played.told("triage_sweep_age_seconds", "board")[("us-east",)] < 60
    assert played.told("triage_workers") == {(): 1}
    assert played.told("triage_deliveries_total", "answer").keys() == {("accepted",), ("ignored",)}
    print(at_risk, late, end, sep="\n")
    entries = [entry for entry in played.entries() if entry["trigger"] == "worker"]
    lines = played.looks()
    assert len(lines) == len(entries)
    assert sum((Counter(line["actions"]) for line in lines), Counter()) == {
        kind: number for (kind,), number in by_kind(entries).items()
    }
    assert {line["ruleset"] for line in lines} == {entry["ruleset"] for entry in entries}
    assert {(line["outcome"], line["board"]) for line in lines} == {("done", "us-east")}
    assert any("recheck_at" in line for line in lines)
