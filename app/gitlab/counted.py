"""What a process counts of its calls to GitLab, and what GitLab said last of its own limit. Makes no call."""

import threading
from collections import Counter

from app.gitlab.waiting import Left


class Counted:
    """Safe with any number of threads. Calls are told by method and answer: `GET 200`, `GET none` where none came."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._window: tuple[Left, float] | None = None

    def add(self, call: str) -> None:
        """One call more."""
        with self._lock:
            self._calls[call] += 1

    def take(self) -> Counter[str]:
        """The calls that were made since this was asked last."""
        with self._lock:
            taken, self._calls = self._calls, Counter()
        return taken

    def give_back(self, calls: Counter[str]) -> None:
        """Calls that were taken, and could not be told of."""
        with self._lock:
            self._calls += calls

    def heard(self, window: Left, now: float) -> None:
        """What GitLab's limiter leaves as of `now`, in seconds of any clock."""
        self._window = (window, now)

    def allowed(self, now: float) -> tuple[int | None, int | None]:
        """How many calls GitLab still takes, and of how many; None where it never said. Once that window is over, all
        of it is there again."""
        if self._window is None:
            return None, None
        window, since = self._window
        return (window.remaining if now < since + window.seconds else window.limit), window.limit
