"""What the inbox promises: earliest due wins, one lease per issue, nothing is lost, a late worker changes nothing."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.core.model import IssueRef
from app.database import open_database
from app.errors import ConfigError
from app.inbox import AT_ONCE, LEASE, Inbox
from app.inbox.lease import ONE_CALL

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A, B, C = IssueRef(1, 1), IssueRef(1, 2), IssueRef(2, 1)
TICK = timedelta(microseconds=1)


def take(inbox, now=NOW, worker="w1"):
    return inbox.take(now, worker)


def test_an_empty_inbox_gives_nothing(inbox):
    assert take(inbox) is None
    assert inbox.next_due() is None


def test_an_event_is_due_whatever_the_clock_says(inbox):
    inbox.put(A)
    assert take(inbox, datetime(1971, 1, 1, tzinfo=UTC)).ref == A


def test_an_issue_is_due_at_its_instant_and_not_before(inbox):
    inbox.put(A, NOW)
    assert take(inbox, NOW - TICK) is None
    assert take(inbox, NOW).ref == A


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["earlier first", "later first"])
def test_the_earliest_instant_wins(inbox, order):
    instants = (NOW, NOW + timedelta(hours=1))
    for i in order:
        inbox.put(A, instants[i])
    assert inbox.next_due() == NOW


def test_what_has_been_due_longest_comes_first(inbox, machine):
    for ref, after in ((A, 20), (B, 10), (C, 30)):
        inbox.put(ref, machine.at + timedelta(seconds=after))
    machine.wait(60)
    assert [take(inbox, machine.at).ref for _ in range(3)] == [B, A, C]


def test_a_timer_and_events_each_have_their_turn(inbox, machine):
    """By when they came to be due, on one clock: a flood of events does not hold up a timer for ever."""
    inbox.put(A)
    machine.wait(10)
    inbox.put(B, machine.at + timedelta(seconds=5))
    machine.wait(10)
    inbox.put(C)
    assert [take(inbox, machine.at).ref for _ in range(3)] == [A, B, C]


def test_events_come_in_the_order_in_which_they_arrived(inbox, machine):
    for ref in (C, A, B, C):  # the second event on C does not send it to the end
        machine.wait(1)
        inbox.put(ref)
    assert [take(inbox).ref for _ in range(3)] == [C, A, B]


def test_a_busy_issue_queues_behind_those_that_waited(inbox, machine):
    inbox.put(A)
    lease = take(inbox)
    machine.wait(1)
    inbox.put(B)
    inbox.put(A)
    machine.wait(1)
    assert inbox.done(lease)
    assert [take(inbox).ref for _ in range(2)] == [B, A]


def test_an_issue_is_worked_on_once_at_a_time(inbox):
    inbox.put(A)
    assert take(inbox).ref == A
    inbox.put(A)
    assert take(inbox, worker="w2") is None


def test_done_with_an_instant_makes_a_timer(inbox):
    inbox.put(A)
    assert inbox.done(take(inbox), NOW + timedelta(hours=48))
    assert take(inbox, NOW + timedelta(hours=48) - TICK) is None
    assert take(inbox, NOW + timedelta(hours=48)).ref == A


def test_done_without_an_instant_leaves_nothing(inbox):
    inbox.put(A)
    assert inbox.done(take(inbox))
    assert inbox.stats(NOW).depth == 0


@pytest.mark.parametrize("again_at", [None, NOW + timedelta(days=9)])
def test_an_event_during_the_look_means_one_more_look(inbox, again_at):
    inbox.put(A)
    lease = take(inbox)
    inbox.put(A)
    assert inbox.done(lease, again_at)
    second = take(inbox)
    assert second.ref == A
    assert inbox.done(second)
    assert take(inbox) is None


def test_an_event_during_the_look_of_a_timer_means_one_more_look(inbox):
    inbox.put(A, NOW)
    lease = take(inbox)
    inbox.put(A, NOW + timedelta(days=1))
    assert inbox.done(lease)
    assert take(inbox).ref == A


def test_a_lease_is_held_until_its_last_instant(inbox, machine):
    inbox.put(A)
    take(inbox)
    machine.at += LEASE - TICK
    assert take(inbox, worker="w2") is None
    machine.at += TICK
    assert take(inbox, worker="w2").ref == A


def test_a_renewed_lease_lasts_its_full_time_again(inbox, machine):
    inbox.put(A)
    lease = take(inbox)
    machine.wait(45)
    assert inbox.renew(lease)
    machine.wait(59)
    assert take(inbox, worker="w2") is None
    assert inbox.done(lease)


def test_before_a_write_a_lease_must_last_as_long_as_one_call(inbox, machine):
    inbox.put(A)
    lease = take(inbox)
    machine.at += LEASE - ONE_CALL - TICK
    assert lease.still_held()
    machine.at += TICK
    assert not lease.still_held()
    assert inbox.renew(lease)
    assert lease.still_held()


REPORTS = {
    "done": lambda inbox, lease: inbox.done(lease),
    "done with a timer": lambda inbox, lease: inbox.done(lease, NOW + timedelta(days=1)),
    "postpone": lambda inbox, lease: inbox.postpone(lease, "down"),
    "refused": lambda inbox, lease: inbox.refused(lease, "no"),
    "release": lambda inbox, lease: inbox.release(lease),
    "renew": lambda inbox, lease: inbox.renew(lease),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_a_worker_whose_lease_ran_out_changes_nothing(inbox, machine, report):
    inbox.put(A)
    late = take(inbox)
    machine.at += LEASE
    assert not report(inbox, late)
    successor = take(inbox, worker="w2")
    assert not report(inbox, late)
    assert inbox.stats(NOW).leased == 1
    assert successor.still_held()
    assert inbox.done(successor)
    assert not report(inbox, late)
    assert inbox.stats(NOW).depth == 0


def test_a_renewal_that_failed_ends_the_hold_in_the_process(inbox, machine):
    inbox.put(A)
    lease = take(inbox)
    machine.at += LEASE
    assert not inbox.renew(lease)
    machine.at -= LEASE
    assert not lease.still_held()


def test_a_row_made_anew_does_not_fit_an_old_lease(inbox):
    inbox.put(A)
    old = take(inbox)
    assert inbox.done(old)
    inbox.put(A)
    new = take(inbox)
    assert new.generation == old.generation
    assert not inbox.done(old)
    assert inbox.done(new)


def test_released_work_whose_writes_may_be_under_way_waits_for_them(inbox, machine):
    inbox.put(A)
    lease = take(inbox)
    assert lease.still_held()
    assert inbox.release(lease)
    assert take(inbox) is None
    machine.wait(60)
    assert take(inbox).ref == A


def test_released_work_is_there_for_the_next(inbox):
    inbox.put(A)
    assert inbox.release(take(inbox))
    assert take(inbox, worker="w2").attempts == 0


@pytest.mark.parametrize(
    ("own", "failures", "seconds"),
    [
        *[(True, *row) for row in ((1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (40, 300))],
        *[(False, *row) for row in ((1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (40, 60))],
    ],
)
def test_back_off_doubles_up_to_five_minutes_or_one_where_all_are_concerned(
    inbox, machine, own, failures, seconds
):
    inbox.put(A)
    for _ in range(failures):
        lease = take(inbox)
        assert inbox.failed(lease, "too large", 100) if own else inbox.postpone(lease, "down")
        waited = machine.at
        machine.wait(300)
    machine.at = waited + timedelta(seconds=seconds) - TICK
    assert take(inbox) is None
    machine.at += TICK
    assert take(inbox).attempts == failures


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        (None, 1),
        (0, 1),
        (-5, 1),
        (float("nan"), 1),
        (0.5, 1.5),
        (60, 61),
        (1e300, 86_401),
        (float("inf"), 86_401),
    ],
)
def test_nothing_is_tried_before_gitlab_allows_it(inbox, machine, retry_after, seconds):
    inbox.put(A)
    assert inbox.postpone(take(inbox), "429", retry_after)
    machine.at += timedelta(seconds=seconds) - TICK
    assert take(inbox) is None
    machine.at += TICK
    assert take(inbox).ref == A


def test_what_was_everybodys_trouble_does_not_lengthen_the_back_off_of_an_issues_own(inbox, machine):
    """GitLab that asked for less all day says nothing of an issue that fails once."""
    inbox.put(A)
    for _ in range(12):
        assert inbox.postpone(take(inbox), "429")
        machine.wait(60)
    assert inbox.failed(take(inbox), "time-out", 100)
    machine.wait(1)
    assert take(inbox).ref == A


def test_an_event_does_not_shorten_a_back_off(inbox, machine):
    inbox.put(A)
    inbox.postpone(take(inbox), "429", 60)
    inbox.put(A)
    assert take(inbox) is None
    machine.wait(61)
    assert take(inbox).ref == A


def test_a_look_that_goes_well_forgets_the_failures(inbox, machine):
    inbox.put(A)
    inbox.postpone(take(inbox), "down")
    machine.wait(5)
    assert inbox.done(take(inbox), NOW)
    assert take(inbox).attempts == 0
    assert inbox.stats(NOW).failing == 0


def test_back_off_is_not_moved_by_issue_time(inbox):
    inbox.put(A)
    inbox.postpone(take(inbox), "down")
    assert take(inbox, NOW + timedelta(days=365)) is None


def test_a_refused_issue_rests_until_something_changes(inbox, machine):
    inbox.put(A)
    assert inbox.refused(take(inbox), "404")
    machine.wait(10_000)
    assert take(inbox, NOW + timedelta(days=365)) is None
    assert inbox.stats(NOW).refused == 1
    inbox.put(A, NOW)
    assert take(inbox).ref == A


def test_what_changed_while_it_was_being_refused_is_looked_at(inbox):
    inbox.put(A)
    lease = take(inbox)
    inbox.put(A)
    assert inbox.refused(lease, "404")
    assert take(inbox).ref == A


def test_the_counts(inbox, machine):
    for ref in (A, B, C, IssueRef(3, 1)):
        inbox.put(ref)
        machine.wait(1)
    inbox.put(IssueRef(3, 2), NOW + timedelta(days=1))
    inbox.refused(take(inbox), "404")
    inbox.postpone(take(inbox), "down", 60)
    take(inbox)
    stats = inbox.stats(NOW)
    assert (stats.depth, stats.due, stats.leased, stats.failing, stats.refused) == (5, 1, 1, 2, 1)
    assert inbox.stats(NOW + timedelta(days=1)).due == 2
    assert inbox.stats().due == 1


def test_the_age_of_the_longest_waiting_event(inbox, machine):
    assert inbox.stats(NOW).oldest_event_at is None
    inbox.put(B, NOW - timedelta(days=1))
    first = machine.at
    inbox.put(A)
    machine.wait(30)
    inbox.put(A)
    assert inbox.stats(NOW).oldest_event_at == first


def test_a_pause_is_told_to_others_and_taken_back(inbox, engine, machine):
    other = Inbox(engine, machine)
    assert other.paused() is None
    for reason in ("401", "401 again"):
        inbox.pause(NOW, reason)
    assert (other.paused().until, other.paused().reason) == (NOW, "401 again")
    inbox.resume()
    assert other.paused() is None


def test_instants_keep_their_microseconds_and_their_meaning(inbox):
    odd = datetime(2026, 3, 29, 1, 59, 59, 999_999, UTC)
    inbox.put(A, odd.astimezone(ZoneInfo("Europe/Berlin")))
    assert inbox.next_due() == odd


def test_the_far_past_is_the_epoch():
    assert datetime(1970, 1, 1, tzinfo=UTC) == AT_ONCE


def test_what_was_put_is_there_after_a_restart(database_url, machine):
    url = database_url
    for _ in range(2):
        engine = open_database(url)
        Inbox(engine, machine).put(A)
        engine.dispose()
    engine = open_database(url)
    assert take(Inbox(engine, machine)).ref == A
    engine.dispose()


@pytest.mark.parametrize("url", ["mysql://x/y", "triage.db", "", "sqlite:////no/such/folder/triage.db"])
def test_a_database_that_cannot_be_had_is_a_fault_of_the_settings(url):
    with pytest.raises(ConfigError, match="TRIAGE_DATABASE_URL"):
        open_database(url)
