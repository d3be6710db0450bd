"""The limit of API calls per user and minute, with the headers that tell of it. Fixed windows of machine time.

Source: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/
"""

import time
from collections.abc import Callable
from email.utils import formatdate

from app.sandbox.errors import ApiError

WINDOW = 60
NAME = "throttle_authenticated_api"


def used_up(seconds: int) -> dict[str, str]:
    """The headers of an answer that is refused for so long, where 600 calls a minute are allowed."""
    return _headers(600, 601, int(time.time()) + seconds)


def _headers(limit: int, observed: int, reset: int) -> dict[str, str]:
    return {
        "RateLimit-Name": NAME,
        "RateLimit-Limit": str(limit),
        "RateLimit-Observed": str(observed),
        "RateLimit-Remaining": str(max(0, limit - observed)),
        "RateLimit-Reset": str(reset),
        "RateLimit-ResetTime": formatdate(reset, usegmt=True),
    }


class Throttle:
    """Counts calls by user. `now` is machine time in seconds since 1970."""

    def __init__(self, now: Callable[[], float] = time.time, window: int = WINDOW) -> None:
        self._now, self._window = now, window
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, user: str, limit: int | None) -> dict[str, str]:
        """Counts one call, and gives the headers for its answer; ApiError 429 when it is one too many."""
        if limit is None:
            return {}
        now = int(self._now())
        number = now // self._window
        before, observed = self._counts.get(user, (number, 0))
        observed = observed + 1 if before == number else 1
        self._counts[user] = (number, observed)
        reset = (number + 1) * self._window
        headers = _headers(limit, observed, reset)
        if observed > limit:
            raise ApiError(429, "Retry later\n", {**headers, "Retry-After": str(reset - now)})
        return headers
