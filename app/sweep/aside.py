"""Decides in a process of its own, beside the threads of a sweep, of which Python runs one at a time: deciding takes
most of their time, and with that elsewhere they wait for little else than GitLab."""

import os
import pickle
import signal
import socket
import struct
import sys
import threading
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import cast

from app import memory
from app.core.model import Issue
from app.core.plan import Outcome, Plan
from app.core.restraint import Restraint
from app.core.ruleset import Ruleset
from app.reconcile import decision

PATIENCE = 60.0  # seconds for one decision, which takes some milliseconds
NOT_DECIDED = b""
# https://docs.kernel.org/admin-guide/cgroup-v2.html#cpu-interface-files
QUOTA = Path("/sys/fs/cgroup/cpu.max")


def possible() -> bool:
    """Whether a second process is of use, and may be a copy of this one, which is sure on Linux only."""
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1 and more_than_one(QUOTA)


def more_than_one(quota: Path) -> bool:
    """Whether a container may have more time than one processor has: its quota is such as `150000 100000` or
    `max 100000`, and where there is no such file there is no limit."""
    try:
        share, _, of = quota.read_text().partition(" ")
        return share == "max" or int(share) > int(of)
    except (OSError, ValueError):
        return True


class Aside:
    """Decides as `app.reconcile.decision` does by these rules, for many threads.

    The other process is a copy of this one, as it is when this is made, and ends with it. Once it has ended, or does
    not answer, what it would have decided is decided here.
    """

    def __init__(self, ruleset: Ruleset, *, adopt: bool) -> None:
        self._ruleset, self._adopt = ruleset, adopt
        context = get_context("fork")
        self._line, theirs = context.Pipe()
        args = (theirs, self._line, ruleset, adopt)
        self._process = context.Process(target=_serve, args=args, name="decisions", daemon=True)
        self._process.start()
        theirs.close()
        with socket.fromfd(self._line.fileno(), socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(PATIENCE), 0))
        # It is asked again before it has answered, so that it need not wait for any of the threads to take note.
        self._lock = threading.Lock()
        self._waiting: deque[Future[bytes]] = deque()
        self._ended = False
        self._listener = threading.Thread(target=self._listen, name="decisions", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int | None:
        """The other process; None when there is none any more."""
        return None if self._ended else self._process.pid

    def decide(self, issue: Issue, at: datetime, restraint: Restraint) -> Plan:
        """What the rules want done on the issue at that instant, but for what the restraint leaves undone.

        Where nothing is to be done, it is told without what the rules looked at. Errors: those of `decision`.
        """
        answer = self._asked(pickle.dumps((issue, at, restraint), pickle.HIGHEST_PROTOCOL))
        if answer == NOT_DECIDED:
            return decision(issue, at, ruleset=self._ruleset, adopt=self._adopt, restraint=restraint)
        return cast(Plan, pickle.loads(answer))

    def _asked(self, question: bytes) -> bytes:
        answer = Future[bytes]()
        with self._lock:
            if self._ended:
                return NOT_DECIDED
            self._waiting.append(answer)
            try:
                self._line.send_bytes(question)
            except OSError:
                self._process.kill()
        try:
            return answer.result(PATIENCE)
        except TimeoutError:
            self._process.kill()
            return NOT_DECIDED

    def _listen(self) -> None:
        """Hands out the answers, which come in the order of the questions, until no more come."""
        try:
            with suppress(OSError, EOFError):
                while True:
                    answer = self._line.recv_bytes()
                    self._waiting.popleft().set_result(answer)
        finally:
            self._process.kill()  # so that nobody who holds the lock goes on waiting for it
            with self._lock:
                self._ended = True
            for waiting in self._waiting:
                waiting.set_result(NOT_DECIDED)

    def __enter__(self) -> "Aside":
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._listener.join()
        self._process.join()
        self._line.close()


def _serve(line: Connection, theirs: Connection, ruleset: Ruleset, adopt: bool) -> None:
    """Answers until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the sweep ends as it sees fit, and this with it
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    theirs.close()
    memory.share()
    with suppress(EOFError, OSError):
        while True:
            issue, at, restraint = pickle.loads(line.recv_bytes())
            try:
                plan = decision(issue, at, ruleset=ruleset, adopt=adopt, restraint=restraint)
                answer = pickle.dumps(_told(plan), pickle.HIGHEST_PROTOCOL)
            except Exception:  # it is raised where it is decided again, and told there
                answer = NOT_DECIDED
            line.send_bytes(answer)


def _told(plan: Plan) -> Plan:
    """The plan with all worked out that it would have worked out only when asked."""
    quiet = not plan.actions and not plan.postponed
    return replace(plan, outcomes=tuple(map(_whole, (plan.in_brief() if quiet else plan).outcomes)))


def _whole(outcome: Outcome) -> Outcome:
    looked_at = partial(tuple, clauses) if (clauses := outcome.clauses) else tuple
    counted = tuple if outcome.counted is tuple else partial(tuple, outcome.clocks)
    return outcome._replace(looked_at=looked_at, counted=counted)
