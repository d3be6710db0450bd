"""The figures of one run, each beside what is wanted of it; nothing is measured here."""

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.sweeping.runs import Ran

FIRST_READS = 3.1  # an issue
OVERHEAD = 1.3  # times what the calls take at the least
MEMORY = 300  # MB
STEADY_LISTS = 110
STEADY_READS = 3  # a changed issue
TIMES_SLOWER = 8
OF_A_CORE = 0.7  # more, and it is the sandbox that is measured


@dataclass(frozen=True)
class Figure:
    """One line of the table. `wanted` is empty where the figure is only told, and `holds` then true."""

    what: str
    value: str
    wanted: str = ""
    holds: bool = True


@dataclass(frozen=True)
class Measured:
    """One run: `changed` issues got a comment before the steady sweep; `baseline` is in seconds an issue."""

    issues: int
    changed: int
    latency: float
    concurrency: int
    seeding: float
    first: Ran
    steady: Ran
    baseline: float
    baseline_issues: int

    @property
    def least(self) -> float:
        """The wall time of the first sweep if nothing but calls took any."""
        return self.first.calls.reads * self.latency / self.concurrency

    @property
    def slower(self) -> float:
        """How many times longer than the first sweep the baseline takes for all issues."""
        return self.baseline * self.issues / self.first.seconds

    @property
    def steady_reads(self) -> float:
        """Reads for each changed issue in the steady sweep."""
        return self.steady.calls.of_issues / self.changed


def figures(found: Measured) -> list[Figure]:
    """All of them, in the order in which they are read."""
    return [*_first(found), *_steady(found), *_baseline(found)]


def _first(found: Measured) -> Iterable[Figure]:
    run = found.first
    reads = run.calls.reads / found.issues
    yield Figure("first sweep: calls", str(run.calls))
    yield _at_most("reads an issue", reads, FIRST_READS, "{:.2f}")
    yield _at_most("writes", run.calls.writes, 0, "{:,}")
    yield _at_most("actions done or left to do", run.report["pending"] + run.report["done"], 0, "{:,}")
    if found.latency:
        told = f"{{:.1f}} s; {run.calls.reads:,} reads x latency / {found.concurrency} = {found.least:.1f} s"
        yield _at_most("wall time", run.seconds, OVERHEAD * found.least, told)
    else:
        yield Figure("wall time", f"{run.seconds:.1f} s; no latency")
    yield _at_most("peak of memory, MB", run.memory, MEMORY, "{:.0f}")
    yield Figure("time of the processor, by process", ", ".join(f"{each:.1f} s" for each in run.cpu))
    yield _at_most("the sandbox's share of a core", run.sandbox_cpu / run.seconds, OF_A_CORE, "{:.2f}")


def _steady(found: Measured) -> Iterable[Figure]:
    run = found.steady
    yield Figure(f"steady sweep, {found.changed} changed: calls", str(run.calls))
    yield _at_most("lists, and calls about no single issue", run.calls.overhead, STEADY_LISTS, "{:,}")
    yield _at_most("reads a changed issue", found.steady_reads, STEADY_READS, "{:.2f}")
    yield _at_most("writes", run.calls.writes, 0, "{:,}")
    yield Figure("wall time", f"{run.seconds:.1f} s")
    yield _at_most("peak of memory, MB", run.memory, MEMORY, "{:.0f}")


def _baseline(found: Measured) -> Iterable[Figure]:
    per, scaled = found.baseline, found.baseline * found.issues
    said = f"{1000 * per:.0f} ms an issue, so {scaled:,.0f} s for all"
    yield Figure(f"baseline, of {found.baseline_issues} issues", said)
    slower = found.slower
    yield Figure(
        "times slower than the first sweep",
        f"{slower:.1f}",
        f"at least {TIMES_SLOWER}",
        slower >= TIMES_SLOWER,
    )


def _at_most(what: str, value: float, most: float, shown: str) -> Figure:
    said = "0" if most == 0 else f"at most {most:,.1f}".removesuffix(".0")
    return Figure(what, shown.format(value), said, value <= most)


def table(rows: list[Figure]) -> str:
    """What is wanted beside each figure, and whether it holds."""
    width = max(len(row.what) for row in rows) + 2
    lines = []
    for row in rows:
        told = f"  (wanted: {row.wanted}; {'holds' if row.holds else 'MISSED'})" if row.wanted else ""
        lines.append(f"{row.what:{width}} {row.value}{told}")
    return "\n".join(lines)
