"""The open time of one year, with running totals. Microseconds since 1970, UTC; no dates, no zones."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate


@dataclass(frozen=True, slots=True)
class OpenYear:
    """The open intervals in [low, high), in order and apart, half-open."""

    low: int
    high: int
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]  # open time of this year before each interval
    total: int

    @classmethod
    def of(cls, low: int, high: int, intervals: Iterable[tuple[int, int]]) -> "OpenYear":
        """The year with these intervals; empty ones are left out."""
        kept = [(start, end) for start, end in intervals if start < end]
        *before, total = accumulate((end - start for start, end in kept), initial=0)
        return cls(low, high, tuple(s for s, _ in kept), tuple(e for _, e in kept), tuple(before), total)

    def moved(self, by: int) -> "OpenYear":
        """The same year, later by so much."""
        return OpenYear(
            self.low + by,
            self.high + by,
            tuple(start + by for start in self.starts),
            tuple(end + by for end in self.ends),
            self.before,
            self.total,
        )

    def open_before(self, moment: int) -> int:
        """How much of the year was open before that moment."""
        i = bisect_right(self.starts, moment) - 1
        return self.before[i] + min(moment, self.ends[i]) - self.starts[i] if i >= 0 else 0

    def first(self, amount: int) -> int:
        """The earliest moment by which so much was open; it is more than nothing, and no more than the total."""
        i = bisect_left(self.before, amount) - 1
        return self.starts[i] + amount - self.before[i]

    def last(self, amount: int) -> int:
        """The latest moment before which so much was open, and no more; it is less than the total."""
        i = bisect_right(self.before, amount) - 1
        return self.starts[i] + amount - self.before[i]

    def next_open(self, moment: int) -> int | None:
        """The earliest open moment from that one on; None when none is left in this year."""
        i = bisect_right(self.ends, moment)
        return max(moment, self.starts[i]) if i < len(self.starts) else None
