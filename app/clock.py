"""Issue time: GitLab's own, that is the system's, or the sandbox's when it can be moved. Machine time is not here."""

from datetime import UTC, datetime
from typing import Protocol

import httpx

from app.errors import Unavailable


class Clock(Protocol):
    """Tells issue time."""

    def now(self) -> datetime:
        """The present instant of issue time, UTC-aware."""
        ...


class SystemClock:
    """Issue time on a real GitLab."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SandboxClock:
    """Issue time of a sandbox, asked each time, so that a move is noticed at once."""

    def __init__(self, url: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=5, trust_env=False)

    def close(self) -> None:
        """Ends the connections."""
        self._client.close()

    def now(self) -> datetime:
        """The sandbox's present instant; Unavailable when it does not answer."""
        try:
            answer = self._client.get("/-/sandbox/clock").raise_for_status().json()
            return datetime.fromisoformat(answer["now"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise Unavailable(f"the sandbox's clock did not answer: {error}") from error
