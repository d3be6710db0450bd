"""One budget shared by all threads of a process: first come, first served, with the pauses that GitLab asks for."""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.errors import Unavailable
from app.gitlab.budget import Budget

LONGEST_PAUSE = 3600.0  # seconds; whoever asks for more is asked again after an hour
AT_MOST = 0.2  # of a pause is added by chance, so that not everybody comes back at one moment


class NotSent(Unavailable):
    """The call was not made at all: nothing can have happened on GitLab's side."""


class Lane:
    """What calls of one kind wait in. `now` tells seconds that never go back; `chance` is from 0 up to 1."""

    def __init__(
        self,
        name: str,
        budget: Budget,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._name, self._budget, self._now, self._chance = name, budget, now, chance
        self._turn = threading.Condition()
        self._waiting: deque[object] = deque()
        self._paused_until = float("-inf")
        self._spacing, self._spaced_until, self._last_began = 0.0, float("-inf"), float("-inf")

    @property
    def limit(self) -> int:
        return self._budget.limit

    @property
    def used(self) -> int:
        """Calls that count now."""
        with self._turn:
            self._budget.wait(self._now())
            return self._budget.used

    @property
    def paused_for(self) -> float:
        """Seconds for which GitLab asked that nothing be sent; 0 when it did not."""
        with self._turn:
            return max(0.0, self._paused_until - self._now())

    @contextmanager
    def slot(self, patience: float) -> Iterator[None]:
        """A call is made inside, and counts unless that raises NotSent. Where it would wait longer than `patience`,
        NotSent at once, with the seconds."""
        self._enter(patience)
        made = True
        try:
            yield
        except NotSent:
            made = False
            raise
        finally:
            with self._turn:
                if made:
                    self._budget.end(self._now())
                else:
                    self._budget.cancel()
                self._turn.notify_all()

    def pause(self, seconds: float) -> None:
        """Nothing is sent for so long, and a little longer by chance. A pause in force is never shortened."""
        with self._turn:
            wanted = min(max(seconds, 0.0), LONGEST_PAUSE)
            until = self._now() + wanted + self._chance() * min(AT_MOST * wanted, 5.0)
            self._paused_until = max(self._paused_until, until)
            self._turn.notify_all()

    def pace(self, remaining: int, limit: int, seconds: float) -> None:
        """GitLab says how many calls it still takes in the next `seconds`: what is left is spread over them once half
        is gone, and nothing is sent when none is left."""
        if remaining <= 0:
            self.pause(seconds)
        with self._turn:
            scarce = remaining <= limit // 2
            self._spacing = max(0.0, seconds) / max(remaining, 1) if scarce else 0.0
            self._spaced_until = self._now() + seconds

    def _enter(self, patience: float) -> None:
        ticket = object()
        with self._turn:
            deadline = self._now() + patience
            self._waiting.append(ticket)
            try:
                while (wait := self._wait(ticket)) > 0:
                    if self._now() + wait > deadline:
                        raise NotSent(
                            f"the {self._name} of this minute are used up, or GitLab asked for a pause:"
                            f" it goes on in {wait:.0f} seconds",
                            wait + self._chance(),
                            everywhere=True,
                        )
                    self._turn.wait(wait)
                self._last_began = self._now()
                self._budget.begin(self._last_began)
            finally:
                self._waiting.remove(ticket)
                self._turn.notify_all()

    def _wait(self, ticket: object) -> float:
        """Seconds until it is this one's turn; above 0 as long as somebody came before."""
        now, ahead = self._now(), self._waiting.index(ticket)
        spacing = self._spacing if now < self._spaced_until else 0.0
        waits = (
            self._paused_until - now,
            self._last_began + spacing - now + ahead * spacing if spacing else 0.0,
            self._budget.wait(now, ahead),
            0.001 if ahead else 0.0,
        )
        return max(waits)
