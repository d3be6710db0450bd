"""Runs: what was done under one name, listed, and taken out again to be undone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from app.core.model import IssueRef
from app.journal import Entry, Journal, Run

AT = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


@pytest.fixture
def journal(engine: Engine) -> Journal:
    return Journal(engine)


def entry(iid: int, run: str, done: int, minute: int = 0, trigger: str = "sweep") -> Entry:
    at = AT + timedelta(minutes=minute)
    return Entry(IssueRef(7, iid), at, at, at, "us-east", trigger, "v1", "done", True, {}, run=run, done=done)


def test_runs_come_with_how_much_they_did_the_last_one_first(journal: Journal) -> None:
    for each in (entry(1, "a", 2), entry(2, "a", 0, 1), entry(1, "a", 1, 2), entry(1, "b", 0, 3, "undo")):
        journal.record(each)
    journal.record(entry(1, "", 3, 4, "worker"))
    first = Run("a", "sweep", AT, AT + timedelta(minutes=2), 2, 3)
    second = Run("b", "undo", AT + timedelta(minutes=3), AT + timedelta(minutes=3), 1, 0)
    assert journal.runs() == [second, first]
    assert journal.runs(limit=1) == [second]
    assert journal.runs(run="a") == [first]
    assert journal.runs(run="c") == []


def test_issues_of_one_number_in_two_projects_are_two(journal: Journal) -> None:
    journal.record(entry(1, "a", 1))
    journal.record(replace(entry(1, "a", 1), ref=IssueRef(8, 1)))
    assert journal.runs()[0].issues == 2


def test_of_a_run_only_what_did_something_is_taken_out_newest_first(journal: Journal) -> None:
    kept = [entry(1, "a", 2), entry(2, "a", 0), entry(1, "a", 1), entry(3, "b", 1)]
    for each in kept:
        journal.record(each)
    assert journal.of_run("a") == [kept[2], kept[0]]
