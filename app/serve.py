"""`triage serve`: receiver and worker, each a process of its own. Builds no parts: they are handed in."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog
from fastapi import FastAPI

from app.alone import alone
from app.clock import Clock
from app.errors import ConfigError
from app.inbox import Inbox
from app.metrics import Numbers
from app.tracing import set_up_tracing
from app.web import create_app
from app.web.log import set_up_log
from app.web.server import address, listen, make_server
from app.worker import ATTEMPTS, GRACE, Look, Worker

Role = Literal["all", "receiver", "worker"]

WORKER_COMMAND = (sys.executable, "-m", "app", "serve", "--role", "worker")
PARENT = "TRIAGE_SUPERVISOR_PID"  # tells a worker whose child it is, so that it does not outlive it
FIRST_WAIT = 0.5
LONGEST_WAIT = 30.0
HEALTHY = 60.0  # a worker that lived so long starts anew without a wait that grew
PATIENCE = 10.0
BEHIND = 10  # how much nicer a worker is than the receiver beside it: a look can wait, and GitLab does not

log: structlog.typing.FilteringBoundLogger = structlog.get_logger()


@dataclass(frozen=True)
class ReceiverParts:
    """What the receiver is made of. `signing_key` is decoded; `readiness` says what is known of GitLab."""

    inbox: Inbox
    board_paths: Callable[[], frozenset[str]]
    bots: Callable[[], frozenset[str]]
    secret: bytes | None = field(default=None, repr=False)
    signing_key: bytes | None = field(default=None, repr=False)
    readiness: Callable[[], dict[str, object]] = dict
    numbers: Numbers | None = None


@dataclass(frozen=True)
class WorkerParts:
    """What the worker is made of. `look` reconciles one issue, and may be called by several threads at once.

    `grace` is how many seconds a look may still take once the worker is to stop; after `attempts` failures in a row an
    issue is parked. `room` says how many issues may be looked at now, of so many threads. `ended` is called when all is
    done.
    """

    inbox: Inbox
    clock: Clock
    look: Look
    threads: int = 4
    grace: float = GRACE
    attempts: int = ATTEMPTS
    room: Callable[[int], int] = lambda threads: threads
    ended: Callable[[], None] = lambda: None


def serve(
    role: Role,
    host: str,
    port: int,
    *,
    receiver: Callable[[], ReceiverParts],
    worker: Callable[[], WorkerParts],
) -> None:
    """Runs the role until SIGTERM or SIGINT. Only the parts that the role needs are built."""
    match role:
        case "all":
            run_all(receiver(), host, port)
        case "receiver":
            run_receiver(receiver(), host, port)
        case "worker":
            run_worker(worker())


def run_all(
    parts: ReceiverParts, host: str, port: int, worker_command: Sequence[str] = WORKER_COMMAND
) -> None:
    """The receiver in this process, and one worker in a child that is started again when it dies. Errors as below."""
    run_receiver(parts, host, port, Supervisor(worker_command))


def run_receiver(parts: ReceiverParts, host: str, port: int, supervisor: "Supervisor | None" = None) -> None:
    """Takes events until a signal comes.

    ConfigError without a webhook secret, on an address that cannot be had, and beside another receiver on one SQLite
    file.
    """
    if not parts.secret and not parts.signing_key:
        raise ConfigError(
            "no event could be trusted: set TRIAGE_WEBHOOK_SECRET to the hook's secret token, or"
            " TRIAGE_WEBHOOK_SIGNING_TOKEN to its signing token (whsec_...)"
        )
    with alone(parts.inbox), listen(host, port) as listener:
        set_up_log()
        send_last_traces = set_up_tracing()
        server = make_server(_application(parts), supervisor.stop if supervisor else _nothing)
        _on_signal(server.stop)
        where = address(listener)
        log.info("listening", address=where, hook=f"{where}/hooks/gitlab", pid=os.getpid())
        try:
            if supervisor:
                supervisor.start()
            server.run(sockets=[listener])
        finally:
            if supervisor:
                supervisor.stop()
                supervisor.wait()
            send_last_traces()
    log.info("stopped", pid=os.getpid())


def run_worker(parts: WorkerParts) -> None:
    """Works on due issues until a signal comes, or the process that started it is gone.

    ConfigError beside another worker on one SQLite file; on PostgreSQL there may be any number.
    """
    set_up_log()
    send_last_traces = set_up_tracing()
    stop = threading.Event()
    _on_signal(stop.set)
    if parent := os.environ.get(PARENT):
        threading.Thread(target=_watch, args=(int(parent), stop), daemon=True).start()
        os.nice(BEHIND)
    name = process_name()
    worker = Worker(
        inbox=parts.inbox,
        clock=parts.clock,
        look=parts.look,
        name=name,
        threads=parts.threads,
        grace=parts.grace,
        attempts=parts.attempts,
        room=parts.room,
    )
    # A worker whose parent was killed may still be finishing: its successor waits for it.
    with alone(parts.inbox, "worker", PATIENCE if parent else 0, stop):
        log.info("working", worker=name, threads=parts.threads)
        try:
            worker.run(stop)
        finally:
            parts.ended()
            send_last_traces()
    log.info("stopped", worker=name)


def process_name() -> str:
    """One process of one machine: no two that live have the same."""
    return f"{socket.gethostname()}:{os.getpid()}"


class Supervisor:
    """Keeps one child process alive."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = tuple(command)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep_alive, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Tells the child to stop, and waits for nothing: fit for a signal handler."""
        self._stopping.set()

    def wait(self) -> None:
        """Returns once the child has ended; it is killed when it takes longer than ten seconds."""
        self._thread.join()

    def _keep_alive(self) -> None:
        """Starts the child over and over; the wait between doubles while it keeps dying young."""
        wait = FIRST_WAIT
        while not self._stopping.is_set():
            started = time.monotonic()
            code = self._run()
            if self._stopping.is_set():
                return
            wait = FIRST_WAIT if time.monotonic() - started > HEALTHY else wait
            log.error("worker died", code=code, again_in=wait)
            self._stopping.wait(wait)
            wait = min(wait * 2, LONGEST_WAIT)

    def _run(self) -> int:
        """One life of the child. In a process group of its own, so that Ctrl-C on the terminal reaches it through us
        only; in our session, since being nicer may count within one session only (sched(7), autogroup)."""
        environment = {**os.environ, PARENT: str(os.getpid())}
        with subprocess.Popen(
            self._command, env=environment, stdin=subprocess.DEVNULL, process_group=0
        ) as child:
            while child.poll() is None and not self._stopping.wait(0.1):
                pass
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    child.kill()
        return child.returncode


def _application(parts: ReceiverParts) -> FastAPI:
    return create_app(
        inbox=parts.inbox,
        secret=parts.secret,
        signing_key=parts.signing_key,
        board_paths=parts.board_paths,
        bots=parts.bots,
        machine_now=parts.inbox.machine_now,
        readiness=parts.readiness,
        numbers=parts.numbers,
    )


def _nothing() -> None:
    """What there is to stop when there is no worker."""


def _on_signal(stop: Callable[[], None]) -> None:
    """While uvicorn runs it has handlers of its own."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop())


def _watch(parent: int, stop: threading.Event) -> None:
    """A parent that is killed cannot stop its child."""
    while os.getppid() == parent:
        if stop.wait(0.5):
            return
    stop.set()
