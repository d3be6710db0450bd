"""How the worker treats an issue, whatever a look at it comes to; with a real inbox, and looks of the tests' own."""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.core.model import IssueRef
from app.errors import Refused, Unauthorized, Unavailable, Unsettled
from app.inbox import Inbox, listed
from app.worker import POLL, Worker

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A, B, C = IssueRef(1, 1), IssueRef(1, 2), IssueRef(2, 1)
SOON = 5.0
QUIET = 0.2  # four polls: long enough for what should not happen to have happened


class MovableClock:
    """Issue time that stands still until it is set; while `silent`, it cannot be asked."""

    def __init__(self):
        self.at = START
        self.silent = False

    def now(self):
        if self.silent:
            raise Unavailable("the clock does not answer")
        return self.at


class Looks:
    """Looks that do what `script` says for an issue, in turn, and the last of it from then on."""

    def __init__(self, **script):
        self.script = {ref: list(steps) for ref, steps in script.pop("script", {}).items()}
        self.seen = []
        self.lock = threading.Lock()

    def __call__(self, ref, lease):
        with self.lock:
            self.seen.append(ref)
            steps = self.script.get(ref, [None])
            step = steps.pop(0) if len(steps) > 1 else steps[0]
        if isinstance(step, Exception):
            raise step
        return step(lease) if callable(step) else step

    def count(self, ref):
        return self.seen.count(ref)


@pytest.fixture
def inbox(engine):
    return Inbox(engine, chance=lambda: 0.0)


@pytest.fixture
def clock():
    return MovableClock()


@contextmanager
def working(inbox, clock, look, **options):
    """A worker at work; stopped, and seen to end, afterwards."""
    stop = threading.Event()
    worker = Worker(**{"inbox": inbox, "clock": clock, "look": look, "name": "w1", "poll": 0.05, **options})
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def eventually(condition, within=SOON):
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_due_issues_are_looked_at_and_leave_the_inbox(inbox, clock):
    for ref in (A, B, C):
        inbox.put(ref)
    looks = Looks()
    with working(inbox, clock, looks):
        assert eventually(lambda: inbox.stats(START).depth == 0)
    assert sorted(looks.seen) == [A, B, C]


def test_an_event_is_noticed_without_being_told_of(inbox, clock):
    looks = Looks()
    with working(inbox, clock, looks, poll=POLL):
        time.sleep(0.1)
        inbox.put(A)
        assert eventually(lambda: looks.seen, within=3)


def test_a_timer_waits_for_the_clock_and_a_moved_clock_is_noticed(inbox, clock):
    looks = Looks(script={A: [START + timedelta(hours=48), None]})
    inbox.put(A)
    with working(inbox, clock, looks, poll=POLL):
        assert eventually(lambda: looks.count(A) == 1)
        clock.at = START + timedelta(hours=48) - timedelta(microseconds=1)
        time.sleep(POLL + 0.05)
        assert looks.count(A) == 1
        clock.at = START + timedelta(hours=48)
        assert eventually(lambda: looks.count(A) == 2, within=3)


def test_one_issue_is_never_in_two_threads(inbox, clock):
    overlaps, running = [], set()

    def look(ref, lease):
        overlaps.extend([ref] if ref in running else [])
        running.add(ref)
        time.sleep(0.02)
        running.discard(ref)

    with working(inbox, clock, look, threads=4):
        for _ in range(20):
            inbox.put(A)
            inbox.put(B)
            time.sleep(0.01)
        assert eventually(lambda: inbox.stats(START).depth == 0)
    assert overlaps == []


def test_several_issues_are_looked_at_side_by_side(inbox, clock):
    together = threading.Barrier(3, timeout=SOON)
    looks = Looks(script={ref: [lambda lease: together.wait() * 0 or None] for ref in (A, B, C)})
    for ref in (A, B, C):
        inbox.put(ref)
    with working(inbox, clock, looks, threads=3):
        assert eventually(lambda: inbox.stats(START).depth == 0)
    assert not together.broken


def test_what_is_unavailable_is_tried_again_after_a_back_off(inbox, clock):
    inbox.put(A)
    looks = Looks(script={A: [Unavailable("502"), None]})
    with working(inbox, clock, looks):
        assert eventually(lambda: looks.count(A) == 1)
        time.sleep(QUIET)
        assert looks.count(A) == 1
        assert eventually(lambda: inbox.stats(START).depth == 0)
    assert looks.count(A) == 2


def test_while_gitlab_is_down_one_issue_is_tried_and_the_others_are_left_as_they_are(inbox, clock):
    """Each that was tried would have a back-off, an entry in the journal and a line in the log."""
    room = 0
    for ref in (A, B, C):
        inbox.put(ref)

    def close_again(lease):
        nonlocal room
        room = 0
        raise Unavailable("down", 30, everywhere=True)

    looks = Looks(script={A: [close_again]})
    with working(inbox, clock, looks, room=lambda threads: min(room, threads)):
        time.sleep(QUIET)
        assert looks.seen == []
        room = 1
        assert eventually(lambda: looks.seen == [A])
        time.sleep(QUIET)
        assert looks.seen == [A]
        assert (inbox.stats(START).due, inbox.stats(START).failing) == (2, 1)
        room = 4
        assert eventually(lambda: sorted(looks.seen) == [A, B, C])


def test_retry_after_reaches_the_inbox(inbox, clock, engine):
    inbox.put(A)
    with working(inbox, clock, Looks(script={A: [Unavailable("429", retry_after=30)]})):
        assert eventually(lambda: inbox.stats(START).failing == 1)
    at = datetime.now(UTC)
    assert Inbox(engine, lambda: at + timedelta(seconds=28)).take(START, "w2") is None
    assert Inbox(engine, lambda: at + timedelta(seconds=32)).take(START, "w2").ref == A


@pytest.mark.parametrize("no", [Refused("404", 404), Unsettled(["a", "b"])], ids=["refused", "unsettled"])
def test_a_refused_issue_rests_until_it_is_put_in_again(inbox, clock, no):
    inbox.put(A)
    inbox.put(B)
    looks = Looks(script={A: [no, None]})
    with working(inbox, clock, looks):
        assert eventually(lambda: (inbox.stats(START).refused, looks.count(B)) == (1, 1))
        time.sleep(QUIET)
        assert looks.count(A) == 1
        inbox.put(A)
        assert eventually(lambda: inbox.stats(START).depth == 0)


def test_a_fault_of_ours_stops_neither_the_worker_nor_the_others(inbox, clock):
    for ref in (A, B, C):
        inbox.put(ref)
    looks = Looks(script={A: [KeyError("surprise")], B: [lambda lease: "no instant"]})
    with capture_logs() as lines, working(inbox, clock, looks, threads=1):
        assert eventually(lambda: len(looks.seen) >= 3)
    by_ref = {line["ref"]: line for line in lines if line["event"] == "look"}
    assert by_ref[str(A)]["outcome"] == "failed"
    assert isinstance(by_ref[str(A)]["exc_info"], KeyError)
    assert by_ref[str(B)]["outcome"].startswith("unreported")
    assert by_ref[str(C)]["outcome"] == "done"


def test_every_look_is_one_line(inbox, clock):
    inbox.put(A)
    with capture_logs() as lines, working(inbox, clock, Looks()):
        assert eventually(lambda: inbox.stats(START).depth == 0)
    (line,) = [line for line in lines if line["event"] == "look"]
    assert line.pop("ms") >= 0
    wanted = {
        "ref": "1#1",
        "outcome": "done",
        "attempts": 0,
        "worker": "w1",
        "log_level": "info",
        "event": "look",
    }
    assert line == wanted


def test_a_refused_token_pauses_everything_and_is_told(inbox, clock):
    for ref in (A, B, C):
        inbox.put(ref)
    looks = Looks(script={A: [Unauthorized("401"), None]})
    with working(inbox, clock, looks, threads=1, pause_from=timedelta(seconds=0.6)):
        assert eventually(lambda: inbox.paused() is not None)
        assert inbox.paused().reason == "401"
        time.sleep(QUIET)
        assert looks.seen == [A]
        assert inbox.stats(START).due == 3
        assert eventually(lambda: inbox.stats(START).depth == 0)
        assert inbox.paused() is None


def test_each_further_pause_is_twice_as_long(inbox, clock):
    inbox.put(A)
    looks = Looks(script={A: [Unauthorized("401")]})
    began = time.monotonic()
    with working(inbox, clock, looks, threads=2, pause_from=timedelta(seconds=0.3)):
        assert eventually(lambda: looks.count(A) == 3)
    assert time.monotonic() - began >= 0.3 + 0.6


def test_a_pause_binds_every_worker_and_one_good_look_ends_it_for_all(engine, clock):
    inbox, others = Inbox(engine, chance=lambda: 0.0), Inbox(engine, chance=lambda: 0.0)
    theirs = Looks()
    with working(others, clock, theirs, name="w2"):
        time.sleep(QUIET)  # it is at work, and then another meets a 401
        inbox.pause_for(timedelta(seconds=1), timedelta(minutes=5), "401", inbox.now())
        time.sleep(0.3)
        inbox.put(A)
        time.sleep(QUIET)
        assert theirs.seen == []
        assert eventually(lambda: theirs.seen == [A])  # once it is over
        assert eventually(lambda: inbox.paused() is None)


def test_a_worker_that_comes_into_a_pause_tries_one_issue_for_its_token_may_be_another(inbox, clock):
    inbox.pause_for(timedelta(minutes=1), timedelta(minutes=5), "401", START)
    for ref in (A, B, C):
        inbox.put(ref)
    going, begun, together = threading.Event(), [], []

    def look(ref, lease):
        begun.append(ref)
        together.append(inbox.stats(START).leased)
        going.wait(QUIET)

    with working(inbox, clock, look):
        assert eventually(lambda: len(begun) == 3)
        assert eventually(lambda: inbox.paused() is None)
    assert together[0] == 1


def test_a_starting_worker_does_not_end_the_pause_of_the_others(inbox, clock):
    inbox.pause_for(timedelta(minutes=1), timedelta(minutes=5), "401", START)
    with working(inbox, clock, Looks()):
        time.sleep(QUIET)
        assert inbox.paused().reason == "401"


def test_pauses_of_several_workers_grow_together(inbox):
    first, longest = timedelta(seconds=30), timedelta(minutes=5)
    since = inbox.now()
    one = inbox.pause_for(first, longest, "401", since)
    assert inbox.pause_for(first, longest, "401 too", since) == one  # another's look that was under way
    later = inbox.pause_for(first, longest, "401", one.until)  # of a worker that came since
    assert (one.times, later.times) == (1, 2)
    assert later.until - later.at == 2 * first


@pytest.mark.parametrize(
    ("trouble", "parked"),
    [
        (KeyError("surprise"), 1),
        (Unavailable("500 for this issue"), 0),
        (Unavailable("502", everywhere=True), 0),
        (OperationalError("insert", {}, Exception("the server is gone")), 0),
    ],
    ids=["our fault", "of this issue", "GitLab is down", "the database is down"],
)
def test_only_trouble_of_the_issues_own_parks_it(inbox, clock, trouble, parked):
    inbox.put(A)
    looks = Looks(script={A: [trouble]})
    with working(inbox, clock, looks, attempts=1):
        assert eventually(lambda: inbox.stats(START).failing == 1)
    assert inbox.stats(START).parked == parked


def test_an_issue_for_which_gitlab_fails_often_is_looked_at_seldom_and_stays_due(inbox, clock):
    inbox.put(A)
    looks = Looks(script={A: [Unavailable("500")] * 2})
    with working(inbox, clock, looks, attempts=2):
        assert eventually(lambda: [row.failures for row in listed(inbox)] == [2], within=15)
    (row,) = listed(inbox)
    assert row.due_at is not None
    assert inbox.take(START, "w2") is None


def test_a_silent_clock_is_waited_for(inbox, clock):
    clock.silent = True
    inbox.put(A)
    looks = Looks()
    with capture_logs() as lines, working(inbox, clock, looks):
        time.sleep(QUIET)
        assert looks.seen == []
        clock.silent = False
        assert eventually(lambda: looks.seen == [A])
    assert [line["event"] for line in lines][:2] == ["cannot take issues", "takes issues again"]


def test_a_database_that_comes_back_is_waited_for(inbox, clock, engine):
    looks = Looks()
    with working(inbox, clock, looks):
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE inbox RENAME TO elsewhere")
        time.sleep(QUIET)
        with engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inbox")
        inbox.put(A)
        assert eventually(lambda: looks.seen == [A])


def test_a_long_look_keeps_its_lease(engine, clock):
    inbox = Inbox(engine, lease_for=timedelta(seconds=0.5))
    inbox.put(A)
    held = []

    def long_look(lease):
        time.sleep(0.9)
        held.append(lease.still_held(timedelta(0)))

    looks = Looks(script={A: [long_look]})
    with working(inbox, clock, looks, threads=2, renew_every=0.1):
        assert eventually(lambda: inbox.stats(START).depth == 0)
    assert (held, looks.seen) == ([True], [A])


def test_a_look_that_lost_its_lease_is_told_and_reports_nothing(engine, clock):
    inbox = Inbox(engine, lease_for=timedelta(seconds=0.2))
    inbox.put(A)
    begun, taken = threading.Event(), threading.Event()
    held = []

    def outlived(lease):
        begun.set()
        taken.wait(SOON)
        held.append(lease.still_held(timedelta(0)))

    with capture_logs() as lines, working(inbox, clock, Looks(script={A: [outlived]}), threads=1):
        begun.wait(SOON)
        patient = Inbox(engine)
        assert eventually(lambda: patient.take(START, "w2") is not None)
        taken.set()
        assert eventually(lambda: held)
    assert held == [False]
    assert [line["outcome"] for line in lines if line["event"] == "look"] == ["lost"]
    assert patient.stats(START).leased == 1


def test_a_stop_lets_the_current_look_finish(inbox, clock):
    inbox.put(A)
    begun = threading.Event()

    def look(lease):
        begun.set()
        time.sleep(0.2)

    with working(inbox, clock, Looks(script={A: [look]})) as stop:
        begun.wait(SOON)
        stop.set()
    assert inbox.stats(START).depth == 0


def test_a_stop_hands_back_what_does_not_finish(inbox, clock, engine):
    inbox.put(A)
    begun, over = threading.Event(), threading.Event()
    held = []

    def stuck(lease):
        begun.set()
        over.wait(SOON)
        held.append(lease.still_held())

    with working(inbox, clock, Looks(script={A: [stuck]}), grace=0.2) as stop:
        begun.wait(SOON)
        stop.set()
        assert eventually(lambda: inbox.stats(START).due == 1)
    assert Inbox(engine).take(START, "w2").ref == A
    over.set()
    assert eventually(lambda: held == [False])


def test_an_idle_worker_costs_next_to_nothing(inbox, clock):
    inbox.put(A, START + timedelta(days=1))
    with working(inbox, clock, Looks(), poll=POLL):
        time.sleep(0.2)
        # 2 %, for machines slower than ours; of several seconds the best, since other threads of this process may work
        assert min(spent_in_a_second() for _ in range(5)) < 0.02


def spent_in_a_second():
    before = time.process_time()
    time.sleep(1)
    return time.process_time() - before
