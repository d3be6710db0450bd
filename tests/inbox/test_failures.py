"""Dead letters: when an issue is parked, what is told of it, and how it comes back."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.model import IssueRef
from app.inbox import AT_ONCE, listed, retry, retry_all
from app.inbox import settle as settled

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
A, B, C = IssueRef(1, 1), IssueRef(1, 2), IssueRef(2, 1)
LIMIT = 3


def fail(inbox, machine, ref=A, times=LIMIT, limit=LIMIT):
    for _ in range(times):
        machine.at += timedelta(minutes=5)
        lease = inbox.take(NOW, "w1")
        assert lease.ref == ref
        assert inbox.failed(lease, "KeyError: surprise", limit)


def test_an_issue_that_failed_too_often_in_a_row_is_parked(inbox, machine):
    inbox.put(A)
    fail(inbox, machine, times=LIMIT - 1)
    assert inbox.stats(NOW).parked == 0
    fail(inbox, machine, times=1)
    machine.at += timedelta(days=1)
    assert inbox.take(NOW + timedelta(days=365), "w1") is None
    stats = inbox.stats(NOW)
    assert (stats.depth, stats.parked, stats.failing, stats.refused) == (1, 1, 1, 0)


def test_what_is_parked_is_shown_with_its_facts(inbox, machine):
    inbox.put(A)
    inbox.put(B, NOW + timedelta(days=1))
    fail(inbox, machine)
    parked, timer = listed(inbox)
    assert listed(inbox, failed=True) == [parked]
    assert (parked.ref, parked.state, parked.due_at, parked.error) == (
        A,
        "parked",
        None,
        "KeyError: surprise",
    )
    assert (parked.attempts, parked.failures) == (LIMIT, LIMIT)
    assert parked.failing_since == START + timedelta(minutes=5)
    assert parked.parked_at == START + timedelta(minutes=5 * LIMIT)
    assert (timer.ref, timer.state, timer.error) == (B, "waiting", None)


def test_other_trouble_in_between_neither_counts_nor_forgets(inbox, machine):
    inbox.put(A)
    fail(inbox, machine, times=LIMIT - 1)
    for _ in range(20):
        machine.at += timedelta(minutes=6)
        assert inbox.postpone(inbox.take(NOW, "w1"), "502")
    assert inbox.stats(NOW).parked == 0
    (row,) = listed(inbox)
    assert (row.state, row.attempts, row.failures) == ("backing off", LIMIT + 19, LIMIT - 1)
    machine.at += timedelta(minutes=6)
    fail(inbox, machine, times=1)
    assert inbox.stats(NOW).parked == 1


@pytest.mark.parametrize("well", ["done", "refused"])
def test_an_answer_forgets_the_failures(inbox, machine, well):
    inbox.put(A)
    fail(inbox, machine, times=LIMIT - 1)
    machine.at += timedelta(minutes=5)
    lease = inbox.take(NOW, "w1")
    assert inbox.done(lease, NOW) if well == "done" else inbox.refused(lease, "404")
    inbox.put(A)
    fail(inbox, machine, times=LIMIT - 1)
    assert inbox.stats(NOW).parked == 0


def test_an_event_gives_a_parked_issue_one_look_and_it_is_parked_again(inbox, machine):
    inbox.put(A)
    fail(inbox, machine)
    inbox.put(A)
    assert inbox.stats(NOW).parked == 0
    fail(inbox, machine, times=1)
    assert inbox.stats(NOW).parked == 1


def test_an_event_during_the_last_look_is_not_parked_away(inbox, machine):
    inbox.put(A)
    fail(inbox, machine, times=LIMIT - 1)
    machine.at += timedelta(minutes=5)
    lease = inbox.take(NOW, "w1")
    inbox.put(A)
    assert inbox.failed(lease, "again", LIMIT)
    assert inbox.stats(NOW).parked == 0
    machine.at += timedelta(minutes=5)
    assert inbox.take(NOW, "w1").ref == A


def test_a_lost_lease_parks_nothing(inbox, machine):
    inbox.put(A)
    fail(inbox, machine, times=LIMIT - 1)
    machine.at += timedelta(minutes=5)
    late = inbox.take(NOW, "w1")
    machine.at += timedelta(minutes=1)
    assert not inbox.failed(late, "again", LIMIT)
    assert inbox.take(NOW, "w2").failures == LIMIT - 1


def test_retry_puts_one_back_and_forgets(inbox, machine):
    inbox.put(A)
    fail(inbox, machine)
    assert retry(inbox, A)
    lease = inbox.take(AT_ONCE, "w1")
    assert (lease.ref, lease.attempts, lease.failures) == (A, 0, 0)
    assert not retry(inbox, A)  # a worker has it
    assert not retry(inbox, B)  # nobody knows of it


def test_retry_of_all_puts_back_what_fails_and_nothing_else(inbox, machine):
    inbox.put(A)
    fail(inbox, machine)
    inbox.put(B)
    assert inbox.refused(inbox.take(NOW, "w1"), "404")
    inbox.put(C, NOW + timedelta(days=1))
    assert retry_all(inbox) == 2
    assert {inbox.take(NOW, "w1").ref for _ in range(2)} == {A, B}
    assert inbox.take(NOW, "w1") is None


def settle(inbox, ref):
    with inbox.writing() as connection:
        settled(inbox, connection, [ref])


def test_a_sweep_that_goes_well_settles_what_is_parked_or_refused(inbox, machine):
    inbox.put(A)
    fail(inbox, machine)
    inbox.put(B)
    inbox.refused(inbox.take(NOW, "w1"), "404")
    for ref in (A, B, C):
        settle(inbox, ref)
    assert inbox.stats(NOW).depth == 0


def test_settling_takes_nothing_from_the_others(inbox, machine):
    inbox.put(A)
    machine.at += timedelta(minutes=5)
    inbox.failed(inbox.take(NOW, "w1"), "x", LIMIT)
    settle(inbox, A)  # it is due still, and now at once
    lease = inbox.take(NOW, "w1")
    assert (lease.ref, lease.attempts, lease.failures) == (A, 0, 0)
    settle(inbox, A)  # being worked on
    assert inbox.done(lease)
    inbox.put(B, NOW + timedelta(days=1))
    settle(inbox, B)  # a timer
    assert inbox.stats(NOW).depth == 1
