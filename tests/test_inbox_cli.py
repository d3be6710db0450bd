"""`triage inbox` as its users see it."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from app import sweeping
from app.cli import app
from app.core.model import IssueRef
from app.errors import ConfigError, Refused
from app.inbox import Inbox
from app.journal import Entry, Journal
from app.tools import Tools
from tests.conftest import ROOT

NOW = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
A, B = IssueRef(34, 12), IssueRef(34, 13)


@pytest.fixture
def inbox(engine):
    """One issue that is parked, with a plan from before, and one that is to be looked at."""
    inbox = Inbox(engine)
    inbox.put(A)
    assert inbox.failed(inbox.take(NOW, "w1"), "KeyError: surprise", limit=1)
    Journal(engine).record(
        Entry(A, NOW, NOW, NOW, "b", "worker", "r", "done", True, {"actions": [{}, {}], "done": []})
    )
    inbox.put(B)
    return inbox


@pytest.fixture
def run(monkeypatch, inbox, database_url):
    monkeypatch.setenv("TRIAGE_DATABASE_URL", database_url)

    def run(*arguments):
        done = CliRunner().invoke(app, ["inbox", *arguments])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.output

    return run


def test_the_list_begins_with_what_failed_and_says_why(run):
    text = run("list")
    assert text.startswith("2 in the inbox: 1 due now, 0 being looked at, 1 failing (1 parked, 0 refused)")
    assert text.index("34#12  parked") < text.index("34#13  waiting, due at once")
    assert "1 failures since" in text
    assert "KeyError: surprise" in text
    assert "last planned at 2026-03-02T14:00:00+00:00: 2 actions (done)" in text
    assert "34#13" not in run("list", "--failed")


def test_as_data(run):
    data = json.loads(run("list", "--failed", "--format", "json"))
    assert (data["inbox"]["depth"], data["inbox"]["parked"]) == (2, 1)
    (row,) = data["issues"]
    assert (row["ref"], row["state"], row["failures"], row["error"]) == (
        "34#12",
        "parked",
        1,
        "KeyError: surprise",
    )
    assert row["last_plan"]["actions"] == [{}, {}]
    assert datetime.fromisoformat(row["parked_at"]) > NOW


def test_retry_puts_back(run, inbox):
    assert "34#12 is put back" in run("retry", "34#12")
    assert inbox.stats(NOW).parked == 0
    assert "0 put back" in run("retry", "--all")
    with pytest.raises(Refused, match="34#99 is not in the inbox"):
        run("retry", "34#99")


@pytest.mark.parametrize("arguments", [[], ["34#12", "--all"]])
def test_retry_wants_one_or_all(run, arguments):
    with pytest.raises(ConfigError, match="--all"):
        run("retry", *arguments)


def test_a_sweep_that_goes_well_settles_what_was_parked(town, ruleset, engine):
    issue = town.project("alice").issues.create({"title": "x", "description": town.stage().template()})
    ref = IssueRef(issue.project_id, issue.iid)
    inbox = Inbox(engine)
    inbox.put(ref)
    assert inbox.failed(inbox.take(NOW, "w1"), "surprise", limit=1)
    tools = Tools(town.bot, ruleset, town.clock, ROOT / "rules", inbox=inbox)
    asked = sweeping.Asked(("us-east",), quiet=True, alone=True)
    assert sweeping.run(tools, replace(asked, dry_run=True), lambda _question: True).complete
    assert inbox.stats().parked == 1
    assert sweeping.run(tools, asked, lambda _question: True).complete
    stats = inbox.stats()
    assert (stats.parked, stats.failing, stats.depth) == (0, 0, 1)  # and it has a timer
