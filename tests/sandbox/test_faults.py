"""Faults: refused, slow and cut calls, as the client sees them."""

import threading
import time

import gitlab
import httpx
import pytest

from app.sandbox.faults import Fault


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "504", "401"])
def test_a_fault_answers_in_place_of_the_api_as_often_as_asked(sandbox, kind) -> None:
    sandbox.control("faults", {"kind": kind, "path": "/user$", "times": 2})
    statuses = [sandbox.call("sam", "GET", "/user").status_code for _ in range(3)]
    assert statuses == [int(kind), int(kind), 200]
    assert sandbox.http.get("/-/sandbox/faults").json()[0]["hits"] == 2


def test_a_refused_write_was_not_done(sandbox) -> None:
    issue = sandbox.issue()
    sandbox.control("faults", {"kind": "503", "method": "post", "path": "/notes"})
    with pytest.raises(gitlab.GitlabCreateError):
        issue.notes.create({"body": "x"})
    assert issue.notes.list() == []


def test_429_comes_in_both_of_gitlabs_shapes(sandbox) -> None:
    sandbox.control("faults", [{"kind": "429", "times": 1}, {"kind": "429", "times": 1, "retry_after": 7}])
    bare, waiting = sandbox.call("sam", "GET", "/user"), sandbox.call("sam", "GET", "/user")
    assert "Retry-After" not in bare.headers
    assert bare.json() == waiting.json()
    assert waiting.headers["Retry-After"] == "7"
    sandbox.control("faults", {"kind": "429", "times": 1, "shape": "rack", "retry_after": 3})
    rack = sandbox.call("sam", "GET", "/user")
    assert (rack.text, rack.headers["Retry-After"]) == ("Retry later\n", "3")
    assert int(rack.headers["RateLimit-Reset"]) > time.time()


def test_python_gitlab_waits_and_goes_on_after_a_429(sandbox) -> None:
    sandbox.control("faults", {"kind": "429", "times": 1, "retry_after": 0})
    assert sandbox.gitlab("sam").users.list(username="sam")[0].username == "sam"


def test_a_fault_can_be_for_one_user_or_one_call_in_several(sandbox) -> None:
    sandbox.control("faults", {"kind": "500", "user": "sam"})
    assert sandbox.call("sam", "GET", "/user").status_code == 500
    assert sandbox.call("alice", "GET", "/user").status_code == 200
    sandbox.http.delete("/-/sandbox/faults")
    sandbox.control("faults", {"kind": "500", "rate": 0.5, "seed": 1})
    statuses = [sandbox.call("sam", "GET", "/user").status_code for _ in range(20)]
    assert 3 < statuses.count(500) < 17


def test_a_cut_connection_gives_no_answer_at_all(sandbox) -> None:
    sandbox.control("faults", {"kind": "cut", "times": 1})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        sandbox.call("sam", "GET", "/user")
    assert sandbox.call("sam", "GET", "/user").status_code == 200
    assert [entry["status"] for entry in sandbox.http.get("/-/sandbox/requests").json()] == [None, 200]


def test_a_timeout_after_the_write_leaves_the_write_done(sandbox) -> None:
    issue = sandbox.issue()
    sandbox.control(
        "faults", {"kind": "timeout_after_write", "method": "POST", "path": "/notes$", "seconds": 30}
    )
    with pytest.raises(httpx.ReadTimeout):
        sandbox.call("sam", "POST", "/projects/1/issues/1/notes", json={"body": "done"}, timeout=0.2)
    assert [note.body for note in issue.notes.list()] == ["done"]


def test_after_its_seconds_a_timeout_ends_in_a_cut_connection(sandbox) -> None:
    sandbox.control("faults", {"kind": "timeout_after_write", "seconds": 0.1})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        sandbox.call("alice", "POST", "/projects/1/issues", json={"title": "done"})
    sandbox.http.delete("/-/sandbox/faults")
    assert sandbox.project("sam").issues.get(1).title == "done"


def test_a_connection_cut_after_the_write_leaves_the_write_done(sandbox) -> None:
    issue = sandbox.issue()
    sandbox.control("faults", {"kind": "cut_after_write", "method": "POST", "path": "/notes$", "times": 1})
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        sandbox.call("sam", "POST", "/projects/1/issues/1/notes", json={"body": "done"})
    assert [note.body for note in issue.notes.list()] == ["done"]
    assert sandbox.http.get("/-/sandbox/requests").json()[-2]["status"] == 201


def outcomes(sandbox, calls: int) -> list[object]:
    """What happens to that many calls with a fifth of them failing: a status, or the name of an error."""
    sandbox.server.reset()
    sandbox.control("faults", {"kind": "any", "rate": 0.2, "seed": 11, "seconds": 0.01})
    found: list[object] = []
    for _ in range(calls):
        try:
            found.append(sandbox.call("sam", "GET", "/user").status_code)
        except httpx.HTTPError as error:
            found.append(isinstance(error, httpx.TransportError))
    return found


def test_a_share_of_all_calls_fails_in_every_way_the_same_for_the_same_seed(sandbox) -> None:
    found = outcomes(sandbox, 300)
    assert set(found) == {200, 429, 500, 502, 503, 504, True}
    fault = sandbox.http.get("/-/sandbox/faults").json()[0]
    assert 0.15 < fault["hits"] / 300 < 0.25
    assert set(fault["drawn"]) == {
        "429", "500", "502", "503", "504", "cut", "cut_after_write", "slow", "timeout_after_write"
    }  # fmt: skip
    assert outcomes(sandbox, 300) == found


def test_of_all_that_may_happen_only_what_stalls_takes_long(sandbox) -> None:
    """30 seconds where nothing is said; what is cut after the write is cut at once."""
    drawn = [Fault("any", seed=seed, seconds=30.0).drawn() for seed in range(60)]
    assert {fault.kind for fault in drawn if fault.seconds} == {"slow", "timeout_after_write"}
    assert "cut_after_write" in {fault.kind for fault in drawn}


def test_of_the_429s_some_say_how_long_to_wait_and_some_do_not(sandbox) -> None:
    sandbox.control("faults", {"kind": "any", "rate": 1, "seed": 2, "seconds": 0.01, "retry_after": 9})
    said = set()
    for _ in range(60):
        try:
            answer = sandbox.call("sam", "GET", "/user")
        except httpx.HTTPError:
            continue
        if answer.status_code == 429:
            said.add(answer.headers.get("Retry-After"))
    assert said == {None, "9"}


def test_a_limit_of_calls_is_told_of_and_kept(sandbox) -> None:
    sandbox.control("settings", {"requests_per_minute": 3})
    answers = [sandbox.call("sam", "GET", "/user") for _ in range(5)]
    if [a.status_code for a in answers] != [200] * 3 + [429] * 2:  # a minute had just begun
        answers = [sandbox.call("sam", "GET", "/user") for _ in range(5)]
    refused = answers[-1]
    assert (refused.status_code, refused.text) == (429, "Retry later\n")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Remaining"] == "0"
    assert int(refused.headers["RateLimit-Reset"]) > time.time()
    assert sandbox.call("alice", "GET", "/user").headers["RateLimit-Remaining"] == "2"


def test_slow_answers_and_latency_hold_up_only_their_own_calls(sandbox) -> None:
    sandbox.control("faults", {"kind": "slow", "user": "sam", "seconds": 1.5})
    started = time.monotonic()
    slow = threading.Thread(target=lambda: sandbox.call("sam", "GET", "/user"))
    slow.start()
    assert sandbox.call("alice", "GET", "/user").status_code == 200
    assert time.monotonic() - started < 1.4
    slow.join()
    assert time.monotonic() - started >= 1.5
    sandbox.control("settings", {"latency_ms": 150})
    started = time.monotonic()
    sandbox.call("alice", "GET", "/user")
    assert time.monotonic() - started >= 0.15


def test_label_events_can_come_in_another_order(sandbox) -> None:
    sandbox.control("seed", {"project": 1, "issues": 1, "label_events": 12})
    issue = sandbox.project("sam").issues.get(1)
    ordered = [event.id for event in issue.resourcelabelevents.list(get_all=True)]
    sandbox.control("faults", {"shuffle_label_events": True})
    shuffled = [event.id for event in issue.resourcelabelevents.list(get_all=True)]
    assert ordered == sorted(ordered)
    assert shuffled != ordered
    assert sorted(shuffled) == ordered


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "418"},
        {"kind": "cut", "tims": 1},
        {"kind": "cut", "times": "1"},
        {"kind": "cut", "path": "("},
        3,
    ],
)
def test_a_wrong_fault_is_refused_with_the_reason(sandbox, fault) -> None:
    answer = sandbox.http.post("/-/sandbox/faults", json=fault)
    assert (answer.status_code, bool(answer.json()["error"])) == (400, True)
    assert sandbox.http.get("/-/sandbox/faults").json() == []
