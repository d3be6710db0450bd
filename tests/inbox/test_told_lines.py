"""Workers tell on the database while their calls to GitLab are held up; whoever has ended tells nothing."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import requests

from app.background import LineWatch
from app.gitlab.line import Line
from app.inbox import forget_line, tell_line, told_lines

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def test_each_worker_tells_its_own_until_it_takes_it_back(inbox):
    tell_line(inbox, "a:1", {"circuit": "open"})
    tell_line(inbox, "b:2", {"circuit": "probing"})
    assert {name: told["circuit"] for name, told in told_lines(inbox).items()} == {
        "a:1": "open",
        "b:2": "probing",
    }
    forget_line(inbox, "a:1")
    assert told_lines(inbox).keys() == {"b:2"}
    assert inbox.paused() is None  # another fact on the same table


def test_what_a_worker_told_that_ended_is_left_out_and_forgotten(inbox, engine, machine):
    tell_line(inbox, "gone:1", {"circuit": "open"})
    machine.at += timedelta(seconds=59)
    assert told_lines(inbox).keys() == {"gone:1"}
    machine.at += timedelta(seconds=1)
    assert told_lines(inbox) == {}
    tell_line(inbox, "here:2", {"circuit": "open"})
    machine.at -= timedelta(seconds=1)
    assert told_lines(inbox).keys() == {"here:2"}


def fails():
    raise requests.ConnectionError("down")


def answers():
    response = requests.Response()
    response.status_code = 200
    return response


def until(so):
    end = time.monotonic() + 10
    while not so():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_is_told_while_the_circuit_is_open_and_no_longer(inbox):
    line = Line()
    LineWatch(inbox, line, "w:1", every=0.05)
    assert not line.state.held_up
    for _ in range(5):
        with pytest.raises(requests.ConnectionError):
            line.carry("POST", "/labels", fails, fails)
    assert line.state.held_up
    until(lambda: told_lines(inbox).keys() == {"w:1"})
    assert told_lines(inbox)["w:1"]["failures"] == 5
    until(lambda: line.state.probe_in == 0)
    time.sleep(0.1)  # it is rounded
    line.carry("GET", "/labels", answers, answers)
    until(lambda: told_lines(inbox) == {})
