"""How many calls may be made in a minute. Pure: it is told the time, and neither waits nor locks."""

from collections import deque

WINDOW = 60.0
HAIR = 0.001  # seconds, so that a rounded instant is never on the wrong side of an edge


class Budget:
    """At most `limit` calls in any window of 60 seconds, its ends included.

    A call counts from when it began until 60 seconds after it was answered or given up: so it holds whenever in between
    GitLab counts it. Half of the budget may be spent at once; the rest is spread over the time until the first call
    no longer counts, so that nobody meets a long stand-still. Instants are seconds of a clock that never goes back.
    """

    def __init__(self, limit: int, window: float = WINDOW) -> None:
        self.limit, self.window = limit, window
        self._ended: deque[float] = deque()
        self._under_way = 0
        self._last_began = float("-inf")

    @property
    def used(self) -> int:
        """Calls that count, as of the latest instant told."""
        return self._under_way + len(self._ended)

    def wait(self, now: float, ahead: int = 0) -> float:
        """Seconds until one more may begin, 0 for at once; a guess where `ahead` others come first."""
        self._forget(now)
        spacing = self._spacing(now)
        if self.used + ahead >= self.limit and self._ended:
            first = self._ended[min(self.used + ahead - self.limit, len(self._ended) - 1)]
            return max(first + self.window + HAIR - now, ahead * spacing)
        if self.used >= self.limit:
            return self.window / self.limit  # all are under way: nobody knows for how long
        return max(0.0, self._last_began + spacing - now + ahead * spacing) if spacing else 0.0

    def begin(self, now: float) -> None:
        """One call begins. Only where `wait` said 0 at that instant."""
        self._under_way += 1
        self._last_began = now

    def end(self, now: float) -> None:
        """One that began has been answered, or was given up."""
        self._under_way -= 1
        self._ended.append(now)

    def cancel(self) -> None:
        """One that began was not made after all."""
        self._under_way -= 1

    def _forget(self, now: float) -> None:
        while self._ended and self._ended[0] + self.window < now:
            self._ended.popleft()

    def _spacing(self, now: float) -> float:
        """Seconds between two calls: none for the first half of the budget."""
        left = self.limit - self.used
        if left > self.limit // 2 or left <= 0:
            return 0.0
        first_back = self._ended[0] + self.window if self._ended else now + self.window
        return max(0.0, first_back - now) / (left + 1)
