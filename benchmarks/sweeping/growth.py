"""What sweeps cost as the boards grow, as a table. The first sweep is to be linear, the steady one near constant."""

from dataclasses import replace

from benchmarks.sweeping.figures import STEADY_READS, Measured
from benchmarks.sweeping.measure import Size, measure

SIZES = (1_000, 2_000, 5_000, 10_000, 20_000)
LINEAR = 1.15  # how much more an issue may take on the largest boards than on smaller ones
HEADS = (
    "issues",
    "reads",
    "an issue",
    "wall s",
    "ms an issue",
    "MB",
    "steady lists",
    "a changed one",
    "wall s",
    "MB",
)


def main(size: Size, sizes: tuple[int, ...] = SIZES) -> int:
    """Prints one row a size as it comes; 1 when it is not so."""
    print("  ".join(f"{head:>13}" for head in HEADS), flush=True)
    found = []
    for issues in sizes:
        found.append(measure(replace(size, issues=issues, baseline=0)))
        print("  ".join(f"{cell:>13}" for cell in cells(found[-1])), flush=True)
    problems = faults(found)
    print(
        "\n".join(problems)
        or f"linear within x{LINEAR} at first, at most {STEADY_READS} reads a changed issue after"
    )
    return int(bool(problems))


def cells(found: Measured) -> tuple[str, ...]:
    """One row, in the order of the heads."""
    first, steady = found.first, found.steady
    return (
        f"{found.issues:,}",
        f"{first.calls.reads:,}",
        f"{first.calls.reads / found.issues:.3f}",
        f"{first.seconds:.1f}",
        f"{1000 * first.seconds / found.issues:.1f}",
        f"{first.memory:.0f}",
        f"{steady.calls.overhead:,}",
        f"{found.steady_reads:.2f}",
        f"{steady.seconds:.1f}",
        f"{steady.memory:.0f}",
    )


def faults(found: list[Measured]) -> list[str]:
    """What does not grow as it should: the largest boards beside those on which an issue was cheapest."""
    said = []
    reads = [each.first.calls.of_issues / each.issues for each in found]
    walls = [each.first.seconds / each.issues for each in found]
    for what, each in (("reads", reads), ("wall time", walls)):
        if each[-1] > LINEAR * min(each):
            said.append(f"MISSED: {what} of the first sweep grow faster than the boards")
    said += [
        f"MISSED: {each.steady_reads:.2f} reads a changed issue on {each.issues:,}"
        for each in found
        if each.steady_reads > STEADY_READS
    ]
    return said
