"""`/metrics` over ASGI: what is there, what is not, and what happens while the database is away."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine
from structlog.testing import capture_logs

from app.core.model import IssueRef
from app.database import open_database
from app.inbox import AT_ONCE, Inbox, Stats
from app.metrics import Numbers, RulesState, tell_sweep
from app.metrics.telling import tell_worker
from app.web import create_app

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
RULES = RulesState("abc", faulty=True, boards=("emea", "us-east"), clocks=("activity",))
STATE = {
    "circuit": "closed",
    "paused_for": 0,
    "requests_used": 10,
    "requests_limit": 600,
    "notes_used": 0,
    "notes_limit": 50,
    "allowed_left": None,
    "allowed": None,
    "version": "abc",
    "faulty": False,
}


class Noon:
    """Issue time that stands still."""

    def now(self):
        return NOW


@pytest.fixture
def engine(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/inbox.db")
    yield engine
    engine.dispose()


@pytest.fixture
def inbox(engine):
    return Inbox(engine, lambda: NOW)


@pytest.fixture
def app(inbox):
    return create_app(
        inbox=inbox,
        secret=b"s3cret-pferd",
        signing_key=None,
        board_paths=lambda: frozenset({"boards/emea-triage"}),
        bots=frozenset,
        machine_now=lambda: NOW,
        readiness=dict,
        numbers=Numbers(inbox, Noon(), lambda: RULES, lambda: True),
    )


def ask(app, *requests):
    async def over_asgi():
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            return [await client.request(*request[:2], **request[2]) for request in requests]

    return asyncio.run(over_asgi())


SCRAPE = ("GET", "/metrics", {})


def scraped(app, *before):
    """By name and labels what is told."""
    answer = ask(app, *before, SCRAPE)[-1]
    assert answer.status_code == 200
    samples = [s for family in text_string_to_metric_families(answer.text) for s in family.samples]
    found = {(s.name, *sorted(s.labels.items())): s.value for s in samples}
    assert len(found) == len(samples)
    return found


def event(iid=1, token="s3cret-pferd"):
    body = {
        "object_kind": "issue",
        "project": {"id": 3, "path_with_namespace": "boards/emea-triage"},
        "object_attributes": {"iid": iid, "action": "update", "title": "Confidential Acme"},
    }
    return "POST", "/hooks/gitlab", {"json": body, "headers": {"X-Gitlab-Token": token}}


def test_deliveries_are_counted_by_their_answer(app):
    found = scraped(app, event(), event(2), event(token="wrong"))
    assert found["triage_deliveries_total", ("answer", "accepted")] == 2
    assert found["triage_deliveries_total", ("answer", "not authentic")] == 1
    assert found["triage_deliveries_total", ("answer", "too large")] == 0


def test_no_text_of_people_no_secret_and_no_issue_is_in_it(app):
    text = ask(app, event(4711), SCRAPE)[-1].text
    assert "Acme" not in text
    assert "s3cret" not in text
    assert "4711" not in text
    assert "iid" not in text


def test_the_inbox_is_told_with_what_has_waited_longest(app, inbox):
    assert scraped(app)["triage_inbox_oldest_due_age_seconds",] == 0
    inbox.put(IssueRef(3, 1), NOW - timedelta(minutes=5))  # put in now: it has not waited
    inbox.put(IssueRef(3, 2), NOW + timedelta(hours=1))
    earlier = Inbox(inbox.engine, lambda: NOW - timedelta(seconds=90))
    earlier.put(IssueRef(3, 3))
    earlier.put(IssueRef(3, 4), NOW - timedelta(seconds=30))
    found = scraped(another(inbox))
    assert found["triage_inbox_depth",] == 4
    assert found["triage_inbox_due",] == 3
    assert found["triage_inbox_oldest_due_age_seconds",] == 90
    assert inbox.take(NOW, "w").ref == IssueRef(3, 3)
    found = scraped(another(inbox))
    assert (found["triage_inbox_leased",], found["triage_inbox_due",]) == (1, 2)
    assert found["triage_inbox_oldest_due_age_seconds",] == 30


def another(inbox):
    """Another receiver on the same database, which has read nothing yet."""
    return create_app(
        inbox=inbox,
        secret=b"s3cret-pferd",
        signing_key=None,
        board_paths=frozenset,
        bots=frozenset,
        machine_now=lambda: NOW,
        readiness=dict,
        numbers=Numbers(inbox, Noon(), lambda: RULES),
    )


def test_parked_and_refused_entries_and_a_pause_are_told(app, inbox):
    for iid in (1, 2):
        inbox.put(IssueRef(3, iid))
    inbox.failed(inbox.take(AT_ONCE, "w"), "boom", 1)
    inbox.refused(inbox.take(AT_ONCE, "w"), "404")
    inbox.pause(NOW + timedelta(minutes=1), "401")
    found = scraped(app)
    assert found["triage_inbox_parked",] == 1
    assert found["triage_inbox_refused",] == 1
    assert found["triage_inbox_failing",] == 2
    assert found["triage_token_refused",] == 1


def test_what_workers_told_is_told(app, inbox):
    tell_worker(inbox, "a:1", STATE | {"allowed_left": 70, "allowed": 100})
    tell_worker(
        inbox, "b:2", STATE | {"circuit": "open", "requests_used": 590, "paused_for": 3, "version": "old"}
    )
    found = scraped(app)
    assert found["triage_workers",] == 2
    assert found["triage_gitlab_circuit_open",] == 1
    assert found["triage_gitlab_held_back",] == 1
    assert found["triage_gitlab_budget_left", ("kind", "requests")] == 10
    assert found["triage_gitlab_budget_limit", ("kind", "requests")] == 600
    assert (found["triage_gitlab_quota_left",], found["triage_gitlab_quota_limit",]) == (70, 100)
    assert found["triage_ruleset_info", ("role", "worker"), ("version", "old")] == 1
    assert found["triage_ruleset_info", ("role", "receiver"), ("version", "abc")] == 1
    assert found["triage_ruleset_faulty", ("role", "receiver")] == 1
    assert found["triage_ruleset_faulty", ("role", "worker")] == 0


def test_every_board_has_its_clocks_and_the_age_of_its_last_sweep(app, inbox):
    with inbox.writing() as connection:
        tell_sweep(connection, "emea", NOW - timedelta(hours=2))
        tell_sweep(connection, "gone", NOW)
    found = scraped(app)
    assert found["triage_sweep_age_seconds", ("board", "emea")] == 7200
    assert found["triage_sweep_age_seconds", ("board", "us-east")] == float("inf")
    assert ("triage_sweep_age_seconds", ("board", "gone")) not in found
    key = ("board", "us-east"), ("clock", "activity"), ("state", "breached")
    assert found["triage_sla_clocks", *key] == 0


def test_the_database_is_read_every_two_seconds_at_most(app, inbox):
    scraped(app)
    inbox.put(IssueRef(3, 1))
    assert scraped(app)["triage_inbox_depth",] == 0


def test_openmetrics_is_given_to_whoever_asks_for_it(app):
    (answer,) = ask(
        app, ("GET", "/metrics", {"headers": {"accept": "application/openmetrics-text; version=1.0.0"}})
    )
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert "triage_reconciles" in {family.name for family in openmetrics(answer.text)}


def test_a_scrape_is_no_line_of_the_log(app):
    with capture_logs() as lines:
        ask(app, SCRAPE)
    assert [line["log_level"] for line in lines] == ["debug"]


class Away(Inbox):
    """The database does not answer."""

    def stats(self, now: datetime | None = None) -> Stats:
        with create_engine("sqlite:////nowhere/at/all.db").connect():
            raise AssertionError


def test_while_the_database_is_away_what_the_process_knows_is_still_told(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path}/inbox.db")
    inbox = Away(engine, lambda: NOW)
    found = scraped(another(inbox), event(token="wrong"))
    assert found["triage_database_up",] == 0
    assert found["triage_deliveries_total", ("answer", "not authentic")] == 1
    assert ("triage_inbox_depth",) not in found
    assert found["process_resident_memory_bytes",] > 1e6
    engine.dispose()


def test_no_label_names_an_issue_or_a_person(app):
    answer = ask(app, event(), SCRAPE)[-1]
    labels = {
        name
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        for name in sample.labels
    }
    assert labels == {"answer", "board", "clock", "le", "outcome", "role", "state", "trigger", "version"}
