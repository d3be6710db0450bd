"""What the journal says of a worker whose lease ran out, and how overlaps are found in it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from app.core.model import IssueRef
from app.inbox import LEASE, Inbox
from app.journal import Entry, Journal, overlaps

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A, B = IssueRef(1, 1), IssueRef(1, 2)


@dataclass
class Machine:
    at: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def __call__(self):
        return self.at

    def wait(self, seconds):
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def inbox(engine, machine):
    return Inbox(engine, machine)


@pytest.fixture
def journal(engine, machine):
    return Journal(engine, machine)


def entry(ref, started_at, ended_at, **changes):
    values = {
        "ref": ref,
        "at": NOW,
        "started_at": started_at,
        "ended_at": ended_at,
        "board": "b",
        "trigger": "worker",
        "ruleset": "r",
        "outcome": "done",
        "applied": True,
        "plan": {"done": ["+label"]},
    }
    return Entry(**{**values, **changes})


def look(inbox, journal, machine, ref, worker, seconds, ended=True):
    """One whole look of a worker's, as long as it takes."""
    inbox.put(ref)
    lease = inbox.take(NOW, worker)
    assert lease.ref == ref
    started = machine.at
    machine.wait(seconds)
    journal.of(lease).record(entry(ref, started, machine.at))
    if ended:
        inbox.done(lease)
    return lease


def test_who_holds_the_lease_is_written_down_with_it(inbox, journal, machine):
    lease = look(inbox, journal, machine, A, "host:1", 1)
    (kept,) = journal.recent(A)
    assert (kept.outcome, kept.worker, kept.lease, kept.held_until) == (
        "done",
        "host:1",
        lease.token,
        lease.until,
    )


@pytest.mark.parametrize("taken_again", [False, True])
@pytest.mark.parametrize("outcome", ["done", "unavailable", "failed"])
def test_a_lease_that_ran_out_is_lost_with_what_was_done_by_then(
    inbox, journal, machine, taken_again, outcome
):
    inbox.put(A)
    late = inbox.take(NOW, "w1")
    started = machine.at
    machine.wait(LEASE.total_seconds())
    if taken_again:
        assert inbox.take(NOW, "w2").ref == A
    journal.of(late).record(entry(A, started, machine.at, outcome=outcome))
    (kept,) = journal.recent(A)
    assert (kept.outcome, kept.worker, kept.plan) == ("lost", "w1", {"done": ["+label"]})
    assert not inbox.done(late)


def test_an_issue_that_was_done_and_put_in_anew_is_another_lease(inbox, journal, machine):
    old = look(inbox, journal, machine, A, "w1", 1)
    inbox.put(A)
    inbox.take(NOW, "w2")
    journal.of(old).record(entry(A, machine.at, machine.at))
    assert journal.recent(A)[0].outcome == "lost"


def test_looks_one_after_the_other_do_not_overlap(inbox, journal, machine, engine):
    for worker in ("w1", "w2", "w1"):
        look(inbox, journal, machine, A, worker, 5)
    assert overlaps(engine) == []


def test_a_lost_look_overlaps_no_successor_for_as_long_as_it_did_not_hold(inbox, journal, machine, engine):
    inbox.put(A)
    late = inbox.take(NOW, "w1")
    started = machine.at
    machine.wait(LEASE.total_seconds())
    successor = inbox.take(NOW, "w2")
    machine.wait(5)
    journal.of(late).record(entry(A, started, machine.at))
    journal.of(successor).record(entry(A, started + LEASE, machine.at))
    assert [e.outcome for e in journal.recent(A)] == ["done", "lost"]
    assert overlaps(engine) == []


def test_two_holders_at_once_are_found_however_long_the_first_took(inbox, journal, machine, engine):
    start = machine.at
    long = look(inbox, journal, machine, A, "w1", 0)
    seconds = [timedelta(seconds=n) for n in range(40)]
    forged = journal.of(long)
    forged.record(entry(A, start, start + seconds[30]))
    for begins in (10, 20, 30):
        lease = look(inbox, journal, machine, A, f"w{begins}", 0)
        journal.of(lease).record(entry(A, start + seconds[begins], start + seconds[begins + 1]))
        journal.of(lease).record(entry(B, start + seconds[10], start + seconds[11]))
    found = [(o.ref, o.workers, o.start, o.end) for o in overlaps(engine) if o.ref == A]
    assert found == [
        (A, ("w1", "w10"), start + seconds[10], start + seconds[11]),
        (A, ("w1", "w20"), start + seconds[20], start + seconds[21]),
    ]
    assert len([o for o in overlaps(engine) if o.ref == B]) == 2


def test_looks_without_a_lease_are_left_out(journal, engine):
    for _ in range(2):
        journal.record(entry(A, NOW, NOW + timedelta(hours=1), trigger="sweep"))
    assert overlaps(engine) == []
