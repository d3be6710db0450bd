"""Issue time: GitLab's own, that is the system's, or the sandbox's when it can be moved. Machine time is not here."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

import httpx

from app.errors import Unavailable

FRESH_SECONDS = 1.0


class Clock(Protocol):
    """Tells issue time."""

    def now(self) -> datetime:
        """The present instant of issue time, UTC-aware."""
        ...

    def often(self) -> Callable[[], datetime]:
        """The same, for whoever asks it thousands of times: a clock that was moved may be noticed a second late."""
        ...


class SystemClock:
    """Issue time on a real GitLab."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def often(self) -> Callable[[], datetime]:
        return self.now


class Told(NamedTuple):
    """What the sandbox said: its instant, whether it stands still, and when it said so in machine seconds."""

    now: datetime
    frozen: bool
    at: float


class SandboxClock:
    """Issue time of a sandbox, asked each time, so that a move is noticed at once."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=5, trust_env=False)

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def now(self) -> datetime:
        """The sandbox's present instant; Unavailable when it does not answer."""
        return self._ask().now

    def often(self) -> Callable[[], datetime]:
        last: list[Told] = []

        def now() -> datetime:
            told, at = last[0] if last else None, time.monotonic()
            if told is None or at - told.at >= FRESH_SECONDS:
                last[:] = [told := self._ask()]
                return told.now
            return told.now if told.frozen else told.now + timedelta(seconds=at - told.at)

        return now

    def _ask(self) -> Told:
        try:
            answer = self._client.get("/-/sandbox/clock").raise_for_status().json()
            return Told(datetime.fromisoformat(answer["now"]), bool(answer["frozen"]), time.monotonic())
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise Unavailable(f"the sandbox's clock did not answer: {error}") from error
