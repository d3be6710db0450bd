"""The service under faults, with real processes: `make faults`, or `python -m benchmarks.faults`; see ../README.md."""

import argparse
import os
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from app.rulebook import load
from benchmarks.faults import scenarios
from benchmarks.faults.beside import beside
from benchmarks.faults.boards import Board
from benchmarks.faults.processes import ROOT
from benchmarks.faults.run import Run, Verdict
from benchmarks.machine import machine
from tests.postgres import MISSING, Cluster, programs

NAMES = ("sqlite", "postgresql", "angry", "gone", "beside")
BESIDE = 8  # requests in each group: one for each of the stories
ANGRY_CALLS, ANGRY_NOTES = 400, 40  # a minute: less than would be used
EVERYTHING = "TRIAGE_TEST_ALL"  # set where nothing may be left out


def main(size: scenarios.Size, seed: int, only: list[str]) -> int:
    """The scenarios one after the other; while one waits for the leases of the killed, the next is already on."""
    began = time.monotonic()
    print(f"{machine()}; seed {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="triage-faults-") as name, cluster() as server:
        verdicts = run_all(size, seed, only, Path(name), server)
    failed = [v.name for v in verdicts if v.problems]
    if "postgresql" in only and server is None:
        print(f"\nLEFT OUT: PostgreSQL; {MISSING}")
        failed += ["PostgreSQL"] if os.environ.get(EVERYTHING) else []
    print(f"\n{time.monotonic() - began:.0f} s; {'FAILED: ' + ', '.join(failed) if failed else 'all holds'}")
    return int(bool(failed))


def run_all(
    size: scenarios.Size, seed: int, only: list[str], folder: Path, server: Cluster | None
) -> list[Verdict]:
    """The verdicts, printed as they come."""
    ruleset = load(ROOT / "rules", examples=False)
    new = partial(scenarios.new_run, folder, ruleset)

    def on_postgresql(server: Cluster) -> Run:
        return new("kills, PostgreSQL", size.issues, server.new_database())

    kills = partial(scenarios.kills, rng=random.Random(seed), number=size.kills)
    roles = ("receiver",) * 2 + ("worker",) * 3
    budgets = {"requests_per_minute": ANGRY_CALLS, "notes_per_minute": ANGRY_NOTES}
    angry = partial(scenarios.angry, budgets=budgets, pace=size.angry_pace)
    with ThreadPoolExecutor(len(NAMES) + 1) as pool:
        judged: list[Future[Verdict]] = []
        if "angry" in only:  # which waits most of the time: beside all the others
            furious = pool.submit(begun, lambda: new("angry", size.angry_issues, "", budgets), angry)
        plain = finished(begun(lambda: new("undisturbed", size.issues), scenarios.undisturbed), None)

        def go(
            name: str, make: Callable[[], Run], trouble: Callable[[Run], None], board: Board | None
        ) -> None:
            if name in only:
                judged.append(pool.submit(finished, begun(make, trouble), board))

        go("sqlite", lambda: new("kills, SQLite", size.issues), partial(kills, roles=("all",)), plain.board)
        if server:
            go(
                "postgresql",
                lambda: on_postgresql(server),
                partial(kills, roles=roles, cluster=server),
                plain.board,
            )
        go(
            "gone",
            lambda: new("gone", size.gone_issues),
            partial(scenarios.gone, events=size.gone_events),
            None,
        )
        go(
            "beside",
            lambda: new("beside sweeps", size.beside_groups * BESIDE),
            partial(beside, groups=size.beside_groups),
            None,
        )
        if "angry" in only:
            judged.append(pool.submit(lambda: finished(furious.result(), plain.board)))
        return [plain, *(each.result() for each in judged)]


def begun(make: Callable[[], Run], trouble: Callable[[Run], None]) -> Run:
    """The run after its trouble."""
    run = make()
    attempt(run, partial(trouble, run))
    return run


def finished(run: Run, wanted: Board | None) -> Verdict:
    """Its verdict, and everything of it ended."""
    try:
        if not run.verdict.problems:
            attempt(run, partial(run.judge, wanted))
    finally:
        run.close()
    run.verdict.print()
    return run.verdict


def attempt(run: Run, step: Callable[[], object]) -> None:
    """A step that fails is a problem of that run's, and the others go on."""
    try:
        step()
    except Exception:
        run.verdict.problems.append(traceback.format_exc())


@contextmanager
def cluster() -> Iterator[Cluster | None]:
    """A PostgreSQL server of our own, where its programs are installed."""
    if programs() is None:
        yield None
        return
    server = Cluster()
    try:
        yield server
    finally:
        server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="fewer requests, events and kills: two minutes")
    parser.add_argument("--seed", type=int, default=20261126, help="of when and whom to kill")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES))
    chosen = parser.parse_args()
    sys.exit(main(scenarios.SHORT if chosen.short else scenarios.FULL, chosen.seed, chosen.only))
