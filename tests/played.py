"""The real service beside a sandbox, as the demo runs it, with the story between them, for tests of its numbers."""

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from app.sandbox.demo import environment
from app.sandbox.server import SandboxServer
from app.sandbox.stage import Stage
from app.sandbox.story import STEPS
from tests import plain

SOON = 20.0

Told = dict[tuple[str, ...], float]


class Played:
    """The service beside a sandbox, and the story between them."""

    def __init__(self, sandbox: SandboxServer, port: int, folder: Path) -> None:
        self.sandbox, self.port = sandbox, port
        self.database, self.log = folder / "triage.db", folder / "log"
        self.stage = Stage(sandbox.url)

    def play(self, first: int, last: int) -> None:
        """Steps `first` to `last`, each until the board is as told."""
        for number in range(first, last + 1):
            self.do(number)
            until(lambda number=number: not self.missing(number))

    def do(self, number: int) -> None:
        """What people do in that step, whatever comes of it."""
        step = STEPS[number - 1]
        self.stage.set_clock(step.at)
        step.does(self.stage)

    def missing(self, number: int) -> list[str]:
        """What is not yet so on the board that is to be so after that step."""
        expect = STEPS[number - 1].expect
        return expect.differences(self.stage.view(expect.name))

    def told(self, name: str, *labels: str) -> Told:
        """By the values of these labels, what `/metrics` says of the metric; values of zero are left out."""
        text = plain.get(f"http://127.0.0.1:{self.port}/metrics").text
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
        seen = plain.get(f"{self.sandbox.url}/-/sandbox/requests").json()
        return dict(Counter((r["method"], str(r["status"])) for r in seen if r["user"] == "triage-bot"))

    def looks(self) -> list[dict[str, Any]]:
        """The lines of the log that tell of looks."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [line for line in lines if line["event"] == "look"]

    def sweep(self) -> None:
        command = [sys.executable, "-m", "app", "sweep", "--board", "us-east", "--alone"]
        told = environment(self.sandbox.url, self.database)
        subprocess.run(command, env=told, check=True, capture_output=True, timeout=60)


def until(so: Callable[[], bool], seconds: float = SOON) -> None:
    end = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < end
        time.sleep(0.05)
