"""One line of the log per look: for people on a terminal, else JSON; of confidential issues the reference alone."""

import io
import json
import threading
from datetime import UTC, datetime

import pytest
import structlog
from structlog.contextvars import clear_contextvars, get_contextvars

from app.core.model import IssueRef
from app.inbox import Inbox
from app.journal import Journal
from app.look_line import Telling
from app.web.log import set_up_log
from app.worker import Worker
from tests.town import Town

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _log_as_before():
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    clear_contextvars()


@pytest.fixture
def journal(engine):
    return Journal(engine)


def opened(town: Town, **fields):
    text = town.stage().template(("SA Asks",))
    body = {"title": "Acme in trouble", "description": text, **fields}
    return town.project("sam").issues.create(body)


def told(town, journal, issue):
    clear_contextvars()
    town.journal = Telling(journal)
    town.look(issue)
    return get_contextvars()


def test_what_was_done_and_when_it_is_looked_at_next_are_told(town: Town, journal) -> None:
    issue = opened(town)
    line = told(town, journal, issue)
    (entry,) = journal.recent(IssueRef(issue.project_id, issue.iid))
    assert line["actions"] == {"PutNote": 1} == {"PutNote": entry.done}
    assert line["board"] == "us-east"
    assert line["ruleset"] == town.ruleset.version
    assert datetime.fromisoformat(line["recheck_at"]) > entry.at


def test_of_a_confidential_issue_nothing_but_by_which_rules(town: Town, journal) -> None:
    issue = opened(town, confidential=True)
    assert told(town, journal, issue) == {"ruleset": town.ruleset.version}
    assert journal.recent(IssueRef(issue.project_id, issue.iid))[0].done > 0


def test_a_look_that_fails_says_by_which_rules(town: Town, journal) -> None:
    town.journal = Telling(journal)
    clear_contextvars()
    issue = opened(town)
    issue.iid = 999
    with pytest.raises(Exception, match="404"):
        town.look(issue)
    assert get_contextvars() == {"ruleset": town.ruleset.version}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines_of(engine, stream, look) -> str:
    """What one worker says of one look."""
    set_up_log(stream)
    inbox, stop = Inbox(engine), threading.Event()
    inbox.put(IssueRef(1, 1))

    def once(ref, lease):
        stop.set()
        return look()

    class Still:
        def now(self):
            return NOON

    Worker(inbox=inbox, clock=Still(), look=once, name="w", threads=1).run(stop)
    return stream.getvalue()


def test_off_a_terminal_it_is_one_json_object(engine) -> None:
    def look():
        structlog.contextvars.bind_contextvars(actions={"PutNote": 2}, ruleset="v1")

    line = json.loads(lines_of(engine, io.StringIO(), look))
    assert (line["event"], line["ref"], line["outcome"]) == ("look", "1#1", "done")
    assert (line["actions"], line["ruleset"]) == ({"PutNote": 2}, "v1")
    assert line["ms"] >= 0


def test_on_a_terminal_it_is_one_line_for_people(engine) -> None:
    def look():
        structlog.contextvars.bind_contextvars(actions={"PutNote": 2})

    text = lines_of(engine, Terminal(), look)
    assert text.count("\n") == 1
    assert "look" in text
    assert "PutNote" in text
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(text)


def test_the_next_line_of_a_thread_has_nothing_of_the_one_before(engine) -> None:
    inbox, stream, stop = Inbox(engine), io.StringIO(), threading.Event()
    set_up_log(stream)
    for iid in (1, 2):
        inbox.put(IssueRef(1, iid))
    seen = []

    def look(ref, lease):
        if not seen:
            structlog.contextvars.bind_contextvars(actions={"Move": 1})
        seen.append(ref)
        if len(seen) == 2:
            stop.set()

    class Still:
        def now(self):
            return NOON

    Worker(inbox=inbox, clock=Still(), look=look, name="w", threads=1).run(stop)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["actions"] == {"Move": 1}
    assert "actions" not in second
