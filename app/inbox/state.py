"""How the inbox stands, as values to show. Reads nothing by itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stats:
    """The inbox at one moment.

    `depth` counts all rows, timers included; `due` those that could be worked on now; `leased` those being worked on;
    `failing` those whose last look did not end well, `refused` among them; `oldest_event_at` is the machine time at
    which the longest waiting event came in, None when none waits.
    """

    depth: int
    due: int
    leased: int
    failing: int
    refused: int
    oldest_event_at: datetime | None


@dataclass(frozen=True)
class Pause:
    """No issue is taken until then (machine time), and why."""

    until: datetime
    reason: str
