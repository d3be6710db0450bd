"""The scenarios. Each makes its trouble while events come in; what must be so afterwards stands in run.py."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.core.ruleset import Ruleset
from app.sandbox.stage import PROJECT
from benchmarks.faults import checks
from benchmarks.faults.acts import ROUNDS, Happened
from benchmarks.faults.deliveries import RATE, body, send
from benchmarks.faults.processes import Process, Sandbox, service_environment, serving, upgrade
from benchmarks.faults.run import START, Run
from tests.postgres import Cluster

NOTHING: Mapping[str, object] = {}
MOST_MEMORY = 200.0  # MB
LATEST = 3.0  # seconds after a round's first event, which takes one, until the kill


@dataclass(frozen=True)
class Size:
    """How much of everything: ten events on each request."""

    issues: int
    kills: int
    angry_issues: int
    angry_pace: float
    gone_issues: int
    gone_events: int
    beside_groups: int


FULL = Size(
    200, kills=10, angry_issues=60, angry_pace=15, gone_issues=1000, gone_events=5000, beside_groups=10
)
SHORT = Size(24, kills=4, angry_issues=8, angry_pace=4, gone_issues=100, gone_events=500, beside_groups=1)


def new_run(
    folder: Path,
    ruleset: Ruleset,
    name: str,
    issues: int,
    database_url: str = "",
    more: Mapping[str, object] = NOTHING,
) -> Run:
    """A run with a sandbox of its own, on SQLite unless another database is named; `more` is told to the service."""
    place = folder / name.replace(", ", "-")
    place.mkdir()
    sandbox = Sandbox.start(place, START)
    url = database_url or f"sqlite:///{place}/triage.db"
    run = Run(name, place, ruleset, url, range(1, issues + 1), sandbox)
    run.environment = service_environment(sandbox.url, url, **more)
    if database_url:
        upgrade(run.environment)
    return run


def start(run: Run, *processes: Process) -> Callable[[], int]:
    """Starts them; gives what names the port for the next event: each receiver in turn, as a balancer does."""
    run.processes += processes
    for process in processes:
        process.start()
    for process in processes:
        process.wait_until_up()
    ports = itertools.cycle([p.port for p in processes if p.alive])
    return lambda: next(ports)


def undisturbed(run: Run) -> None:
    """The same acts and events, with everybody well; each round is settled before the next."""
    ports = start(run, serving("all", run.folder, run.environment))

    def quietly(_round: int, send_all: Callable[[], None]) -> None:
        send_all()
        run.settle()

    run.rounds(ports, quietly)


def kills(
    run: Run, rng: random.Random, number: int, roles: Sequence[str], cluster: Cluster | None = None
) -> None:
    """One of the processes is killed at a random moment of a round, and started again at once. A `cluster` is
    restarted in two of the rounds, once politely and once not."""
    processes = [serving(role, run.folder, run.environment, f"{role}-{n}") for n, role in enumerate(roles)]
    ports = start(run, *processes)
    rounds = {*rng.sample(range(ROUNDS - 1), number - 1), ROUNDS - 1}
    restarts = {3: "fast", 7: "immediate"} if cluster else {}
    killed: list[str] = []

    def troubled(round_: int, send_all: Callable[[], None]) -> None:
        thread = threading.Thread(target=send_all)
        thread.start()
        if cluster and round_ in restarts:
            time.sleep(rng.uniform(0, 1))
            cluster.restart(restarts[round_])
        if round_ in rounds:
            # In the last round while events come in: what is lost then, nothing but the sweep makes good.
            time.sleep(rng.uniform(0, LATEST if round_ < ROUNDS - 1 else len(run.iids) / RATE))
            victim = rng.choice(processes)
            victim.kill()
            victim.start()
            killed.append(victim.name)
        thread.join()
        for process in processes:
            process.wait_until_up()

    run.rounds(ports, troubled)
    run.verdict.figures["killed"] = f"{len(killed)}: {', '.join(killed)}"
    if restarts:
        run.verdict.figures["PostgreSQL restarted"] = ", ".join(restarts.values())


def angry(run: Run, budgets: Mapping[str, int], pace: float) -> None:
    """A fifth of the bot's calls fail until all is worked off; no call above the budgets (calls and notes a minute).
    After each round the next one is held back for `pace` seconds, or until all is done."""
    ports = start(run, serving("all", run.folder, run.environment))
    run.sandbox.control("faults", {"kind": "any", "rate": 0.2, "seed": 7, "user": "triage-bot"})

    def paced(_round: int, send_all: Callable[[], None]) -> None:
        send_all()
        run.settle(within=pace)

    run.rounds(ports, paced)
    took = run.settle()
    figures = run.verdict.figures
    figures["faults"] = run.sandbox.control("faults")[0]["drawn"]
    run.sandbox.control("faults", method="DELETE")
    calls = [r for r in run.requests() if r["user"] == "triage-bot"]
    worker = [
        r for r in calls if r["path"] != "/api/v4/user"
    ]  # which the receiver asks too, on a budget of its own
    notes = [r["machine_at"] for r in calls if r["method"] == "POST" and r["path"].endswith("/notes")]
    figures["worked off"] = f"{took:.0f} s after the last event, {len(calls)} calls"
    for what, most, budget in (
        ("calls", checks.most_in_a_minute(r["machine_at"] for r in worker), budgets["requests_per_minute"]),
        ("new notes", checks.most_in_a_minute(notes), budgets["notes_per_minute"]),
    ):
        figures[f"most {what} in 60 s"] = f"{most} of {budget}"
        if most > budget:
            run.verdict.problems.append(f"{most} {what} within 60 s, where {budget} were allowed")


def gone(run: Run, events: int, hours: int = 6) -> None:
    """GitLab cannot be reached for so many hours of its own time, while events come in at 200 a second. All are
    acknowledged and worked off, and nobody needs much memory for it."""
    served = serving("all", run.folder, run.environment)
    ports = start(run, served)
    seed = {
        "project": PROJECT,
        "issues": len(run.iids),
        "author": "alice",
        "notes": 2,
        "template": "SA Activity",
    }
    run.sandbox.control(
        "seed", seed | {"created_from": "2026-03-01T14:00Z", "created_to": "2026-03-02T13:00Z"}
    )
    rows = [run.people.read(iid) for iid in run.iids]
    contents = [(row["iid"], body(Happened("alice", "update", row))) for row in rows]
    run.sandbox.control("faults", {"kind": "cut"})
    for hour in range(hours):
        first, last = events * hour // hours, events * (hour + 1) // hours
        run.sent += send([contents[n % len(contents)] for n in range(first, last)], ports)
        run.sandbox.advance("PT1H")
    run.sandbox.control("faults", method="DELETE")
    verdict = run.verdict
    verdict.figures["worked off"] = f"{run.settle():.0f} s after GitLab was there again"
    lost = [s for s in run.sent if not s.acknowledged]
    verdict.problems += [f"#{s.iid}: the event {s.key} was not acknowledged ({s.status})" for s in lost]
    peaks = served.peaks()
    for who, peak in zip(("receiver", "worker"), peaks, strict=True):
        verdict.figures[f"the {who}'s memory"] = f"{peak:.0f} MB at most"
        if peak > MOST_MEMORY:
            verdict.problems.append(f"the {who} held {peak:.0f} MB, where {MOST_MEMORY:.0f} are allowed")
