"""The shape of a clock as it stands at an instant: for people who ask why, the journal, and pages that show it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.core.calendar import Count

Holder = Literal["requester", "sa", "others", "nobody"]
State = Literal["running", "paused", "off hours", "met", "breached"]


@dataclass(frozen=True)
class Clock:
    """One cycle of a clock. Lengths are counted as `count` says, instants are UTC; what does not apply is None.

    `running`: it counts now, until `due_at`. `off hours`: it would, but nobody works; it goes on at `runs_again_at`.
    `paused`: since `paused_since` by `paused_by`, because `paused_for` is on; `due_at` is open until then. `met`: it
    ended before it was due, after `spent`. `breached`: from the due instant on, `over` by as much; ended or not.
    `steps` are the steps reached, with their instants; `shares` say who had a request that was late, and how long.
    """

    name: str
    state: State
    started_at: datetime
    due_at: datetime | None
    count: Count
    target: timedelta | None
    spent: timedelta
    left: timedelta | None = None
    over: timedelta | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    runs_again_at: datetime | None = None
    paused_since: datetime | None = None
    paused_by: str = ""
    paused_for: str = ""
    steps: tuple[tuple[str, datetime], ...] = ()
    shares: Mapping[Holder, timedelta] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.ended_at is None
