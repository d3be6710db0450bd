"""The processes of a fault run: a sandbox, the service in its roles; started, killed, measured. All are real ones."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from app.sandbox.demo import free_port
from benchmarks.faults.deliveries import SIGNING_TOKEN

ROOT = Path(__file__).parents[2]
UP_WITHIN = 60.0  # seconds
TRIAGE = (sys.executable, "-m", "app")


def clean_environment() -> dict[str, str]:
    """What the machine says, without what is set for another service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    return kept | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def children(pid: int) -> list[int]:
    """The processes that any of its threads started, and that live."""
    found: list[int] = []
    for listed in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, listed.read_text().split())
    return found


def peak_memory(pid: int) -> float:
    """The most memory that the process ever held (resident), in MB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


@dataclass
class Process:
    """One command that runs until it is killed or stopped, and can be started again."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    port: int = 0
    alive: str = ""  # the path that answers 200 once it is up
    works: bool = False  # whether it says so in its log once it, or its child, takes issues
    running: subprocess.Popen[bytes] | None = None
    logged_before: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int:
        assert self.running
        return self.running.pid

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.logged_before = out.tell()
            self.running = subprocess.Popen(
                self.command, env=dict(self.environment), stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                start_new_session=True, cwd=ROOT,
            )  # fmt: skip

    def wait_until_up(self) -> None:
        """Returns once it answers and works; RuntimeError with the end of its log when it does not."""
        end = time.monotonic() + UP_WITHIN
        while not self._is_up():
            if time.monotonic() > end or self.running is None or self.running.poll() is not None:
                raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(0.05)

    def _is_up(self) -> bool:
        if self.works and b'"event": "working"' not in self.log.read_bytes()[self.logged_before :]:
            return False
        if not self.alive:
            return True
        try:
            return httpx.get(self.url + self.alive, trust_env=False, timeout=2).is_success
        except httpx.HTTPError:
            return False

    def kill(self) -> None:
        """SIGKILL, to it and to what it started: no handler runs, nothing is finished."""
        assert self.running
        for pid in (self.pid, *children(self.pid)):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.running.wait()

    def stop(self) -> int:
        """SIGTERM, as an orchestrator does; the exit code."""
        if self.running is None:
            return 0
        self.running.terminate()
        try:
            return self.running.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def peaks(self) -> list[float]:
        """The peaks of memory, its own first, then those of its children."""
        return [peak_memory(pid) for pid in (self.pid, *children(self.pid))]


@dataclass
class Sandbox:
    """A GitLab of its own, whose clock stands still and goes where it is told."""

    process: Process

    @classmethod
    def start(cls, folder: Path, at: str) -> "Sandbox":
        port = free_port()
        command = (*TRIAGE, "sandbox", "--port", str(port), "--at", at)
        process = Process("sandbox", command, clean_environment(), folder, port, "/-/sandbox/clock")
        process.start()
        process.wait_until_up()
        sandbox = cls(process)
        sandbox.control("clock", {"set": at, "frozen": True})
        return sandbox

    @property
    def url(self) -> str:
        return self.process.url

    def control(self, name: str, body: Any = None, method: str = "") -> Any:
        """One of the control endpoints: GET without a body, else POST."""
        method = method or ("GET" if body is None else "POST")
        answer = httpx.request(method, f"{self.url}/-/sandbox/{name}", json=body, trust_env=False, timeout=60)
        return answer.raise_for_status().json()

    def advance(self, duration: str) -> None:
        self.control("clock", {"advance": duration})


def upgrade(environment: Mapping[str, str]) -> None:
    """`triage db upgrade`, which a PostgreSQL database wants before it is served."""
    subprocess.run(
        (*TRIAGE, "db", "upgrade"), env=dict(environment), check=True, cwd=ROOT, stdout=subprocess.DEVNULL
    )


def service_environment(gitlab_url: str, database_url: str, **more: object) -> dict[str, str]:
    """What the service is told: budgets that do not hold it up, unless `more` (without the prefix) says otherwise."""
    told = {
        "rules": ROOT / "rules",
        "gitlab_url": gitlab_url,
        "gitlab_token": "sandbox-triage-bot",
        "webhook_signing_token": SIGNING_TOKEN,
        "database_url": database_url,
        "clock": "sandbox",
        "requests_per_minute": 100_000,
        "notes_per_minute": 10_000,
    }
    return clean_environment() | {f"TRIAGE_{n.upper()}": str(v) for n, v in {**told, **more}.items()}


def serving(role: str, folder: Path, environment: Mapping[str, str], name: str = "") -> Process:
    """One `triage serve` of that role, not yet started."""
    if role == "worker":
        return Process(name or role, (*TRIAGE, "serve", "--role", role), environment, folder, works=True)
    port = free_port()
    command = (*TRIAGE, "serve", "--role", role, "--port", str(port))
    return Process(name or role, command, environment, folder, port, "/livez", works=role == "all")


def sweep(environment: Mapping[str, str]) -> dict[str, Any]:
    """One `triage sweep`, and its report. RuntimeError when it failed or was not complete."""
    done = subprocess.run(
        (*TRIAGE, "sweep", "--format", "json"),
        env=dict(environment),
        capture_output=True,
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode()[-2000:] + done.stdout.decode()[-500:]
        raise RuntimeError(f"the sweep ended with {done.returncode}:\n{said}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found
