"""One `triage sweep` as a process, and what it took: wall time, memory, its calls by kind."""

import json
import os
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.faults.processes import ROOT, TRIAGE, children
from benchmarks.sweeping.boards import Boards

BOT = "triage-bot"
LOOKS_EVERY = 0.2  # seconds
OF_AN_ISSUE = {
    "issue": re.compile(r"/projects/[^/]+/issues/\d+"),
    "label events": re.compile(r"/projects/[^/]+/issues/\d+/resource_label_events"),
    "state events": re.compile(r"/projects/[^/]+/issues/\d+/resource_state_events"),
    "notes": re.compile(r"/projects/[^/]+/issues/\d+/notes"),
}
LISTS = re.compile(r"/(?:projects|groups)/[^/]+/issues")
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Calls:
    """API calls by what they ask for: `once` are those about no issue that list none, `refused` all that failed."""

    kinds: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(cls, requests: list[dict[str, Any]], user: str = BOT) -> "Calls":
        found = cls()
        for each in requests:
            if each["user"] == user:
                found.kinds[_kind(each["method"], each["path"])] += 1
                found.kinds["refused"] += not 200 <= (each["status"] or 0) < 300
        return found

    @property
    def lists(self) -> int:
        return self.kinds["lists"]

    @property
    def writes(self) -> int:
        return self.kinds["writes"]

    @property
    def of_issues(self) -> int:
        return sum(self.kinds[kind] for kind in OF_AN_ISSUE)

    @property
    def overhead(self) -> int:
        """Reads that are about no single issue."""
        return self.lists + self.kinds["once"]

    @property
    def reads(self) -> int:
        return self.overhead + self.of_issues

    @property
    def total(self) -> int:
        return self.reads + self.writes

    def __str__(self) -> str:
        return ", ".join(f"{number:,} {kind}" for kind, number in self.kinds.most_common() if number)


def _kind(method: str, path: str) -> str:
    if method != "GET":
        return "writes"
    bare = path.removeprefix("/api/v4").partition("?")[0]
    if LISTS.fullmatch(bare):
        return "lists"
    return next((kind for kind, pattern in OF_AN_ISSUE.items() if pattern.fullmatch(bare)), "once")


@dataclass(frozen=True)
class Ran:
    """A sweep that was complete, and its report but for the issues. `seconds` are of wall time, `cpu` and `sandbox_cpu`
    of the processor, `cpu` by process; `memory` is in MB, of all its processes, what they share counted once."""

    report: dict[str, Any]
    calls: Calls
    seconds: float
    memory: float
    cpu: tuple[float, ...]
    sandbox_cpu: float


def has_concurrency() -> bool:
    """Whether `triage sweep` looks at several issues at a time."""
    wide = os.environ | {"COLUMNS": "200"}
    told = subprocess.run((*TRIAGE, "sweep", "--help"), cwd=ROOT, env=wide, capture_output=True, check=True)
    return b"--concurrency" in told.stdout


def sweep(boards: Boards, environment: Mapping[str, str], folder: Path, *options: str) -> Ran:
    """One `triage sweep`. RuntimeError when it failed or was not complete."""
    boards.requests()
    command = (*TRIAGE, "sweep", "--format", "json", *options)
    errors, out = folder / "sweep.err", folder / "sweep.json"
    before, began = seconds_used(boards.sandbox.process.pid), time.monotonic()
    with errors.open("wb") as err, out.open("wb") as told:
        process = subprocess.Popen(command, env=dict(environment), cwd=ROOT, stdout=told, stderr=err)
        memory, cpu = 0.0, dict[int, float]()
        while process.poll() is None:
            # Not the system's own account of ended processes: that one begins with ours, from which it was forked.
            others = children(process.pid)
            memory = max(memory, memory_of(process.pid, others))
            for pid in (process.pid, *others):
                cpu[pid] = max(cpu.get(pid, 0.0), seconds_used(pid))
            time.sleep(LOOKS_EVERY)
    seconds = time.monotonic() - began
    if process.returncode:
        said = errors.read_text()[-2000:] + out.read_text()[-500:]
        raise RuntimeError(f"the sweep ended with {process.returncode}:\n{said}")
    used = seconds_used(boards.sandbox.process.pid) - before
    report = json.loads(out.read_text())
    report.pop("issues", None)  # of thousands of them nothing more is asked
    return Ran(report, Calls.of(boards.requests()), seconds, memory, tuple(cpu.values()), used)


def seconds_used(pid: int) -> float:
    """The processor's time that the process took so far; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_of(pid: int, others: Iterable[int]) -> float:
    """What the process and its copies hold, in MB: all of its own, and of theirs what they do not share."""
    held = _kilobytes(pid, "Rss:")
    return (held + sum(_kilobytes(each, "Private_Clean:", "Private_Dirty:") for each in others)) / 1024


def _kilobytes(pid: int, *names: str) -> int:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(names))
    return 0
