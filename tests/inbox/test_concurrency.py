"""Several threads and processes on one database: no issue in two hands, none lost, whoever dies."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta

from app.core.model import IssueRef
from app.database import open_database
from app.inbox import Inbox

NOW = datetime(2026, 3, 2, tzinfo=UTC)
REFS = [IssueRef(1, iid) for iid in range(1, 61)]
SPAWN = multiprocessing.get_context("spawn")


def drain(url, name, results):
    """Takes and finishes until nothing is left; tells which issues it had."""
    engine = open_database(url)
    inbox = Inbox(engine)
    taken = []
    while lease := inbox.take(NOW, name):
        taken.append(lease.ref)
        assert inbox.done(lease)
    results.put(taken)
    engine.dispose()


def take_and_wait(url, taken):
    """Takes one issue and never reports."""
    engine = open_database(url)
    taken.put(Inbox(engine).take(NOW, "doomed").ref)
    time.sleep(60)


def test_processes_share_the_work(database_url):
    url = database_url
    engine = open_database(url)
    for ref in REFS:
        Inbox(engine).put(ref)
    results = SPAWN.Queue()
    workers = [SPAWN.Process(target=drain, args=(url, f"w{i}", results)) for i in range(3)]
    for worker in workers:
        worker.start()
    taken = [ref for _ in workers for ref in results.get(timeout=20)]
    for worker in workers:
        worker.join(10)
    engine.dispose()
    assert sorted(taken) == REFS


def test_threads_that_put_and_take_at_once_lose_nothing(database_url):
    engine = open_database(database_url)
    inbox = Inbox(engine)
    looked, holding, overlaps = set(), set(), []
    lock, filled = threading.Lock(), threading.Event()

    def fill():
        for _ in range(3):
            for ref in REFS[:20]:
                inbox.put(ref)
        filled.set()

    def work(name):
        while True:
            last = filled.is_set()
            lease = inbox.take(NOW, name)
            if lease is None and last:
                return
            if lease is not None:
                with lock:
                    overlaps.extend([lease.ref] if lease.ref in holding else [])
                    holding.add(lease.ref)
                    looked.add(lease.ref)
                with lock:
                    holding.discard(lease.ref)
                assert inbox.done(lease)

    threads = [threading.Thread(target=fill)] + [
        threading.Thread(target=work, args=(f"w{i}",)) for i in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert looked == set(REFS[:20])
    assert not overlaps
    assert inbox.stats(NOW).depth == 0
    engine.dispose()


def test_the_issue_of_a_killed_worker_is_taken_after_its_lease(database_url):
    url = database_url
    engine = open_database(url)
    Inbox(engine).put(REFS[0])
    taken = SPAWN.Queue()
    worker = SPAWN.Process(target=take_and_wait, args=(url, taken))
    worker.start()
    assert taken.get(timeout=20) == REFS[0]
    os.kill(worker.pid, signal.SIGKILL)
    worker.join(10)
    killed_at = datetime.now(UTC)
    assert Inbox(engine).take(NOW, "next") is None
    later = Inbox(engine, lambda: killed_at + timedelta(seconds=60))
    assert later.take(NOW, "next").ref == REFS[0]
    engine.dispose()


def test_processes_that_open_a_new_file_at_once_do_not_disturb_each_other(tmp_path):
    results = SPAWN.Queue()
    url = f"sqlite:///{tmp_path}/new.db"
    workers = [SPAWN.Process(target=drain, args=(url, f"w{i}", results)) for i in range(4)]
    for worker in workers:
        worker.start()
    assert [results.get(timeout=20) for _ in workers] == [[], [], [], []]
    for worker in workers:
        worker.join(10)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
