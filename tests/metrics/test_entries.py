"""What the journal gains is counted, each entry once; and clocks stand as the newest entry of each issue says."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from app.core.model import IssueRef
from app.core.quiet import NOT_TAKEN_IN
from app.database import MachineClock, connect, journal, upgrading
from app.journal import Entry, Journal
from app.metrics.entries import Standing, Tally

START = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A, B = IssueRef(1, 1), IssueRef(1, 2)
STARTED = ("AddLabel", "PutNote")


def clock(state="running", *, steps=(), ended_at=None, name="activity"):
    return {"name": name, "state": state, "steps": list(steps), "ended_at": ended_at}


def plan(*clocks, done=(), silent=""):
    deeds = [{"action": {"kind": kind}} for kind in done]
    return {"outcomes": [{"clocks": list(clocks)}], "silent": silent, "done": list(done), "deeds": deeds}


def entry(ref=A, plan=None, **changes):
    told = plan or {}
    values = {
        "ref": ref,
        "at": START,
        "started_at": START,
        "ended_at": START + timedelta(seconds=0.2),
        "board": "us-east" if told else "",
        "trigger": "worker",
        "ruleset": "1",
        "outcome": "done",
        "applied": True,
        "plan": told,
        "done": len(told["deeds"]) if "deeds" in told else 0,
    }
    return Entry(**{**values, **changes})


@pytest.fixture
def book(engine):
    return Journal(engine)


@pytest.fixture
def tally(engine):
    return Tally(engine, MachineClock())


def test_each_entry_is_counted_once_by_its_outcome_and_each_action_by_its_kind(book, tally):
    book.record(entry(plan=plan(done=STARTED)))
    book.record(entry(B, outcome="unavailable", trigger="sweep"))
    assert tally.read().reconciles == {("worker", "done"): 1, ("sweep", "unavailable"): 1}
    book.record(entry(plan=plan(done=("PutNote",)), outcome="failed"))
    counts = tally.read()
    assert tally.read() == counts
    assert counts.reconciles == {("worker", "done"): 1, ("sweep", "unavailable"): 1, ("worker", "failed"): 1}
    assert counts.actions == {"AddLabel": 1, "PutNote": 2}


def test_how_long_they_took_is_told_by_bucket(book, tally):
    for seconds in (0.05, 0.1, 0.7, 90):
        book.record(entry(ended_at=START + timedelta(seconds=seconds)))
    counts = tally.read()
    assert counts.seconds == [2, 2, 2, 3, 3, 3, 3, 3, 3]
    assert counts.seconds_sum == pytest.approx(90.85)


def test_of_confidential_issues_only_how_much_was_done_is_counted(book, tally):
    told = {"ref": {}, "confidential": True, "actions": 2, "done": 2}
    book.record(entry(plan=told, done=2))
    counts = tally.read()
    assert counts.actions == {"withheld": 2}
    assert counts.clocks == {}


def test_what_was_there_before_is_not_counted_but_its_clocks_stand(book, engine):
    book.record(entry(plan=plan(clock("breached"), done=STARTED)))
    book.record(entry(outcome="unavailable"))
    counts = Tally(engine, MachineClock()).read()
    assert (counts.reconciles, counts.actions) == ({}, {})
    assert counts.clocks == {Standing("us-east", "activity", "breached"): 1}


@pytest.mark.parametrize(
    ("told", "state"),
    [
        (clock(), "running"),
        (clock("off hours"), "off_hours"),
        (clock("running", steps=[["80%", "x"]]), "at_risk"),
        (clock("off hours", steps=[["80%", "x"]]), "at_risk"),
        (clock("paused", steps=[["80%", "x"]]), "paused"),
        (clock("breached", steps=[["80%", "x"]]), "breached"),
        (clock("breached", ended_at="2026-03-02T14:00:00Z"), None),
        (clock("met", ended_at="2026-03-02T14:00:00Z"), None),
    ],
)
def test_a_clock_that_waits_for_an_answer_stands(book, tally, told, state):
    book.record(entry(plan=plan(told)))
    wanted = {Standing("us-east", "activity", state): 1} if state else {}
    assert tally.read().clocks == wanted


def test_the_newest_entry_with_a_plan_says_how_clocks_stand(book, tally):
    book.record(entry(plan=plan(clock("running"))))
    book.record(entry(B, plan=plan(clock("running"))))
    tally.read()
    book.record(entry(plan=plan(clock("breached"))))
    book.record(entry(outcome="failed"))
    book.record(entry(B, outcome="unavailable"))
    wanted = {Standing("us-east", "activity", "breached"): 1, Standing("us-east", "activity", "running"): 1}
    assert tally.read().clocks == wanted
    book.record(entry(outcome="refused"))  # it was deleted
    book.record(entry(B, plan=plan()))
    assert tally.read().clocks == {}


def test_requests_from_before_the_board_began_have_no_clocks_here(book, tally):
    book.record(entry(plan=plan(clock("breached"), silent=f"opened before 2026-01-01, {NOT_TAKEN_IN}")))
    book.record(entry(B, plan=plan(clock("breached"), silent="bot::off is on")))
    assert tally.read().clocks.total() == 1


def test_the_plans_that_the_rules_make_say_which_requests_these_are(plan_of):
    old = plan_of('2020-03-02T14:00Z alice opens "Acme demo" from "SA Activity"', now="2026-03-04T14:00Z")
    assert old.silent.endswith(NOT_TAKEN_IN)


def test_an_entry_that_comes_in_after_a_younger_one_is_counted(cluster):
    """Two workers on PostgreSQL: an id is taken when an entry is written, and seen when it is committed."""
    engine = connect(cluster.new_database())
    upgrading(engine)
    book, tally = Journal(engine), Tally(engine, MachineClock())
    late = insert(journal).values(
        {
            **{c.name: getattr(entry(B), c.name) for c in journal.c if hasattr(entry(B), c.name)},
            "project_id": B.project_id,
            "iid": B.iid,
            "ended_at": datetime.now(UTC),
        }
    )
    with engine.begin() as slow:
        slow.execute(late)
        book.record(entry(ended_at=datetime.now(UTC)))
        assert tally.read().reconciles.total() == 1
    assert tally.read().reconciles.total() == 2
    assert tally.read().reconciles.total() == 2
    engine.dispose()


def test_what_is_settled_is_asked_for_no_more(engine, book):
    later = datetime.now(UTC) + timedelta(minutes=10)
    tally = Tally(engine, MachineClock(lambda: later))
    for _ in range(3):
        book.record(entry(ended_at=datetime.now(UTC)))
    assert tally.read().reconciles.total() == 3
    book.record(entry(ended_at=later))
    assert tally.read().reconciles.total() == 4
    assert len(tally._seen) <= 1


OUTCOME = st.sampled_from(["done", "unavailable", "refused", "failed", "lost"])
KINDS = st.lists(st.sampled_from(["AddLabel", "Summon", "Move"]), max_size=3)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.tuples(OUTCOME, KINDS, st.integers(1, 3)), max_size=4), max_size=4))
def test_however_often_it_is_read_nothing_is_left_out_or_counted_twice(engine, book, batches):
    tally = Tally(engine, MachineClock())
    outcomes, kinds = Counter(), Counter()
    for batch in batches:
        for outcome, done, iid in batch:
            now = datetime.now(UTC)
            book.record(entry(IssueRef(1, iid), plan(done=done), outcome=outcome, ended_at=now))
            outcomes["worker", outcome] += 1
            kinds.update(done)
        counts = tally.read()
        assert (counts.reconciles, counts.actions) == (outcomes, kinds)
