"""The right to work on one issue for a while. Decides nothing about who gets it: that is the inbox's."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.core.model import IssueRef

LEASE = timedelta(seconds=60)
ONE_CALL = timedelta(seconds=25)  # as long as one call to GitLab may take: to connect, and to answer


@dataclass(eq=False)
class Lease:
    """One worker's hold on one issue. `until` is machine time, and moves when the lease is renewed.

    `generation` is how often the issue had been put in when it was taken; `attempts` how often a look at it failed
    in a row, `failures` how often by trouble of its own. The token is new each time: a worker that comes back late
    cannot pass for its successor. `may_have_written` tells that somebody asked whether to write.
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
    may_have_written: bool = False

    def still_held(self, for_at_least: timedelta = ONE_CALL) -> bool:
        """Whether the issue stays ours for so much machine time at least: to be asked before each write."""
        self.may_have_written |= for_at_least > timedelta(0)
        return not self.lost and self.machine_now() + for_at_least < self.until

    def lose(self) -> None:
        """Ends the hold in this process: from now on `still_held` is false."""
        self.lost = True
