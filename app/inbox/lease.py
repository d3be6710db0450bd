"""The right to work on one issue for a while. Decides nothing about who gets it: that is the inbox's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.model import IssueRef

LEASE = timedelta(seconds=60)
ONE_CALL = timedelta(seconds=10)  # as long as one call to GitLab may take


@dataclass(eq=False)
class Lease:
    """One worker's hold on one issue. `until` is machine time, and moves when the lease is renewed.

    `generation` is how often the issue had been put in when it was taken; `attempts` how often a look at it failed
    in a row, `failures` how often by trouble of its own. The token is new each time: a worker that comes back late
    cannot pass for its successor.
    """

    ref: IssueRef
    worker: str
    token: str
    generation: int
    attempts: int
    until: datetime
    machine_now: Callable[[], datetime] = field(repr=False)
    failures: int = 0
    lost: bool = False

    def still_held(self, for_at_least: timedelta = ONE_CALL) -> bool:
        """Whether the issue stays ours for so much machine time at least: to be asked before each write."""
        return not self.lost and self.machine_now() + for_at_least < self.until

    def lose(self) -> None:
        """Ends the hold in this process: from now on `still_held` is false."""
        self.lost = True
