"""How the inbox stands, as values to show. Reads nothing by itself."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Stats:
    """The inbox at one moment.

    `depth` counts all rows, timers included; `due` those that could be worked on now; `leased` those being worked on;
    `failing` those whose last look did not end well, `refused` and `parked` among them; `oldest_event_at` is the
    machine time at which the longest waiting event came in, None when none waits.
    """

    depth: int
    due: int
    leased: int
    failing: int
    refused: int
    parked: int
    oldest_event_at: datetime | None


@dataclass(frozen=True)
class Pause:
    """No issue is taken until then, and why; `at` is when it was announced, `times` how often in a row, both in
    machine time; `over` whether its end was past when it was read."""

    until: datetime
    reason: str
    at: datetime
    times: int = 1
    over: bool = False
