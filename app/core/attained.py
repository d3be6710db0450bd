"""How many promises were kept before and now, by board and clock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from app.core.differences import Pair
from app.core.judged import Verdict


@dataclass(frozen=True)
class Share:
    """How many cycles were met and how many breached; those that are open and in time are neither."""

    met: int = 0
    breached: int = 0

    @property
    def attained(self) -> float | None:
        """The part that was met, 0 to 1; None where nothing is decided yet."""
        decided = self.met + self.breached
        return self.met / decided if decided else None

    def plus(self, verdict: Verdict | None) -> Self:
        return replace(
            self, met=self.met + (verdict == "met"), breached=self.breached + (verdict == "breached")
        )


@dataclass(frozen=True)
class Total:
    """Of one board and clock: the cycles that were compared, how many differ, and what that does to the promises.

    `no_breach_now` and `breach_now` count the breaches that are none any more, and those that were none before;
    `unjudged` the cycles that nobody had judged before, which are in no other number.
    """

    cycles: int = 0
    differ: int = 0
    no_breach_now: int = 0
    breach_now: int = 0
    unjudged: int = 0
    before: Share = Share()
    now: Share = Share()

    def plus(self, pair: Pair, at: datetime) -> Self:
        if pair.unjudged:
            return replace(self, unjudged=self.unjudged + 1)
        before, now = pair.verdicts(at)
        return replace(
            self,
            cycles=self.cycles + 1,
            differ=self.differ + pair.differs,
            no_breach_now=self.no_breach_now + (before == "breached" != now),
            breach_now=self.breach_now + (before != "breached" == now),
            before=self.before.plus(before),
            now=self.now.plus(now),
        )


def totals(found: Iterable[tuple[str, Pair]], at: datetime) -> dict[tuple[str, str], Total]:
    """The totals by board and clock, as of `at`, in alphabetical order; `found` are pairs with their boards."""
    sums: dict[tuple[str, str], Total] = {}
    for board, pair in found:
        key = (board, pair.cycle.clock)
        sums[key] = sums.get(key, Total()).plus(pair, at)
    return dict(sorted(sums.items()))
