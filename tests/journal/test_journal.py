"""What was recorded comes back as it was, newest first, each issue's by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core.model import IssueRef
from app.journal import Entry, Journal

AT = datetime(2026, 3, 2, 14, 0, 0, 123456, UTC)
STARTED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def journal(engine):
    return Journal(engine)


def entry(iid=1, **changes):
    values = {
        "ref": IssueRef(7, iid),
        "at": AT,
        "started_at": STARTED,
        "ended_at": STARTED + timedelta(milliseconds=250),
        "board": "boards/emea-triage",
        "trigger": "worker",
        "ruleset": "3f2a",
        "outcome": "done",
        "applied": True,
    }
    return Entry(**{**values, **changes})


def test_an_entry_comes_back_as_it_was(journal):
    plan = {"findings": [{"rule": "late", "since": None, "hours": 48.5}], "actions": [], "text": "Ünïcode ✓"}
    kept = entry(plan=plan, outcome="refused", applied=False, error="403")
    journal.record(kept)
    assert journal.recent(kept.ref) == [kept]


def test_the_newest_come_first_and_no_more_than_asked_for(journal):
    for n in range(5):
        journal.record(entry(trigger=f"look {n}"))
    assert [found.trigger for found in journal.recent(IssueRef(7, 1), 2)] == ["look 4", "look 3"]


def test_each_issue_has_its_own(journal):
    journal.record(entry(1))
    journal.record(entry(2))
    assert [found.ref for found in journal.recent(IssueRef(7, 2))] == [IssueRef(7, 2)]
    assert journal.recent(IssueRef(8, 1)) == []


def test_the_newest_entry_that_fits_is_found_however_far_back_it_is(journal):
    for n in range(30):
        journal.record(entry(trigger=f"look {n}"))
    journal.record(entry(2, trigger="look 7"))
    found = journal.last(IssueRef(7, 1), lambda e: e.trigger in ("look 3", "look 7"))
    assert (found.trigger, found.ref) == ("look 7", IssueRef(7, 1))
    assert journal.last(IssueRef(7, 1), lambda e: e.trigger == "no such") is None
    assert journal.last(IssueRef(8, 1), lambda _e: True) is None
    journal.record(entry(trigger="look 99"))  # no reading is left open in the way of it
