"""Takes due issues out of the inbox and has each looked at. Decides nothing about an issue, and never dies of one."""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from structlog.contextvars import clear_contextvars

from app.clock import Clock
from app.core.model import IssueRef
from app.errors import Fault, Refused, Unauthorized, Unavailable, Unsettled
from app.inbox import Inbox, Lease, Pauses

Look = Callable[[IssueRef, Lease], datetime | None]

POLL = 0.4  # seconds: due rows and a moved clock are noticed within half a second
RENEW = 15.0
GRACE = 8.0
ATTEMPTS = 10
SELDOM = 3600.0  # seconds between looks at an issue for which GitLab failed so often
FIRST_PAUSE = timedelta(seconds=30)

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True)
class Verdict:
    """How one look ended, and what is next."""

    outcome: Literal["done", "unauthorized", "unavailable", "refused", "failed"]
    counts: bool = False  # towards parking
    error: str = ""
    again_at: datetime | None = None
    retry_after: float | None = None
    cause: Exception | None = None
    began: float = 0.0  # seconds of `time.monotonic`


class Worker:
    """Threads that look at due issues, one lease each.

    `look` reconciles one issue and returns when to look again, None for never. What it raises says what is next:
    Unauthorized pauses all work, Unavailable backs off, Refused and Unsettled leave the issue until something
    changes, anything else is our fault and backs off too. After `attempts` faults in a row an issue waits long: it is
    parked where the fault is ours, and seldom looked at where GitLab does not answer for it. GitLab as a whole being
    down or slow counts for nothing. `room` says how many issues may be looked at now, of so many threads: none while
    GitLab is known not to answer. `poll`, `renew_every` and `grace` are in seconds.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        clock: Clock,
        look: Look,
        name: str,
        threads: int = 4,
        poll: float = POLL,
        renew_every: float = RENEW,
        grace: float = GRACE,
        attempts: int = ATTEMPTS,
        pause_from: timedelta = FIRST_PAUSE,
        room: Callable[[int], int] = lambda threads: threads,
    ) -> None:
        self._inbox, self._clock, self._look, self._name = inbox, clock, look, name
        self._threads, self._poll, self._renew_every, self._grace = threads, poll, renew_every, grace
        self._attempts, self._room = attempts, room
        self._pauses = Pauses(inbox, pause_from)
        self._jobs: queue.SimpleQueue[Lease | None] = queue.SimpleQueue()
        self._leases: set[Lease] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._trouble: str | None = None

    def run(self, stop: threading.Event) -> None:
        """Works until `stop` is set; then finishes what it began, or hands it back, within the grace."""
        ended = threading.Event()
        threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self._threads)]
        threads.append(threading.Thread(target=self._renew, args=(ended,), daemon=True))
        for thread in threads:
            thread.start()
        try:
            while not stop.is_set():
                self._wake.clear()
                if not self._dispatch():
                    (self._wake if self._working_on() else stop).wait(self._poll)
        finally:
            self._finish()
            ended.set()

    def _dispatch(self) -> bool:
        """Takes one issue and gives it to a thread; False when there is nothing to take, or nobody to give it to."""
        try:
            allowed = min(self._room(self._threads), self._pauses.allowed(self._threads))
            if len(self._working_on()) >= allowed:
                return False
            lease = self._take()
        except (Unavailable, SQLAlchemyError) as error:  # the sandbox's clock, or the database
            self._troubled(f"{type(error).__name__}: {error}")
            return False
        self._troubled(None)
        if lease is None:
            return False
        with self._lock:
            self._leases.add(lease)
        self._jobs.put(lease)
        return True

    def _take(self) -> Lease | None:
        """A lease on what is due; asks neither for the time nor for the write lock while there is nothing to take."""
        earliest = self._inbox.next_due()
        if earliest is None:
            return None
        now = self._clock.now()
        return self._inbox.take(now, self._name) if earliest <= now else None

    def _troubled(self, error: str | None) -> None:
        """Says once that nothing can be taken, and once that it can be again."""
        if error and not self._trouble:
            log.warning("cannot take issues", worker=self._name, error=error)
        elif self._trouble and not error:
            log.info("takes issues again", worker=self._name)
        self._trouble = error

    def _work(self) -> None:
        while (lease := self._jobs.get()) is not None:
            try:
                self._look_at(lease)
            finally:
                with self._lock:
                    self._leases.discard(lease)
                self._wake.set()

    def _look_at(self, lease: Lease) -> None:
        """One look, one report, one log line: of this, with what the look adds (`structlog.contextvars`)."""
        clear_contextvars()
        started = time.perf_counter()
        verdict = self._verdict(lease)
        outcome: str = verdict.outcome
        try:
            if not self._report_until_heard(lease, verdict):
                outcome = "lost"
        except SQLAlchemyError as error:  # the lease runs out, and the issue is looked at again
            outcome = f"unreported: {type(error).__name__}"
        facts: dict[str, object] = {"error": verdict.error} if verdict.error else {}
        if verdict.counts:
            facts["failures"] = lease.failures + 1
        if verdict.cause:
            facts["exc_info"] = verdict.cause
        write = log.error if verdict.cause else log.info if verdict.outcome == "done" else log.warning
        ms = round((time.perf_counter() - started) * 1000, 1)
        write(
            "look",
            ref=str(lease.ref),
            outcome=outcome,
            ms=ms,
            attempts=lease.attempts,
            worker=self._name,
            **facts,
        )
        clear_contextvars()

    def _verdict(self, lease: Lease) -> Verdict:
        """The one place that catches everything, so that one issue never stops the others."""
        began = time.monotonic()
        try:
            return Verdict("done", again_at=self._look(lease.ref, lease), began=began)
        except Unauthorized as error:
            return Verdict("unauthorized", error=str(error))
        except Unavailable as error:
            return Verdict(
                "unavailable", error=str(error), counts=not error.everywhere, retry_after=error.retry_after
            )
        except OperationalError as error:  # our database was away, which is no fault of the issue's
            return Verdict("unavailable", error=f"the database: {type(error).__name__}")
        except (Refused, Unsettled) as error:
            return Verdict("refused", error=str(error), began=began)
        except Fault as error:
            return Verdict("failed", error=str(error), counts=True, cause=error)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            return Verdict("failed", error=said, counts=True, cause=error)

    def _report_until_heard(self, lease: Lease, verdict: Verdict) -> bool:
        """A database that restarts is waited for as long as the lease lasts."""
        while True:
            try:
                return self._report(lease, verdict)
            except OperationalError:
                if not lease.still_held(timedelta(0)):
                    raise
                time.sleep(self._poll)

    def _report(self, lease: Lease, verdict: Verdict) -> bool:
        """Tells the inbox; False when the lease had ended."""
        match verdict.outcome:
            case "done":
                heard = self._inbox.done(lease, verdict.again_at)
                if heard:  # GitLab answered, so it knows the token
                    self._pauses.end(verdict.began)
                return heard
            case "refused":
                heard = self._inbox.refused(lease, verdict.error)
                if heard:
                    self._pauses.end(verdict.began)
                return heard
            case "unauthorized":
                self._pauses.start(verdict.error)
                return self._inbox.release(lease)
            case "failed":
                return self._inbox.failed(lease, verdict.error, self._attempts)
            case "unavailable" if verdict.counts:
                # What GitLab may mend by itself is never parked: its timers would be gone with it. It waits long.
                tried = lease.failures + 1 >= self._attempts
                wait = max(verdict.retry_after or 0.0, SELDOM) if tried else verdict.retry_after
                return self._inbox.failed(lease, verdict.error, None, wait)
            case "unavailable":
                return self._inbox.postpone(lease, verdict.error, verdict.retry_after)

    def _renew(self, ended: threading.Event) -> None:
        """Keeps the leases of long looks; one that cannot be renewed ends by itself, and its holder sees that."""
        while not ended.wait(self._renew_every):
            for lease in self._working_on():
                with suppress(SQLAlchemyError):
                    self._inbox.renew(lease)

    def _working_on(self) -> tuple[Lease, ...]:
        with self._lock:
            return tuple(self._leases)

    def _finish(self) -> None:
        """Waits for the looks under way as long as the grace lasts, then gives the rest back to whoever comes next."""
        for _ in range(self._threads):
            self._jobs.put(None)
        deadline = time.monotonic() + self._grace
        while self._working_on() and (left := deadline - time.monotonic()) > 0:
            self._wake.clear()
            if self._working_on():
                self._wake.wait(min(left, self._poll))
        for lease in self._working_on():
            lease.lose()
            with suppress(SQLAlchemyError):
                self._inbox.release(lease)
            log.warning("handed back", ref=str(lease.ref), worker=self._name)
