"""One run of a scenario: its own sandbox, database and processes, and what all runs are judged by."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from app.core.ruleset import Ruleset
from app.database import connect
from app.journal import overlaps
from benchmarks.faults import checks
from benchmarks.faults.acts import ROUNDS, Json, People
from benchmarks.faults.boards import Board, board, differences, doubled
from benchmarks.faults.deliveries import Sent, body, outcomes, send
from benchmarks.faults.processes import Process, Sandbox, sweep

START = "2026-03-02T14:00:00Z"  # a Monday, nine o'clock in New York
STEP = "PT7H"  # ten rounds are two and a half days: requests become late on the way
SETTLING = 300.0  # seconds until a run must have settled; leases of killed workers last 60
COMPARED = 200  # requests: where there are more, as many are looked at one by one
SHOWN = 8


@dataclass
class Verdict:
    """What came out: `figures` are to be read, `problems` are conditions that do not hold."""

    name: str
    figures: dict[str, object] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    board: Board = field(default_factory=dict)

    def print(self) -> None:
        print(f"\n{self.name}: {'FAILED' if self.problems else 'holds'}")
        for what, value in self.figures.items():
            print(f"  {what}: {value}")
        for line in self.problems[:SHOWN]:
            print(f"  PROBLEM {line}")
        if len(self.problems) > SHOWN:
            print(f"  and {len(self.problems) - SHOWN} more", flush=True)


@dataclass
class Run:
    """The parts of one scenario. `processes` is what is to be ended when it is over."""

    name: str
    folder: Path
    ruleset: Ruleset
    database_url: str
    iids: Sequence[int]
    sandbox: Sandbox
    environment: dict[str, str] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    verdict: Verdict = field(init=False)
    engine: Engine = field(init=False)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.verdict = Verdict(self.name)
        self.engine = connect(self.database_url)
        self.people = People(self.sandbox.url)

    def rounds(self, ports: Callable[[], int], around: Callable[[int, Callable[[], None]], None]) -> None:
        """All rounds: people act, then the events of it are sent within `around`. The clock goes on after each, and
        an hour more at the end, so that no call to people is so young that a sweep would leave it to the service."""
        for round_ in range(ROUNDS):
            events = [(h.issue["iid"], body(h)) for h in self.people.act(round_, self.iids)]
            around(round_, lambda events=events: self.sent.extend(send(events, ports)))  # type: ignore[misc]
            self.sandbox.advance(STEP if round_ < ROUNDS - 1 else "PT1H")

    def issue_now(self) -> datetime:
        return datetime.fromisoformat(self.sandbox.control("clock")["now"])

    @property
    def settled(self) -> bool:
        """Whether nothing is due, and nobody works."""
        return not checks.left_to_do(self.engine, self.issue_now())

    def settle(self, within: float | None = None) -> float:
        """Waits until nothing is due and nobody works; the seconds it took. A problem when it takes too long, unless
        it was only to be waited `within` so many seconds."""
        began = time.monotonic()
        while left := checks.left_to_do(self.engine, self.issue_now()):
            if within and time.monotonic() - began > within:
                break
            if time.monotonic() - began > SETTLING:
                self.verdict.problems.append(
                    f"{left} requests were still to be looked at after {SETTLING:.0f} s"
                )
                break
            time.sleep(0.5)
        return time.monotonic() - began

    def requests(self) -> list[Json]:
        """Every API call that the sandbox got."""
        found: list[Json] = self.sandbox.control("requests")
        return found

    def judge(self, wanted: Board | None) -> Verdict:
        """Settles, checks what must be so before a sweep, sweeps, and compares the board."""
        verdict, figures = self.verdict, self.verdict.figures
        figures["events"] = f"{len(self.sent)} over {len(self.iids)} requests: {outcomes(self.sent)}"
        figures["settled"] = f"{self.settle():.0f} s after the last event"
        unworked = checks.never_worked_on(self.engine, self.sent)
        figures["acknowledged events never worked on"] = len(unworked)
        figures["looks"] = _told(checks.looks(self.engine))
        verdict.problems += unworked + checks.given_up(self.engine)
        report = sweep(self.environment)
        figures["the sweep's work"] = _told(report["counts"]) or "none"
        self.settle()
        self.compare(wanted)
        figures["seconds"] = round(time.monotonic() - self.began)
        return verdict

    def compare(self, wanted: Board | None) -> None:
        """Doubled notes, overlaps, and the board beside the one that it should be; without one, it must be settled."""
        verdict, figures = self.verdict, self.verdict.figures
        iids = self.iids[:COMPARED]
        notes = {iid: self.people.notes(iid) for iid in iids}
        twice = [f"#{iid}: two notes {key}" for iid in iids for key in doubled(notes[iid])]
        figures["notes doubled"] = f"{len(twice)} (of {sum(map(len, notes.values()))} notes)"
        live = overlaps(self.engine)
        figures["two holders of one request at once"] = len(live)
        verdict.problems += twice + [f"held by two at once: {each}" for each in live]
        verdict.board = board(self.sandbox.url, self.ruleset, iids)
        verdict.problems += [
            f"#{iid}: still to do: {'; '.join(each['pending'])}"
            for iid, each in verdict.board.items()
            if each["pending"]
        ]
        if wanted is not None:
            found = differences({iid: wanted[iid] for iid in iids}, verdict.board)
            figures["boards"] = f"{len(found)} differences" if found else "equal"
            verdict.problems += found

    def close(self) -> None:
        for process in (*self.processes, self.sandbox.process):
            process.stop()
        self.people.close()
        self.engine.dispose()


def _told(counts: dict[str, Any]) -> str:
    return ", ".join(f"{number} {what}" for what, number in counts.items())
