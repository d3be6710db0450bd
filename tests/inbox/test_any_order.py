"""The inbox under any order of calls by several workers, some of them late: checked against a model of two sets."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from app.core.model import IssueRef
from app.database import inbox as rows
from app.database import open_database
from app.inbox import Inbox
from tests.databases import empty

REFS = st.sampled_from([IssueRef(1, 1), IssueRef(1, 2), IssueRef(2, 1)])
START = datetime(2026, 3, 2, tzinfo=UTC)


class AnyOrder(RuleBasedStateMachine):
    """`owed` are the issues put in since their last look began; `held` the live lease of each issue."""

    leases = Bundle("leases")

    @initialize()
    def open(self):
        self.engine = self.new_engine()
        self.machine_now = START
        self.now = START
        self.inbox = Inbox(self.engine, lambda: self.machine_now, chance=lambda: 1.0)
        self.owed: set[IssueRef] = set()
        self.held = {}

    def teardown(self):
        self.engine.dispose()

    @rule(ref=REFS, ahead=st.sampled_from([0, 0, 30]))
    def put(self, ref, ahead):
        self.inbox.put(ref, self.now + timedelta(seconds=ahead))
        self.owed.add(ref)

    @rule(target=leases, worker=st.sampled_from(["w1", "w2"]))
    def take(self, worker):
        lease = self.inbox.take(self.now, worker)
        if lease is not None:
            assert not self.alive(self.held.get(lease.ref)), "two live leases of one issue"
            self.held[lease.ref] = lease
            self.owed.discard(lease.ref)
            return lease
        return multiple()

    @rule(lease=leases, again=st.booleans())
    def done(self, lease, again):
        self.reported(lease, self.inbox.done(lease, self.now + timedelta(minutes=1) if again else None))

    @rule(lease=leases, report=st.sampled_from(["postpone", "release"]))
    def give_back(self, lease, report):
        ended = self.inbox.release(lease) if report == "release" else self.inbox.postpone(lease, "down")
        self.reported(lease, ended)
        if ended:
            self.owed.add(lease.ref)

    @rule(lease=leases)
    def refused(self, lease):
        self.reported(lease, self.inbox.refused(lease, "404"))

    @rule(lease=leases)
    def renew(self, lease):
        assert self.inbox.renew(lease) == self.alive(lease)

    @rule(seconds=st.sampled_from([1, 20, 59, 60, 400]))
    def wait(self, seconds):
        self.machine_now += timedelta(seconds=seconds)
        for ref, lease in list(self.held.items()):
            if not self.alive(lease):  # its worker is taken for dead, and never reported
                del self.held[ref]
                self.owed.add(ref)

    @rule(seconds=st.sampled_from([1, 60, 3600]))
    def move_the_clock(self, seconds):
        self.now += timedelta(seconds=seconds)

    @invariant()
    def the_leases_are_those_of_the_model(self):
        assert self.inbox.stats(self.now).leased == len(self.held)

    @invariant()
    def what_is_owed_is_due(self):
        """At once or soon, by the table itself: a row that is gone or refused would never be taken again."""
        soon = self.now + timedelta(seconds=30)
        with self.engine.connect() as connection:
            due = {
                IssueRef(*row)
                for row in connection.execute(
                    select(rows.c.project_id, rows.c.iid).where(rows.c.due_at <= soon)
                )
            }
        assert self.owed | self.held.keys() <= due

    def reported(self, lease, accepted):
        mine = self.held.get(lease.ref) is lease
        assert accepted == mine, "a report counts exactly while the lease lives"
        if accepted:
            del self.held[lease.ref]

    def alive(self, lease):
        return lease is not None and self.held.get(lease.ref) is lease and self.machine_now < lease.until


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_any_order(database, request, tmp_path):
    numbers = count()
    if database == "postgresql":
        url, tidier = request.getfixturevalue("one_database")

    class OnDatabase(AnyOrder):
        def new_engine(self):
            if database == "postgresql":
                empty(tidier)
                return open_database(url)
            return open_database(f"sqlite:///{tmp_path}/{next(numbers)}.db")

    run_state_machine_as_test(
        OnDatabase,
        settings=settings(
            max_examples=20 if database == "sqlite" else 10, stateful_step_count=25, deadline=None
        ),
    )
