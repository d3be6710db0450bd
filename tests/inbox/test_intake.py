"""Group commit and the memory of deliveries: each caller is answered when its own is on disk, and not before."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from app.core.model import IssueRef
from app.database import deliveries as rows
from app.database import inbox as inbox_rows
from app.database import open_database
from app.inbox import Deliveries, Delivery, Inbox, Intake, listed
from app.journal import Entry, Journal

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TOLD = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A, B, C = IssueRef(1, 1), IssueRef(1, 2), IssueRef(2, 1)


def take_all(intake, deliveries):
    async def at_once():
        return await asyncio.gather(*(intake.take(d) for d in deliveries), return_exceptions=True)

    return asyncio.run(at_once())


def kept(engine):
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(rows))


def test_many_at_once_are_few_transactions_and_all_on_disk(inbox, engine):
    commits = []
    event.listen(engine, "commit", commits.append)
    refs = [IssueRef(1, iid) for iid in range(1, 101)]
    answers = take_all(Intake(inbox), [Delivery(f"k{ref.iid}", ref) for ref in refs])
    assert answers == [False] * 100
    assert inbox.stats().depth == 100
    assert len(commits) <= 3


def test_one_issue_in_one_batch_is_one_row_and_each_is_answered(inbox, engine):
    answers = take_all(Intake(inbox), [Delivery(f"k{n}", A) for n in range(50)])
    assert answers == [False] * 50
    assert (inbox.stats().depth, kept(engine)) == (1, 50)
    assert inbox.done(inbox.take(TOLD, "w"))
    assert inbox.stats().depth == 0


def test_a_failed_batch_is_an_error_for_each_of_its_callers_and_the_next_goes_well(inbox, engine):
    intake = Intake(inbox)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE deliveries RENAME TO elsewhere"))
    answers = take_all(intake, [Delivery(f"k{n}", A) for n in range(5)])
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE elsewhere RENAME TO deliveries"))
    assert all(isinstance(answer, SQLAlchemyError) for answer in answers)
    assert len({id(answer) for answer in answers}) == 5
    assert inbox.stats().depth == 0  # not half a batch either
    assert take_all(intake, [Delivery("k0", A)]) == [False]


def test_who_goes_away_does_not_keep_the_others_from_their_answer(inbox):
    async def story():
        intake = Intake(inbox)
        first = asyncio.create_task(intake.take(Delivery("k1", A)))
        second = asyncio.create_task(intake.take(Delivery("k2", B)))
        await asyncio.sleep(0)
        first.cancel()
        return await second

    assert asyncio.run(story()) is False
    assert inbox.stats().depth == 2


def test_a_resend_is_told_and_the_issue_is_looked_at_all_the_same(inbox, machine):
    intake = Intake(inbox)
    assert take_all(intake, [Delivery("same", A)]) == [False]
    assert inbox.done(inbox.take(TOLD, "w"))
    machine.at += timedelta(days=1)
    assert take_all(intake, [Delivery("same", A)]) == [True]
    assert inbox.take(TOLD, "w").ref == A


def test_one_delivery_twice_in_one_batch_is_a_resend_too(inbox, engine):
    assert take_all(Intake(inbox), [Delivery("same", A), Delivery("same", A)]) == [False, True]
    with engine.connect() as connection:
        assert connection.scalar(select(rows.c.times)) == 2


def test_what_the_bot_did_is_heard_and_not_looked_at(inbox, engine):
    take_all(Intake(inbox), [Delivery("own", A, TOLD, look=False)])
    assert inbox.stats().depth == 0
    assert Deliveries(engine).last_heard([A]) == {A: START}
    assert Deliveries(engine).last_told([A]) == {}  # it says nothing of what people did before


def test_when_each_issue_was_last_heard_of(inbox, engine, machine):
    intake = Intake(inbox)
    take_all(intake, [Delivery("1", A, TOLD), Delivery("2", B, TOLD)])
    machine.at += timedelta(hours=1)
    take_all(intake, [Delivery("3", A, TOLD - timedelta(hours=1)), Delivery("4", C)])
    heard = Deliveries(engine)
    assert heard.last_heard([A, B]) == {A: machine.at, B: START}
    assert heard.last_told([A, B, C]) == {A: TOLD, B: TOLD, C: machine.at}
    assert heard.last_heard([]) == {}
    many = [IssueRef(9, iid) for iid in range(1, 2000)]
    assert heard.last_heard([*many, C]) == {C: machine.at}


def test_from_when_on_it_is_known_which_events_came(inbox, engine, machine):
    heard, intake = Deliveries(engine), Intake(inbox)
    assert heard.known_since() is None
    take_all(intake, [Delivery("a test with an old issue", A, START - timedelta(days=90))])
    assert heard.known_since() == START
    machine.at += timedelta(hours=1)
    take_all(intake, [Delivery("2", B, machine.at)])
    assert heard.known_since() == START
    take_all(intake, [Delivery("a test with an old issue", A, START - timedelta(days=90))])
    assert heard.known_since() == machine.at  # sent again: said later rather than sooner


def test_deliveries_are_forgotten_after_two_days(inbox, engine, machine):
    seconds = iter(range(0, 100_000, 30))
    intake = Intake(inbox, monotonic=lambda: next(seconds))
    take_all(intake, [Delivery("old", A)])
    machine.at += timedelta(days=2)
    take_all(intake, [Delivery("newer", B)])
    assert kept(engine) == 2
    machine.at += timedelta(microseconds=1)
    for n in range(3):
        take_all(intake, [Delivery(f"new{n}", C)])
    assert Deliveries(engine).last_heard([A, B]).keys() == {B}


@pytest.fixture
def pruning(inbox):
    """An intake that prunes with every batch."""
    seconds = iter(range(0, 1_000_000, 100))
    return Intake(inbox, monotonic=lambda: next(seconds))


def refuse(inbox, engine, ref, board="", outcome="refused"):
    """A look that GitLab refused, as the worker and the journal leave it; with a board it had been read before."""
    inbox.put(ref)
    lease = inbox.take(TOLD, "w")
    assert lease.ref == ref
    Journal(engine).record(Entry(ref, TOLD, START, START, board, "worker", "r", outcome, True))
    assert inbox.refused(lease, "404: Not found")


def test_issues_that_never_were_are_forgotten_after_two_days(inbox, engine, machine, pruning):
    was, unsettled, never, waits = A, B, C, IssueRef(3, 1)
    refuse(inbox, engine, was, board="boards/emea")
    refuse(inbox, engine, unsettled, outcome="failed")
    refuse(inbox, engine, never)
    inbox.put(waits, TOLD + timedelta(days=365))
    machine.at += timedelta(days=2)
    take_all(pruning, [Delivery("1", IssueRef(9, 1))])
    assert inbox.stats().refused == 3
    machine.at += timedelta(microseconds=1)
    take_all(pruning, [Delivery("2", IssueRef(9, 1))])
    assert {row.ref for row in listed(inbox)} == {was, unsettled, waits, IssueRef(9, 1)}
    assert Journal(engine).recent(never) == []
    assert len(Journal(engine).recent(was)) == 1


def test_one_that_is_put_in_again_meanwhile_stays(inbox, engine, machine, pruning):
    refuse(inbox, engine, A)
    machine.at += timedelta(days=3)
    take_all(pruning, [Delivery("1", A)])
    assert inbox.take(TOLD, "w").ref == A


def test_so_many_that_never_were_are_forgotten_bit_by_bit(inbox, engine, machine, pruning):
    refs = [IssueRef(7, iid) for iid in range(1, 1502)]
    with engine.begin() as connection:
        new = {"queued_at": START, "generation": 1, "error": "404", "attempts": 0}
        connection.execute(
            insert(inbox_rows), [{"project_id": r.project_id, "iid": r.iid, **new} for r in refs]
        )
    machine.at += timedelta(days=3)
    take_all(pruning, [Delivery("1", A)])
    assert inbox.stats().refused == 501
    take_all(pruning, [Delivery("2", A)])
    assert inbox.stats().refused == 0


def test_what_was_answered_is_there_after_a_crash_of_the_server(cluster, machine):
    from app.database import connect, upgrading

    url = cluster.new_database()
    engine = connect(url)
    upgrading(engine)
    assert take_all(Intake(Inbox(engine)), [Delivery("k", A)]) == [False]
    cluster.stop("immediate")
    cluster.start()
    engine.dispose()
    engine = open_database(url)
    assert Inbox(engine).take(TOLD, "w").ref == A
    engine.dispose()
