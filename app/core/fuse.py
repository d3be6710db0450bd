"""How much a sweep may do in one go, so that a slip in a rule does not flood a company."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.plan import Plan, Summon


@dataclass
class Tally:
    """How many actions there are, and how often each person is called by them."""

    actions: int = 0
    called: Counter[str] = field(default_factory=Counter)

    def add(self, plan: Plan) -> None:
        """One plan more."""
        self.actions += len(plan.actions)
        self.called.update(name for a in plan.actions if isinstance(a, Summon) for name in a.to)

    @classmethod
    def of(cls, plans: Iterable[Plan]) -> "Tally":
        """What all these plans come to."""
        tally = cls()
        for plan in plans:
            tally.add(plan)
        return tally


@dataclass(frozen=True)
class Fuse:
    """At most so many actions in a sweep, and so many calls of one person; None: no limit."""

    actions: int | None = None
    calls: int | None = None

    def __bool__(self) -> bool:
        return self.actions is not None or self.calls is not None

    def blown(self, tally: Tally) -> str:
        """Why that would be too much; empty when it is not."""
        said = []
        if self.actions is not None and tally.actions > self.actions:
            said.append(f"there is more to do ({tally.actions}) than the {self.actions} of --max-actions")
        over = [(n, who) for who, n in tally.called.items() if self.calls is not None and n > self.calls]
        if over:
            most, who = max(over)
            more = len(over) - 1
            others = f" and {more} other{'s' if more > 1 else ''} too often" if more else ""
            times = "once" if most == 1 else f"{most} times"
            said.append(f"{who} would be called {times}{others}: more than the {self.calls} of --max-calls")
        return "; ".join(said)
