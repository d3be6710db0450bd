"""How far a sweep is: a line that moves on a terminal, and one a minute in a log."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType

from rich.console import Console

from app.sweep.report import Swept

LOG_EVERY_SECONDS = 60.0


class Progress:
    """Says on stderr how many issues were looked at; nothing if `quiet`. `used` tells how many calls the budget's
    minute has seen."""

    def __init__(self, *, quiet: bool, used: Callable[[], int], every: float = LOG_EVERY_SECONDS) -> None:
        self._console = Console(stderr=True, quiet=quiet, highlight=False)
        self._quiet, self._used, self._every = quiet, used, every
        self._boards: Counter[str] = Counter()
        self._actions = self._failed = 0
        self._ended = threading.Event()
        self._began_at = time.monotonic()
        self._status = self._console.status("Sweeping ...") if self._console.is_terminal else None
        self._thread = threading.Thread(target=self._log, name="progress", daemon=True)

    def seen(self, row: Swept) -> None:
        """One issue more."""
        self._boards[row.board] += 1
        self._actions += len(row.plan.actions) if row.plan else 0
        self._failed += bool(row.error)
        if self._status:
            self._status.update(f"Sweeping: {self.line()}")

    def line(self) -> str:
        """How things stand: `1,200 looked at (us-east 700, emea 500); 3 actions; 12 s; ...`."""
        number = self._boards.total()
        boards = ", ".join(f"{board} {n:,}" for board, n in self._boards.most_common())
        parts = [f"{number:,} looked at" + (f" ({boards})" if number else "")]
        parts += [f"{self._actions:,} actions"] if self._actions else []
        parts += [f"{self._failed:,} failed"] if self._failed else []
        parts += [f"{time.monotonic() - self._began_at:.0f} s", f"{self._used()} calls in the last minute"]
        return "; ".join(parts)

    def __enter__(self) -> "Progress":
        if self._status:
            self._status.start()
        elif not self._quiet:
            self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._ended.set()
        if self._status:
            self._status.stop()

    def _log(self) -> None:
        while not self._ended.wait(self._every):
            print(f"sweep: {self.line()}", file=sys.stderr, flush=True)
