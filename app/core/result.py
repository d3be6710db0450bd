"""What a check found on one issue, and the repairs that it proposes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from app.core.answers import Gap
from app.core.clock_shape import Clock
from app.core.ladder import Reached
from app.core.made import made
from app.core.model import User
from app.core.plan import Clause
from app.core.words import Filling

NO_VALUES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Change:
    """A repair that a check proposes: a label put on or off, somebody assigned or unassigned, the issue reopened."""

    add: str = ""
    remove: str = ""
    assign: User | None = None
    unassign: User | None = None
    reopen: bool = False


class Result(NamedTuple):
    """What a check found.

    `since` is the instant from which it holds, `cause_at` the one at which its cause began in GitLab; `over_since` the
    one at which what it speaks of last ended, where the check knows. `values` fill the placeholders of the rule's
    texts, and `made_of` is what these come from beside the description, where the check knows: while that is the same,
    so are they. `says` is a line for the status note; it asks the requester for something where `asks` is true. `by` is
    whoever made the move it is about, `move_to` the board to which an SA may have the request moved. `steps` are those
    of a clock that are in force, `clocks` its cycles. What costs time and is seldom asked for is a function.
    """

    failing: bool
    reason: str
    looked_at: tuple[Clause, ...] | Callable[[], tuple[Clause, ...]] = ()
    since: datetime | None = None
    cause_at: datetime | None = None
    over_since: datetime | None = None
    recheck_at: datetime | None = None
    values: Filling = NO_VALUES
    gaps: tuple[Gap, ...] = ()
    understood: tuple[tuple[str, str], ...] = ()
    changes: tuple[Change, ...] = ()
    by: User | None = None
    move_to: str = ""
    says: str | Callable[[], str] = ""
    asks: bool = False
    steps: tuple[Reached, ...] = ()
    clocks: Callable[[], tuple[Clock, ...]] | None = None
    made_of: tuple[object, ...] | None = None

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What the check looked at."""
        return self.looked_at() if callable(self.looked_at) else self.looked_at

    @property
    def speaks(self) -> bool:
        """Whether there is anything in it for the status note."""
        return bool(self.failing or self.says or self.asks or self.gaps or self.understood)

    def filling(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        """The values of the placeholders, of these names at least."""
        return self.values(names) if callable(self.values) else self.values

    @classmethod
    def nothing(
        cls,
        reason: str,
        looked_at: Callable[[], tuple[Clause, ...]],
        over_since: datetime | None,
        says: str | Callable[[], str],
        clocks: Callable[[], tuple[Clock, ...]],
        *,
        asks: bool = False,
    ) -> "Result":
        """That nothing was found by a clock, of which there are many at each look."""
        found = (
            False,
            reason,
            looked_at,
            None,
            None,
            over_since,
            None,
            NO_VALUES,
            (),
            (),
            (),
            None,
            "",
            says,
        )
        return made(cls, (*found, asks, (), clocks, None))

    def line(self) -> str:
        """The line for the status note."""
        return self.says() if callable(self.says) else self.says
