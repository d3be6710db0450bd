"""What a worker makes of the pause that all workers on one database share. Takes no issue itself."""

import threading
import time
from datetime import datetime, timedelta

from app.inbox.inbox import Inbox
from app.inbox.state import Pause

LONGEST = timedelta(minutes=5)
NOTICED = 0.25  # seconds: a pause that another worker announced is noticed by then


class Pauses:
    """While GitLab does not accept the token nothing is taken, by no worker on the database; then one issue at a time
    each, until one look goes well.

    A pause from before this worker came does not bind it: its token may be another, and it tries one issue.
    """

    def __init__(self, inbox: Inbox, first: timedelta) -> None:
        self._inbox, self._first = inbox, first
        self._since: datetime | None = None
        self._pause: Pause | None = None
        self._read_at = self._known_at = 0.0
        self._lock = threading.Lock()

    def allowed(self, threads: int) -> int:
        """How many issues may be worked on now. SQLAlchemyError when the database does not say."""
        with self._lock:
            if self._since is None:
                self._since = self._inbox.now()
            if time.monotonic() - self._read_at >= NOTICED:
                self._know(self._inbox.paused())
            if self._pause is None:
                return threads
            return 1 if self._pause.over or self._pause.at < self._since else 0

    def start(self, reason: str) -> None:
        """Pauses, each further time twice as long. A look that fails in a pause began before it and changes nothing."""
        with self._lock:
            since = self._since or self._inbox.now()
            self._know(self._inbox.pause_for(self._first, LONGEST, reason, since))

    def end(self, began: float) -> None:
        """The token is accepted, as a look tells that began then (seconds of `time.monotonic`): after the pause was
        announced, or it tells nothing."""
        with self._lock:
            if self._pause is not None and began > self._known_at:
                self._inbox.resume()
                self._pause = None

    def _know(self, pause: Pause | None) -> None:
        self._read_at = time.monotonic()
        if pause and (self._pause is None or pause.at != self._pause.at):
            self._known_at = self._read_at
        self._pause = pause
