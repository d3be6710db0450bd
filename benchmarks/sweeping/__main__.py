"""What a sweep of all boards costs, beside a plain loop: `python -m benchmarks.sweeping`; see ../README.md."""

import argparse
import sys
from dataclasses import replace

from benchmarks.machine import machine
from benchmarks.sweeping import growth, runs
from benchmarks.sweeping.figures import figures, table
from benchmarks.sweeping.measure import Size, measure

SEQUENTIAL = (
    500  # issues, for sweeps that look at one after the other: 10,000 would take most of an hour each time
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, help="how many open issues; 10,000 unless told")
    parser.add_argument("--changed", type=int, default=Size.changed, help="how many get a comment")
    parser.add_argument("--baseline", type=int, default=Size.baseline, help="how many the plain loop reads")
    parser.add_argument("--stories", type=int, default=Size.stories, help="how many different histories")
    parser.add_argument("--latency", type=int, default=Size.latency, help="milliseconds a call")
    parser.add_argument("--concurrency", type=int, default=Size.concurrency, help="issues at a time")
    parser.add_argument("--long", action="store_true", help="1,000 to 20,000 issues, as a table")
    given = parser.parse_args()
    concurrency = given.concurrency if runs.has_concurrency() else None
    issues = given.issues or (Size.issues if concurrency else SEQUENTIAL)
    size = Size(issues, given.changed, given.baseline, given.stories, given.latency, concurrency)
    print(machine(), flush=True)
    if concurrency is None:
        print(f"`triage sweep` looks at one issue after the other; measured with {issues:,}")
    if given.long:
        return growth.main(size)
    found = measure(replace(size, changed=min(size.changed, size.issues)))
    rows = figures(found)
    print(f"{found.issues:,} open issues, {size.latency} ms a call, seeded in {found.seeding:.0f} s")
    print(table(rows))
    missed = sum(not row.holds for row in rows)
    print(f"{missed} of {sum(bool(row.wanted) for row in rows)} figures missed" if missed else "all hold")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
