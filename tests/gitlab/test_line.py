"""The line to GitLab over real HTTP: shared budgets and pauses, the circuit, what is tried again and what is not."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
import requests

from app.core.model import Issue, IssueRef
from app.core.plan import Action, AddLabel, Plan, PutNote, Summon
from app.errors import Refused, Unavailable
from app.gitlab.client import GitLab
from app.gitlab.line import Line, NotSent
from tests import plain
from tests.town import Town


@pytest.fixture
def issue(town: Town) -> Any:
    return town.project("alice").issues.create({"title": "Acme demo", "description": "Hello"})


@pytest.fixture
def clients(town: Town) -> Iterator[Any]:
    """Makes clients of one line."""
    made = []

    def make(line: Line, count: int = 1) -> list[GitLab]:
        fresh = [GitLab(town.url, town.token, line=line, timeout=2) for _ in range(count)]
        made.extend(fresh)
        return fresh

    yield make
    for client in made:
        client.close()


def nobody(_issue: Issue) -> frozenset[str]:
    return frozenset()


def asked(town: Town, words: str = "") -> int:
    """How many of the bot's calls GitLab saw whose line holds those words."""
    return sum("bot" in (r["user"] or "") and words in f"{r['method']} {r['path']}" for r in town.requests())


def apply(client: GitLab, issue: Any, *actions: Action) -> None:
    read = client.fetch(IssueRef(issue.project_id, issue.iid), nobody)
    client.apply(
        Plan(read.ref, read.reference, "us-east", read.created_at, "v", actions), read, [], lambda: True
    )


def test_all_clients_of_a_process_together_keep_to_the_budget(town: Town, clients: Any) -> None:
    line = Line(40, 5, patience=0.2)

    def ask_often(client: GitLab) -> None:
        for _ in range(30):
            with suppress(NotSent):
                client.ask_me()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(ask_often, clients(line, 4)))
    assert 20 <= asked(town) <= 40
    assert line.state.requests_used == asked(town)


def test_notes_have_a_budget_of_their_own(town: Town, clients: Any, issue: Any) -> None:
    line = Line(1000, 3, patience=0.2)
    (client,) = clients(line)
    for number in range(2):
        apply(client, issue, Summon("r", f"r/failing/{number}", "Hello"))
    with pytest.raises(Unavailable) as caught:
        apply(client, issue, Summon("r", "r/failing/last", "Hello"))
    assert (
        5 < (caught.value.retry_after or 0) < 59
    )  # not those 60 seconds for a note that may have been written
    assert caught.value.everywhere
    assert asked(town, "POST") == 2
    assert client.ask_me().username == "triage-bot"


def test_what_one_client_is_told_all_of_the_process_heed(town: Town, clients: Any) -> None:
    one, other = clients(Line(patience=0.2), 2)
    town.fault(kind="429", retry_after=20, times=1)
    with pytest.raises(Unavailable) as caught:
        one.ask_me()
    assert (caught.value.retry_after or 0) >= 20
    before = len(town.requests())
    with pytest.raises(NotSent) as caught:
        other.ask_me()
    assert 18 < (caught.value.retry_after or 0) < 27
    assert caught.value.everywhere
    assert len(town.requests()) == before
    assert 18 < other.line.state.paused_for < 25


def test_gitlabs_limit_of_notes_holds_up_notes_and_nothing_else(town: Town, clients: Any, issue: Any) -> None:
    (client,) = clients(Line(patience=0.2))
    plain.post(f"{town.url}/-/sandbox/settings", json={"notes_per_minute": 1})
    apply(client, issue, Summon("r", "r/failing/1", "Hello"))
    for _ in range(2):
        with pytest.raises(Unavailable) as caught:
            apply(client, issue, Summon("r", "r/failing/2", "Hello"))
        assert 55 < (caught.value.retry_after or 0) < 67
    assert asked(town, "POST") == 2
    apply(client, issue, AddLabel("r", "SA POV"))
    assert town.project("maria").issues.get(issue.iid).labels == ["SA POV"]


def test_gitlab_is_asked_more_slowly_before_it_has_to_refuse(town: Town, clients: Any) -> None:
    (client,) = clients(Line(patience=0.3))
    if time.time() % 60 > 45:
        time.sleep(61 - time.time() % 60)  # a minute of GitLab's that lasts as long as this test
    plain.post(f"{town.url}/-/sandbox/settings", json={"requests_per_minute": 30})
    held = 0
    for _ in range(60):
        try:
            client.ask_me()
        except NotSent:
            held += 1
    seen = [r["status"] for r in town.requests() if r["user"] == "triage-bot"]
    assert 429 not in seen
    assert 15 <= len(seen) < 30
    assert held > 30


def test_while_gitlab_is_down_one_probe_at_a_time_goes_out_and_it_ends_by_itself(
    town: Town, clients: Any, issue: Any
) -> None:
    line = Line(patience=0.5)
    several = clients(line, 4)
    for client in several:
        client.me()
    ref = IssueRef(issue.project_id, issue.iid)
    town.fault(kind="500")

    def ask(client: GitLab) -> list[Unavailable]:
        told = []
        ends = time.monotonic() + 2.5
        while time.monotonic() < ends:
            with pytest.raises(Unavailable) as caught:
                client.fetch(ref, nobody)
            told.append(caught.value)
            time.sleep(0.02)
        return told

    before = asked(town)
    with ThreadPoolExecutor(4) as pool:
        told = [error for errors in pool.map(ask, several) for error in errors]
    assert asked(town) - before <= 5 + 3 + 2  # five, those under way, and probes after one and two seconds
    assert line.state.circuit == "open"
    refused = [e for e in told if isinstance(e, NotSent)]
    assert len(refused) > 50
    assert all(e.everywhere and e.retry_after for e in refused)
    plain.delete(f"{town.url}/-/sandbox/faults")
    ends = time.monotonic() + 10
    while line.state.circuit != "closed" and time.monotonic() < ends:
        with suppress(NotSent):
            several[0].fetch(ref, nobody)
        time.sleep(0.05)
    assert several[1].fetch(ref, nobody).title == "Acme demo"
    assert (line.state.circuit, line.state.failures) == ("closed", 0)


def test_one_issue_that_always_fails_is_not_taken_for_gitlab_being_down(
    town: Town, clients: Any, issue: Any
) -> None:
    line = Line(patience=0.5)
    (client,) = clients(line)
    client.me()
    town.fault(kind="500", path=f"/issues/{issue.iid}")
    alone = []
    for _ in range(12):
        with pytest.raises(Unavailable) as caught:
            client.fetch(IssueRef(issue.project_id, issue.iid), nobody)
        alone.append(not caught.value.everywhere)
        if line.state.circuit == "open":
            time.sleep(line.state.probe_in + 0.1)  # then /user is asked, and that goes well
    assert sum(alone) >= 9
    other = town.project("alice").issues.create({"title": "Another"})
    assert client.fetch(IssueRef(other.project_id, other.iid), nobody).title == "Another"


def test_there_is_room_for_one_look_when_a_probe_is_due_and_for_none_before() -> None:
    """A clock of its own: five failures, a second until the probe."""
    at = [100.0]
    line = Line(now=lambda: at[0])

    def fail() -> requests.Response:
        raise requests.ConnectTimeout

    assert line.room(4) == 4
    for _ in range(5):
        with pytest.raises(requests.ConnectTimeout):
            line.carry("GET", "/x", fail, fail)
    assert line.room(4) == 0
    at[0] += 0.99
    assert line.room(4) == 0
    at[0] += 0.02
    assert line.room(4) == 1
    answer = requests.Response()
    answer.status_code = 200
    assert line.carry("GET", "/x", lambda: answer, lambda: answer) is answer
    assert line.room(4) == 4


def test_there_is_room_for_nothing_while_gitlab_asked_for_a_pause(town: Town, clients: Any) -> None:
    line = Line(patience=0.1)
    (client,) = clients(line)
    town.fault(kind="429", retry_after=1, times=1)
    with pytest.raises(Unavailable):
        client.me()
    assert line.room(4) == 0
    time.sleep(1.3)
    assert line.room(4) == 4


def test_a_server_that_is_gone_is_gone_for_all() -> None:
    client = GitLab("http://127.0.0.1:9", "x")
    for _ in range(3):
        with pytest.raises(Unavailable) as caught:
            client.me()
        assert caught.value.everywhere
    assert client.line.state.circuit == "open"


@pytest.mark.parametrize("kind", ["502", "503", "504", "cut", "cut_after_write"])
def test_what_may_be_done_twice_is_tried_twice_more(town: Town, clients: Any, issue: Any, kind: str) -> None:
    (client,) = clients(Line())
    apply(client, issue, PutNote("status", "status", "one", None))
    note = town.project("maria").issues.get(issue.iid).notes.list()[0].id
    for path, method in (("/issues/1$", "GET"), ("/issues/1$", "PUT"), (f"/notes/{note}$", "PUT")):
        town.fault(kind=kind, path=path, method=method, times=2)
    apply(client, issue, AddLabel("r", "SA POV"), PutNote("status", "status", "two", note))
    assert town.project("maria").issues.get(issue.iid).labels == ["SA POV"]
    assert town.bot_notes(issue) == ["two"]
    assert (asked(town, "PUT"), asked(town, f"/notes/{note}")) == (6, 3)


@pytest.mark.parametrize("kind", ["502", "cut", "cut_after_write", "slow", "500", "429"])
def test_a_post_is_made_once_whatever_becomes_of_it(town: Town, clients: Any, issue: Any, kind: str) -> None:
    (client,) = clients(Line())
    town.fault(kind=kind, method="POST", times=5, seconds=3)
    with pytest.raises(Unavailable):
        apply(client, issue, Summon("r", "r/failing/x", "Hello"))
    if kind == "slow":
        time.sleep(1.5)  # GitLab does it although nobody waits any more
    assert asked(town, "POST") == 1


def test_nothing_is_tried_again_after_a_time_out_or_a_refusal(town: Town, clients: Any, issue: Any) -> None:
    (client,) = clients(Line())
    client.me()
    ref = IssueRef(issue.project_id, issue.iid)
    town.fault(kind="slow", path="/issues/1$", seconds=2.5, times=1)
    with pytest.raises(Unavailable, match="did not answer: ReadTimeout") as caught:
        client.fetch(ref, nobody)
    assert not caught.value.everywhere  # it may be about this issue
    with pytest.raises(Refused):
        client.fetch(IssueRef(issue.project_id, 99), nobody)
    assert asked(town, "/issues/99") == 1


def test_the_lease_is_looked_at_once_the_turn_has_come(town: Town, clients: Any, issue: Any) -> None:
    line = Line(patience=5)
    (client,) = clients(line)
    read = client.fetch(IssueRef(issue.project_id, issue.iid), nobody)
    line._notes.pause(0.5)
    lost_at = time.monotonic() + 0.3
    plan = Plan(read.ref, read.reference, "b", read.created_at, "v", (Summon("r", "r/failing/x", "Hello"),))
    with pytest.raises(NotSent, match="lease"):
        client.apply(plan, read, [], lambda: time.monotonic() < lost_at)
    assert town.writes() == []


def test_what_waits_for_its_turn_is_not_sent_into_a_pause_that_began_meanwhile() -> None:
    line, sent = Line(patience=0.1), list[None]()

    def send() -> requests.Response:
        sent.append(None)
        time.sleep(0.2)
        answer = requests.Response()
        answer.status_code = 429
        answer.headers["Retry-After"] = "30"
        return answer

    with line.narrowed(2), ThreadPoolExecutor(6) as hands:
        calls = [hands.submit(line.carry, "GET", "/x", send, send) for _ in range(6)]
    assert len(sent) == 2
    assert [type(call.exception()) for call in calls].count(NotSent) == 4
