"""A whole run: a sandbox is filled, swept, changed a little and swept again, and read by the baseline."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from app import memory
from app.rulebook import load
from benchmarks.faults.processes import ROOT, service_environment
from benchmarks.sweeping import boards, runs
from benchmarks.sweeping.baseline import seconds_per_issue
from benchmarks.sweeping.boards import Boards
from benchmarks.sweeping.figures import Measured

NO_BUDGET = 1_000_000  # calls, and notes, a minute: nothing waits for its turn
MEANWHILE = "PT30M"  # until people say something, and a little more until the next sweep
A_LITTLE = "PT2M"


@dataclass(frozen=True)
class Size:
    """What is measured: `concurrency` None for sweeps that know no such option; `latency` in milliseconds a call."""

    issues: int = 10_000
    changed: int = 100
    baseline: int = 500
    stories: int = boards.STORIES
    latency: int = 50
    concurrency: int | None = 12


def measure(size: Size) -> Measured:
    """One run in a sandbox and with a database of its own, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="triage-sweeping-") as name:
        folder = Path(name)
        town = Boards.start(folder)
        try:
            return _measure(size, town, folder)
        finally:
            town.close()


def _measure(size: Size, town: Boards, folder: Path) -> Measured:
    began = time.monotonic()
    ruleset = load(ROOT / "rules", examples=False)
    memory.settle()
    town.seed(boards.stories(ruleset, town.url, min(size.stories, size.issues)), size.issues)
    seeding = time.monotonic() - began
    environment = service_environment(
        town.url,
        f"sqlite:///{folder / 'triage.db'}",
        requests_per_minute=NO_BUDGET,
        notes_per_minute=NO_BUDGET,
    )
    options = ("--concurrency", str(size.concurrency)) if size.concurrency else ()
    town.latency(size.latency)
    first = runs.sweep(town, environment, folder, *options)
    town.latency(0)
    town.sandbox.advance(MEANWHILE)
    town.comment(size.changed)
    town.sandbox.advance(A_LITTLE)
    town.latency(size.latency)
    steady = runs.sweep(town, environment, folder, *options)
    baseline, read = seconds_per_issue(town, min(size.baseline, size.issues))
    return Measured(
        size.issues,
        size.changed,
        size.latency / 1000,
        size.concurrency or 1,
        seeding,
        first,
        steady,
        baseline,
        read,
    )
