"""`serve` as real processes: it answers, works, survives its worker, refuses a second one, and stops when told."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from app.alone import alone
from app.core.model import IssueRef
from app.database import connect, open_database, upgrading
from app.errors import ConfigError
from app.inbox import AT_ONCE, Inbox
from app.serve import ReceiverParts, run_receiver
from app.web.server import address, listen
from tests import plain

STAND_IN = str(Path(__file__).parent / "serve_stand_in.py")


class Service:
    """One process of `serve` on a folder; its log lines are read as they come."""

    def __init__(self, role, folder, url):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, STAND_IN, role, str(folder), url],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        )
        self.lines = []

    def line(self, event):
        """The next log line with this message; each line must be JSON."""
        for text in self.process.stderr:
            self.lines.append(json.loads(text))
            if self.lines[-1]["event"] == event:
                return self.lines[-1]
        raise AssertionError(f"it ended without {event!r}: {self.lines}")

    def send(self, url, iid):
        body = {
            "object_kind": "issue",
            "project": {"id": 3, "path_with_namespace": "boards/emea"},
            "object_attributes": {"iid": iid, "action": "update"},
        }
        return plain.post(
            f"{url}/hooks/gitlab",
            json=body,
            headers={"X-Gitlab-Token": "s3cret"},
            timeout=12,
        )

    def sees(self, ref, within=8.0):
        seen = self.folder / "seen"
        return eventually(lambda: seen.exists() and ref in seen.read_text().split(), within)

    def worker_pid(self):
        """The worker that started last."""
        return int(self.line("working")["worker"].rpartition(":")[2])

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        began = time.monotonic()
        self.process.wait(15)
        return time.monotonic() - began

    def close(self):
        if self.process.poll() is None:
            self.stop()
        self.process.stderr.close()


@pytest.fixture
def file_inbox(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/triage.db")
    yield Inbox(engine)
    engine.dispose()


@pytest.fixture
def start(tmp_path):
    running = []

    def start(role, url):
        running.append(Service(role, tmp_path, url))
        return running[-1]

    yield start
    for one in running:
        one.close()


@pytest.fixture
def service(start, tmp_path):
    """On SQLite."""
    return lambda role: start(role, f"sqlite:///{tmp_path}/triage.db")


def eventually(condition, within=8.0):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def alive(pid):
    """Whether the process runs; one that ended and was not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_receiver_and_worker_do_the_job_and_survive_the_death_of_the_worker(service):
    serving = service("all")
    url = serving.line("listening")["address"]
    first = serving.worker_pid()
    assert serving.send(url, 1).status_code == 202
    assert serving.sees("3#1")

    os.kill(first, signal.SIGKILL)
    assert serving.send(url, 2).status_code == 202
    second = serving.worker_pid()
    assert second != first
    assert serving.sees("3#2")

    assert serving.stop() < 10
    assert serving.process.returncode == 0
    assert not alive(second)


def test_a_worker_stands_behind_its_receiver(service):
    serving = service("all")
    receiver, worker = serving.process.pid, serving.worker_pid()
    assert os.getpriority(os.PRIO_PROCESS, worker) > os.getpriority(os.PRIO_PROCESS, receiver)
    assert os.getsid(worker) == os.getsid(receiver)  # else it may count for nothing
    assert os.getpgid(worker) != os.getpgid(receiver)  # Ctrl-C reaches the receiver alone


def test_a_worker_does_not_outlive_a_killed_parent(service):
    serving = service("all")
    worker = serving.worker_pid()
    serving.stop(signal.SIGKILL)
    assert eventually(lambda: not alive(worker), within=5)


def test_a_receiver_alone_answers_and_logs_one_line_per_event(service):
    receiving = service("receiver")
    url = receiving.line("listening")["address"]
    assert receiving.send(url, 1).status_code == 202
    assert plain.get(f"{url}/readyz").json()["inbox"]["due"] == 1
    assert receiving.stop(signal.SIGINT) < 5
    receiving.line("stopped")
    assert [line["event"] for line in receiving.lines] == ["listening", "request", "stopped"]
    assert receiving.process.returncode == 0


def test_a_second_one_on_the_same_file_is_refused_while_the_first_lives(start, file_inbox):
    first = start("receiver", str(file_inbox.engine.url))
    first.line("listening")
    with pytest.raises(
        ConfigError, match=rf"another `triage serve` runs on it \(process {first.process.pid}\)"
    ):
        run_receiver(ReceiverParts(file_inbox, frozenset, frozenset, b"s3cret"), "127.0.0.1", 0)
    assert file_inbox.put(IssueRef(3, 1)) is None  # other commands may open it
    first.stop(signal.SIGKILL)
    with alone(file_inbox):
        pass


def test_a_second_worker_on_the_same_file_is_refused(start, file_inbox):
    url = str(file_inbox.engine.url)
    first = start("worker", url)
    first.line("working")
    second = start("worker", url)
    assert second.process.wait(15) != 0
    assert "another `triage serve` runs on it" in second.process.stderr.read()
    first.stop(signal.SIGKILL)
    start("worker", url).line("working")


def test_on_postgresql_any_number_may_share_the_work(start, cluster):
    url = cluster.new_database()
    engine = connect(url)
    upgrading(engine)
    inbox = Inbox(engine)
    receivers = [start("receiver", url) for _ in range(2)]
    workers = [start("worker", url) for _ in range(2)]
    urls = [receiver.line("listening")["address"] for receiver in receivers]
    names = {worker.line("working")["worker"] for worker in workers}
    assert len(names) == 2
    for iid in range(1, 9):
        assert workers[0].send(urls[iid % 2], iid).status_code == 202
    cluster.restart()
    for iid in range(101, 109):
        assert workers[0].send(urls[iid % 2], iid).status_code == 202
    assert all(workers[0].sees(f"3#{iid}") for iid in (*range(1, 9), *range(101, 109)))
    assert eventually(lambda: inbox.stats().depth == 0)
    engine.dispose()


def test_while_the_database_is_away_events_wait_or_are_told_so(start, cluster):
    url = cluster.new_database()
    engine = connect(url)
    upgrading(engine)
    engine.dispose()
    receiving = start("receiver", url)
    address = receiving.line("listening")["address"]
    cluster.stop()
    back = threading.Timer(1.0, cluster.start)
    back.start()
    assert receiving.send(address, 1).status_code == 202  # it waited
    back.join()
    cluster.stop()
    began = time.monotonic()
    assert receiving.send(address, 2).status_code == 503
    assert time.monotonic() - began < 10  # before GitLab gives up
    assert plain.get(f"{address}/livez").status_code == 200
    assert plain.get(f"{address}/readyz", timeout=10).status_code == 503
    cluster.start()
    assert receiving.send(address, 3).status_code == 202
    engine = open_database(url)
    assert Inbox(engine).stats().depth == 2
    engine.dispose()


def test_a_worker_that_is_stuck_hands_its_issue_back_and_stops_in_time(start, engine, database_url):
    inbox = Inbox(engine)
    inbox.put(IssueRef(3, 13))
    working = start("worker", database_url)
    assert eventually(lambda: inbox.stats().leased == 1)
    assert working.stop() < 10
    assert inbox.take(AT_ONCE, "next").ref == IssueRef(3, 13)


@pytest.mark.parametrize("secrets", [{}, {"secret": b""}, {"secret": b"", "signing_key": b""}])
def test_without_a_secret_nothing_is_served(file_inbox, secrets):
    with pytest.raises(ConfigError) as refusal:
        run_receiver(ReceiverParts(file_inbox, frozenset, frozenset, **secrets), "127.0.0.1", 0)
    assert "TRIAGE_WEBHOOK_SECRET" in str(refusal.value)
    assert "TRIAGE_WEBHOOK_SIGNING_TOKEN" in str(refusal.value)


def test_answers_are_sent_at_once_and_an_address_that_is_taken_is_a_fault_of_the_settings():
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        assert first.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert address(first) == f"http://127.0.0.1:{port}"
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}"):
            listen("127.0.0.1", port)


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_does_not_exist_is_a_fault_of_the_settings(port):
    with pytest.raises(ConfigError):
        listen("127.0.0.1", port)


def test_secrets_do_not_show(file_inbox):
    shown = repr(ReceiverParts(file_inbox, frozenset, frozenset, secret=b"hidden", signing_key=b"covered"))
    assert "hidden" not in shown
    assert "covered" not in shown
