"""How long the reading of hostile descriptions takes: `python -m benchmarks.reading`. See README.md beside this."""

import argparse
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import process_time, time_ns
from zoneinfo import ZoneInfo

from app.core.answers import gaps, read_answers
from app.core.ruleset import Ruleset
from app.core.template import find_template
from app.core.validators import About
from app.rulebook import load
from benchmarks.nasty import KINDS, Kind

ROOT = Path(__file__).parent.parent
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
LIMIT = 2.0  # seconds for MIDDLE
LINEAR = (
    2.0  # how much more than in proportion to its size a text may take: Python's collector, a busy machine
)
ABOUT = About(datetime(2026, 3, 2, 14, tzinfo=UTC), ZoneInfo("America/New_York"), {"ET": "America/New_York"})
ALONE = "alone"


def read(description: str, ruleset: Ruleset, default: str) -> None:
    """The whole way from a description to what it lacks."""
    template = find_template(description, ruleset.templates, default).template
    gaps(read_answers(description, template, ABOUT), template)


def description(kind: Kind, size: int, ruleset: Ruleset, where: str) -> str:
    """A description of about that size: the text alone, or a part of it in each block of the template `where`."""
    if where == ALONE:
        return kind(size)
    blocks = ruleset.templates[where].file.blocks
    parts = (f"## {block.heading}\n\n{kind(size // len(blocks))}\n\n" for block in blocks)
    return "".join(parts)


def seconds(kind: Kind, size: int, ruleset: Ruleset, where: str, runs: int) -> float:
    """The least time of the processor of some runs. No two texts are the same, so that nothing is remembered."""
    default = "SA Activity" if where == ALONE else where
    taken = []
    for _ in range(runs):
        text = f"{description(kind, size, ruleset, where)}\n{time_ns()}"
        started = process_time()
        read(text, ruleset, default)
        taken.append(process_time() - started)
    return min(taken)


def places(ruleset: Ruleset) -> list[str]:
    """Where a text is put: alone, and into templates that together use every kind of validator, each with new ones."""
    kinds = {n: {v.kind for b in t.file.blocks for v in b.accepts} for n, t in ruleset.templates.items()}
    chosen = [ALONE, "SA Activity"]
    seen = set(kinds["SA Activity"])
    for name in sorted(kinds, key=lambda n: (-len(kinds[n]), n)):
        if kinds[name] - seen:
            chosen.append(name)
            seen |= kinds[name]
    return chosen


def rows(names: list[str], ruleset: Ruleset, largest: int) -> Iterator[tuple[str, str, list[float]]]:
    """Kind, the place where it takes longest at the middle size, and its times from the smallest size on."""
    for name in names:
        kind = KINDS[name]
        middle = {where: seconds(kind, MIDDLE, ruleset, where, 1) for where in places(ruleset)}
        where = max(middle, key=middle.__getitem__)
        times = [
            seconds(kind, SMALL, ruleset, where, 5),
            min(middle[where], seconds(kind, MIDDLE, ruleset, where, 2)),
        ]
        if largest >= LARGE:
            times.append(seconds(kind, LARGE, ruleset, where, 1))
        yield name, where, times


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", help="kinds of text; all when none is named")
    parser.add_argument("--largest", type=int, default=LARGE, help="the largest size, in characters")
    given = parser.parse_args()
    ruleset = load(ROOT / "rules", examples=False)
    print(f"{'kind':40} {'slowest in':28} {'10 kB':>8} {'100 kB':>8} {'1 MB':>8}   growth beyond the size")
    bad = []
    for name, where, times in rows(given.kinds or list(KINDS), ruleset, given.largest):
        growth = [later / times[0] / 10 ** (i + 1) for i, later in enumerate(times[1:])]
        said = "  ".join(f"x{g:.2f}" for g in growth)
        print(f"{name:40} {where:28} " + " ".join(f"{t:8.3f}" for t in times) + f"   {said}", flush=True)
        if times[1] >= LIMIT or max(growth) > LINEAR:
            bad.append(name)
    print(f"{len(bad)} of {len(given.kinds or KINDS)} kinds take too long" + "".join(f"\n  {n}" for n in bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
