"""What all clients of one process share on their way to GitLab: the budgets, the pauses, the circuit, the retries.

Clients of one thread each hand their HTTP calls to it; it decides when they are made, and whether at all.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ReadTimeoutError

from app.gitlab.budget import Budget
from app.gitlab.circuit import Circuit
from app.gitlab.counted import Counted
from app.gitlab.lane import Lane, NotSent
from app.gitlab.line_state import LineState
from app.gitlab.turns import Turns
from app.gitlab.waiting import left, retry_after

REQUESTS_PER_MINUTE = 600
NOTES_PER_MINUTE = 50
PATIENCE = 10.0  # seconds that a call waits for its turn; a lease lasts 60, and is renewed
TRIES = 3
AGAIN = frozenset({502, 503, 504})
FIRST_REST = 0.2
NAMELESS = 1.0  # the first pause after a 429 that names none; doubles up to a minute

Send = Callable[[], requests.Response]


class Line:
    """Safe with any number of threads. `patience` is how long a call waits for its turn before it gives up."""

    def __init__(
        self,
        requests_per_minute: int = REQUESTS_PER_MINUTE,
        notes_per_minute: int = NOTES_PER_MINUTE,
        *,
        patience: float = PATIENCE,
        now: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._now, self._chance, self._patience = now, chance, patience
        self._requests = Lane("requests to GitLab", Budget(requests_per_minute), now, chance)
        self._notes = Lane("notes", Budget(notes_per_minute), now, chance)
        self._circuit = Circuit()
        self._lock = threading.Lock()
        self._nameless = 0
        self._at_once: AbstractContextManager[Any] = nullcontext()
        self.counted = Counted()

    @contextmanager
    def narrowed(self, calls: int) -> Iterator[None]:
        """Inside, so many calls at most are under way at a time, however many threads make them."""
        before, self._at_once = self._at_once, Turns(calls)
        try:
            yield
        finally:
            self._at_once = before

    @property
    def state(self) -> LineState:
        with self._lock:
            circuit, failures = self._circuit.state, self._circuit.failures
            probe_in = self._circuit.wait(self._now())
        return LineState(
            circuit,
            failures,
            round(probe_in, 1),
            round(self._requests.paused_for, 1),
            self._requests.used,
            self._requests.limit,
            self._notes.used,
            self._notes.limit,
            *self.counted.allowed(self._now()),
        )

    @property
    def paused_for(self) -> float:
        """Seconds for which GitLab asked that no request be sent, or no note."""
        return max(self._requests.paused_for, self._notes.paused_for)

    @property
    def down(self) -> bool:
        """Whether GitLab is known not to answer."""
        return self._circuit.state != "closed"

    def room(self, threads: int) -> int:
        """How many issues it makes sense to look at now: one where a probe is due, none while nothing would be sent.

        Whoever looks all the same is refused at once, and has the issue, the journal and the log pay for it.
        """
        with self._lock:
            closed, wait = self._circuit.state == "closed", self._circuit.wait(self._now())
        if wait > 0 or self._requests.paused_for > 0:
            return 0
        return threads if closed else min(1, threads)

    def carry(self, method: str, path: str, send: Send, probe: Send) -> requests.Response:
        """Makes the call when its turn has come. `probe` asks GitLab something small.

        What changes nothing when it is done twice (GET, PUT, DELETE) is tried up to three times where the connection
        broke or a proxy answered; POST never is, and nothing is after a time-out. Errors: NotSent; those of `send`.
        """
        tries = 1 if method == "POST" else TRIES
        for attempt in range(1, tries):
            try:
                response = self._once(method, path, send, probe)
            except requests.Timeout:
                raise
            except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError):
                self._rest(attempt)
                continue
            if response.status_code not in AGAIN:
                return response
            self._rest(attempt)
        return self._once(method, path, send, probe)

    def _rest(self, attempt: int) -> None:
        time.sleep(FIRST_REST * 2 ** (attempt - 1) * (0.5 + self._chance()))

    def _once(self, method: str, path: str, send: Send, probe: Send) -> requests.Response:
        self._pass_circuit(probe)
        with ExitStack() as held:
            writes_note = method == "POST" and _creates_note(path)
            if writes_note:
                held.enter_context(self._notes.slot(self._patience))
            # The turn first: what waits for one after its slot might be sent into a pause that began meanwhile.
            held.enter_context(self._at_once)
            held.enter_context(self._requests.slot(self._patience))
            return self._heard(method, send, self._notes if writes_note else self._requests)

    def _heard(self, method: str, send: Send, lane: Lane) -> requests.Response:
        """One call, and what its outcome says about GitLab."""
        try:
            response = send()
        except requests.RequestException as error:
            if not isinstance(error, requests.exceptions.InvalidURL):
                self._note(f"{method} none", failed=True)
            raise
        self._note(f"{method} {response.status_code}", failed=response.status_code >= 500)
        now = datetime.now(UTC)
        asked, window = retry_after(response.headers.get("Retry-After", ""), now), left(response.headers, now)
        if window:
            self._requests.pace(*window)
            self.counted.heard(window, self._now())
        if response.status_code == 429:
            # GitLab's limiter of notes names no window of requests, and leaves all else alone.
            limited = lane if window is None else self._requests
            limited.pause(asked if asked is not None else self._nameless_pause(window is None))
        else:
            if response.status_code == 503 and asked:
                self._requests.pause(asked)
            self._nameless = 0
        return response

    def _nameless_pause(self, unknown: bool) -> float:
        """The pause where none was asked for; none of ours where the window says when it ends."""
        if not unknown:
            return 0.0
        self._nameless = min(self._nameless + 1, 7)
        return float(min(NAMELESS * 2 ** (self._nameless - 1), 60.0))

    def _note(self, call: str, *, failed: bool) -> None:
        self.counted.add(call)
        with self._lock:
            if failed:
                self._circuit.failed(self._now())
            else:
                self._circuit.answered()

    def _pass_circuit(self, probe: Send) -> None:
        """Returns when GitLab is thought to be up; else NotSent, unless a probe may be sent and is answered."""
        with self._lock:
            wait = self._circuit.wait(self._now())
            if wait == 0 and self._circuit.state == "closed":
                return
            if wait == 0:
                self._circuit.probe()
        if wait == 0 and self._probed(probe):
            return
        with self._lock:
            failures, wait = self._circuit.failures, max(1.0, self._circuit.wait(self._now()))
        reason = f"GitLab is down: {failures} calls in a row failed; it is asked again in {wait:.0f} seconds"
        raise NotSent(reason, wait + self._chance(), everywhere=True)

    def _probed(self, probe: Send) -> bool:
        """Whether GitLab answers again."""
        try:
            with self._at_once, self._requests.slot(self._patience):
                return self._heard("GET", probe, self._requests).status_code < 500
        except requests.RequestException:
            return False
        finally:
            with self._lock:
                if self._circuit.state == "probing":  # it had no turn
                    self._circuit.failed(self._now())


class Carrier(HTTPAdapter):
    """Hands the HTTP calls of one session to the line. The body is read before the call counts as answered.

    `before_write` is asked when the turn of a call that changes something has come; what it raises keeps the call back.
    """

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line
        self.before_write: Callable[[], None] = _nothing

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        address = request.url or ""

        def once(sent: requests.PreparedRequest) -> requests.Response:
            if sent.method != "GET":
                self.before_write()
            response = super(Carrier, self).send(sent, *args, **options)
            try:
                _ = response.content
            except requests.ConnectionError as error:
                if any(isinstance(cause, ReadTimeoutError) for cause in error.args):
                    raise requests.ReadTimeout(*error.args) from error  # it began to answer, and then stalled
                raise
            return response

        path = address.partition("?")[0]
        return self._line.carry(
            request.method or "", path, lambda: once(request), lambda: once(_who_am_i(request))
        )


def _nothing() -> None:
    """What there is to ask before a write, where nobody said."""


def _who_am_i(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The small question with the same token to the same GitLab."""
    small = request.copy()
    small.prepare_method("GET")
    small.url = f"{(request.url or '').partition('/api/v4')[0]}/api/v4/user"
    small.prepare_body(None, None)
    for name in ("Content-Length", "Content-Type"):
        small.headers.pop(name, None)
    return small


def _creates_note(path: str) -> bool:
    """Whether a POST there counts against GitLab's limit of notes (creating them, in a thread or not).

    Source: https://docs.gitlab.com/administration/settings/rate_limit_on_notes_creation/
    """
    return path.endswith(("/notes", "/discussions"))


@lru_cache
def line_to(url: str, requests_per_minute: int, notes_per_minute: int) -> Line:
    """The line of this process to that GitLab: the same for all its clients."""
    return Line(requests_per_minute, notes_per_minute)


__all__ = ["NOTES_PER_MINUTE", "REQUESTS_PER_MINUTE", "Carrier", "Line", "LineState", "NotSent", "line_to"]
