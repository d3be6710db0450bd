"""The fault harness can fail: what it must find, it finds."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from app.core.model import IssueRef
from app.database import deliveries, open_database
from app.inbox import Inbox
from app.journal import Entry, Journal
from benchmarks.faults import checks
from benchmarks.faults.boards import board, differences, doubled
from benchmarks.faults.deliveries import Sent, send
from benchmarks.faults.processes import Process, children, clean_environment
from tests.town import Town

AT = datetime(2026, 3, 2, 14, tzinfo=UTC)
ONE = {
    "state": "opened",
    "labels": frozenset({"SA Doing"}),
    "assignees": {"sam"},
    "findings": {"late-activity"},
    "pending": [],
    "notes": {"status": "Hello.\nAll is well."},
}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"state": "closed"}, "state should be opened, is closed"),
        ({"labels": frozenset()}, "labels should be SA Doing, is none"),
        ({"assignees": {"sam", "sofia"}}, "assignees should be sam, is sam, sofia"),
        ({"findings": set()}, "findings should be late-activity, is none"),
        ({"pending": ["+SA Doing"]}, "pending should be none, is +SA Doing"),
        ({"notes": {}}, "the note status is missing"),
        ({"notes": {**ONE["notes"], "b": ""}}, "the note b is one too many"),  # type: ignore[dict-item]
        ({"notes": {"status": "Hello.\nIt is late."}}, "'All is well.' should be there, 'It is late.' is"),
    ],
)
def test_boards_that_differ_in_one_thing_are_not_equal(change: dict[str, Any], said: str) -> None:
    assert differences({1: ONE}, {1: ONE}) == []
    (line,) = differences({1: ONE, 2: ONE}, {1: ONE | change, 2: ONE})
    assert line.startswith("#1: ")
    assert line.endswith(said)


def test_a_request_that_only_one_board_has_is_a_difference() -> None:
    assert differences({1: ONE}, {2: ONE}) == ["#1 is missing", "#2 is one too many"]


def test_a_real_board_that_was_touched_is_not_the_same(town: Town) -> None:
    issue = town.project("alice").issues.create({"title": "Demo", "description": "Please."})
    town.look(issue)
    before = board(town.url, town.ruleset, [issue.iid])
    assert before[issue.iid]["notes"]
    assert differences(before, board(town.url, town.ruleset, [issue.iid])) == []
    for note in town.project("maria").issues.get(issue.iid).notes.list(get_all=True):
        if not note.system:
            note.delete()
    found = differences(before, board(town.url, town.ruleset, [issue.iid]))
    assert any("the note status is missing" in line for line in found)


def test_two_notes_with_one_key_are_found_and_peoples_are_not() -> None:
    def note(body: str, who: str = "triage-bot") -> dict[str, Any]:
        return {"system": False, "author": {"username": who}, "body": body}

    key = "<!-- triage:status 1#1 -->\nHello"
    assert doubled([note(key), note(key, "alice"), note("<!-- triage:other 1#1 -->")]) == []
    assert doubled([note(key), note(key)]) == ["status"]
    assert doubled([note(key), note(key, "sweep-bot")]) == ["status"]


def test_the_most_calls_in_a_minute_are_counted_with_both_ends() -> None:
    assert checks.most_in_a_minute([]) == 0
    assert checks.most_in_a_minute([0.0, 60.0]) == 2
    assert checks.most_in_a_minute([0.0, 60.1]) == 1
    assert checks.most_in_a_minute([200.0, 100.0, 130.0, 161.0, 0.0]) == 2


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path}/triage.db")
    yield engine
    engine.dispose()


def looked(engine: Engine, at: datetime, **more: Any) -> None:
    facts = {"trigger": "worker", "outcome": "done", "board": "", "ruleset": "", "applied": True} | more
    Journal(engine).record(Entry(ref=IssueRef(1, 7), at=at, started_at=at, ended_at=at, **facts))


def test_an_event_counts_as_worked_on_only_after_a_look_that_began_later_and_ended_well(
    database: Engine,
) -> None:
    event = [Sent("k", 7, 202, 0, 0)]
    assert "is not on disk" in checks.never_worked_on(database, event)[0]
    stored = {"key": "k", "project_id": 1, "iid": 7, "received_at": AT, "times": 1}
    with database.begin() as connection:
        connection.execute(insert(deliveries).values(stored))
    second = timedelta(seconds=1)
    looked(database, AT - second)
    looked(database, AT + second, outcome="unavailable")
    looked(database, AT + second, trigger="sweep")
    assert "never worked on" in checks.never_worked_on(database, event)[0]
    assert checks.never_worked_on(database, [Sent("k", 7, 503, 0, 0), Sent("l", 7, None, 0, 0)]) == []
    looked(database, AT)
    assert checks.never_worked_on(database, event) == []


def test_what_is_due_held_or_given_up_is_seen(database: Engine) -> None:
    inbox = Inbox(database)
    inbox.put(IssueRef(1, 7), AT)
    assert checks.left_to_do(database, AT - timedelta(seconds=1)) == 0
    assert checks.left_to_do(database, AT) == 1
    lease = inbox.take(AT, "somebody")
    assert lease
    assert checks.left_to_do(database, AT - timedelta(seconds=1)) == 1
    assert checks.given_up(database) == []
    inbox.refused(lease, "403")
    assert checks.left_to_do(database, AT) == 0
    assert checks.given_up(database) == ["#7 is not looked at any more: 403"]


CHILD = """
import subprocess, sys, threading, time
sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
threading.Thread(target=lambda: subprocess.Popen(sleeper, start_new_session=True).wait(), daemon=True).start()
time.sleep(60)
"""


def test_killing_a_process_takes_the_child_along_that_a_thread_of_it_started(tmp_path: Path) -> None:
    process = Process("parent", (sys.executable, "-c", CHILD), clean_environment(), tmp_path)
    process.start()
    end = time.monotonic() + 30
    try:
        # A child that is about to become another program holds next to no memory.
        while len(peaks := process.peaks()) < 2 or min(peaks) <= 1:
            assert time.monotonic() < end, peaks
            time.sleep(0.02)
        started = children(process.pid)
    finally:
        process.kill()
    assert len(started) == 1
    while any(_lives(pid) for pid in started):
        assert time.monotonic() < end
        time.sleep(0.02)


def _lives(pid: int) -> bool:
    """A zombie, which waits for whoever adopts it, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_event_for_nobody_is_sent_once_and_lost() -> None:
    threads = threading.active_count()
    (sent,) = send([(7, b"{}")], lambda: 1, rate=100)
    assert (sent.status, sent.acknowledged, sent.iid) == (None, False, 7)
    assert threading.active_count() == threads
