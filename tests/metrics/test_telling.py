"""Workers and sweeps tell of themselves on the database; nothing that was counted is lost or told twice."""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import requests
from sqlalchemy.exc import OperationalError

from app.gitlab.line import Line
from app.inbox import Inbox, told_lines
from app.metrics import RulesState, Teller, tell_calls, tell_sweep
from app.metrics.telling import forget_worker, tell_worker, told_calls, told_sweeps, told_workers

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def inbox(engine):
    return Inbox(engine)


def answer(status, **headers):
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    return response


def call(line, method="GET", status=200, **headers):
    return line.carry(method, "/x", lambda: answer(status, **headers), lambda: answer(200))


def all_calls(inbox):
    with inbox.engine.connect() as connection:
        return told_calls(connection)


def workers(inbox, now=None):
    with inbox.engine.connect() as connection:
        return told_workers(connection, now or inbox.clock.of(connection))


def until(so):
    end = time.monotonic() + 10
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def breaks():
    raise requests.ConnectionError("down")


def test_calls_are_counted_by_method_and_answer(inbox):
    line = Line()
    call(line)
    call(line, "POST", 201)
    call(line, "PUT", 422)
    with pytest.raises(requests.ConnectionError):
        line.carry("POST", "/x", breaks, breaks)
    tell_calls(inbox, line)
    assert all_calls(inbox) == {"GET 200": 1, "POST 201": 1, "PUT 422": 1, "POST none": 1}
    tell_calls(inbox, line)
    call(line)
    tell_calls(inbox, line)
    assert all_calls(inbox)["GET 200"] == 2


def test_each_try_is_a_call(inbox):
    line = Line()
    found = iter([502, 503, 200])
    line.carry("GET", "/x", lambda: answer(next(found)), lambda: answer(200))
    tell_calls(inbox, line)
    assert all_calls(inbox) == {"GET 502": 1, "GET 503": 1, "GET 200": 1}


def test_many_processes_add_theirs_up(inbox, engine):
    def work():
        mine, line = Inbox(engine), Line()
        for _ in range(10):
            call(line)
            tell_calls(mine, line)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all_calls(inbox) == {"GET 200": 40}


def test_calls_that_could_not_be_told_are_told_later(inbox):
    class Away(Inbox):
        @contextmanager
        def writing(self, *, durable=True):
            raise OperationalError("", {}, Exception("away"))
            yield  # a context, as the real one

    line = Line()
    call(line)
    with pytest.raises(OperationalError):
        tell_calls(Away(inbox.engine), line)
    call(line)
    tell_calls(inbox, line)
    assert all_calls(inbox) == {"GET 200": 2}


def test_a_worker_is_known_as_long_as_it_tells(engine):
    at = START
    inbox = Inbox(engine, lambda: at)
    tell_worker(inbox, "a:1", {"circuit": "open"})
    tell_worker(inbox, "b:2", {"circuit": "closed"})
    assert workers(inbox)["a:1"]["circuit"] == "open"
    forget_worker(inbox, "b:2")
    assert workers(inbox).keys() == {"a:1"}
    at = START + timedelta(seconds=60)
    assert workers(inbox) == {}
    tell_worker(inbox, "c:3", {})
    assert workers(inbox, START).keys() == {"c:3"}  # the other was forgotten
    assert told_lines(inbox) == {}  # facts of another name


def test_a_teller_tells_of_its_line_and_rules_and_that_it_has_ended(inbox):
    line, rules = Line(100, 10), RulesState("v1")
    call(line, **{"RateLimit-Remaining": "40", "RateLimit-Limit": "60", "RateLimit-Reset": "9999999999"})
    teller = Teller(inbox, line, "w:1", lambda: rules, every=0.05)
    until(lambda: workers(inbox))
    told = workers(inbox)["w:1"]
    assert (told["requests_used"], told["requests_limit"], told["version"]) == (1, 100, "v1")
    assert (told["allowed_left"], told["allowed"], told["faulty"]) == (40, 60, False)
    rules = RulesState("v1", faulty=True)
    until(lambda: workers(inbox)["w:1"]["faulty"])
    call(line)
    teller.end()
    assert workers(inbox) == {}
    assert all_calls(inbox) == {"GET 200": 2}


def test_a_board_is_known_to_be_swept(inbox):
    with inbox.writing() as connection:
        tell_sweep(connection, "us-east", START)
        tell_sweep(connection, "emea", START)
        tell_sweep(connection, "us-east", START + timedelta(hours=1))
        assert told_sweeps(connection) == {"us-east": START + timedelta(hours=1), "emea": START}
