"""How long a sweep waits for a GitLab that does not answer, or asks for less."""

import time
from collections.abc import Callable
from typing import TypeVar

from app.errors import Unauthorized, Unavailable

TRIES = 5
LONGEST_WAIT_SECONDS = 300.0
IN_A_ROW = 3  # issues that GitLab could not answer for: then it is down, and the sweep ends

T = TypeVar("T")


def patiently(act: Callable[[], T], until: float | None = None) -> T:
    """The act, tried again while GitLab is unavailable: after as long as it asks for, or twice as long each time;
    given up when that is more than five minutes, or would not be over by `until` (seconds of the monotonic clock)."""
    wait = 1.0
    for _ in range(TRIES - 1):
        try:
            return act()
        except Unauthorized:
            raise
        except Unavailable as error:
            pause = max(error.retry_after or 0.0, wait)
            if pause > LONGEST_WAIT_SECONDS or (until is not None and time.monotonic() + pause > until):
                raise
            time.sleep(pause)
            wait *= 2
    return act()
