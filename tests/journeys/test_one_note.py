"""Exactly one note per purpose, whatever happens between sending and knowing."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from app.core.keys import key_of, marked
from app.core.model import Issue, IssueRef
from app.core.plan import DeleteNote, Plan, Summon
from app.errors import Unavailable
from app.gitlab.client import GitLab
from app.gitlab.line import Line
from tests import plain
from tests.town import Town

KEY = "late-activity/failing/2026-03-02T14:00:00.000Z"
WRITER = """
import sys
from app.core.model import IssueRef
from app.core.plan import Plan, Summon
from app.gitlab.client import GitLab

url, token, project, iid, body = sys.argv[1:]
client = GitLab(url, token, frozenset({"triage-bot", "sweep-bot"}))
issue = client.fetch(IssueRef(int(project), int(iid)), lambda issue: frozenset())
action = Summon("late-activity", body.split(" ", 2)[1].removeprefix("triage:"), body)
print("ready", flush=True)
sys.stdin.readline()
client.apply(Plan(issue.ref, "", "", issue.created_at, "v", (action,)), issue, [], lambda: True)
"""


@pytest.fixture
def issue(town: Town) -> Any:
    return town.project("alice").issues.create({"title": "Acme demo", "description": "Hello"})


@pytest.fixture
def hasty(town: Town) -> Iterator[GitLab]:
    """A client that gives up after half a second."""
    client = GitLab(town.url, town.token, line=Line(100_000, 100_000), timeout=0.5)
    client.me()
    yield client
    client.close()


def nobody(_issue: Issue) -> frozenset[str]:
    return frozenset()


def keys(town: Town, issue: Any) -> Counter[str]:
    """How often each key is on the issue."""
    read = town.bot.fetch(IssueRef(issue.project_id, issue.iid), nobody)
    return Counter(key for note in read.notes if (key := key_of(note, read)))


def call(issue: Issue) -> Plan:
    action = Summon("late-activity", KEY, marked(KEY, issue.ref, "Hello"))
    return Plan(issue.ref, issue.reference, "us-east", issue.created_at, "v", (action,))


@pytest.mark.parametrize("kind", ["timeout_after_write", "cut_after_write"])
def test_a_note_that_was_written_although_no_answer_came_is_not_written_again(
    town: Town, issue: Any, hasty: GitLab, kind: str
) -> None:
    town.bot = hasty
    town.fault(kind=kind, method="POST", path="/notes$", times=1)
    with pytest.raises(Unavailable) as caught:
        town.look(issue)
    assert (caught.value.retry_after or 0) >= 60
    assert keys(town, issue) == {"status": 1}
    town.look(issue)
    assert town.look(issue).plan.actions == ()
    assert keys(town, issue) == {"status": 1}
    assert len([w for w in town.writes() if w.startswith("POST")]) == 1


def test_a_note_that_was_not_written_is_written_by_the_next_look(
    town: Town, issue: Any, hasty: GitLab
) -> None:
    town.bot = hasty
    town.fault(kind="cut", method="POST", path="/notes$", times=1)
    with pytest.raises(Unavailable):
        town.look(issue)
    assert keys(town, issue) == {}
    town.look(issue)
    assert keys(town, issue) == {"status": 1}


def test_two_writers_at_once_leave_one_note_and_that_is_the_oldest(town: Town, issue: Any) -> None:
    plain.post(f"{town.url}/-/sandbox/settings", json={"latency_ms": 40})
    read = town.bot.fetch(IssueRef(issue.project_id, issue.iid), nobody)
    clients = [GitLab(town.url, town.token, line=Line(100_000, 100_000)) for _ in range(4)]
    at_once = threading.Barrier(4)

    def write(client: GitLab) -> None:
        client.me()
        at_once.wait()
        client.apply(call(read), read, [], lambda: True)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, clients))
    for client in clients:
        client.close()
    posted = [w for w in town.writes() if w.startswith("POST")]
    left = [n for n in town.bot.fetch(read.ref, nobody).notes if key_of(n, read) == KEY]
    assert len(posted) > 1  # they did get in each other's way
    assert len(left) == 1
    assert left[0].id == min(
        [left[0].id, *(int(w.rpartition("/")[2]) for w in town.writes() if w.startswith("DELETE"))]
    )


@pytest.mark.parametrize("tokens", [("triage-bot", "triage-bot"), ("triage-bot", "sweep-bot")])
def test_so_do_two_processes_with_one_token_or_with_two(
    town: Town, issue: Any, tokens: tuple[str, str]
) -> None:
    plain.post(f"{town.url}/-/sandbox/settings", json={"latency_ms": 40})
    body = marked(KEY, IssueRef(issue.project_id, issue.iid), "Hello")
    command = [sys.executable, "-c", WRITER, town.url]
    writers = [
        subprocess.Popen(
            [*command, f"sandbox-{token}", str(issue.project_id), str(issue.iid), body],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for token in tokens
    ]
    for writer in writers:
        assert writer.stdout
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=20)
    town.become("sandbox-triage-bot", frozenset({"sweep-bot"}))
    assert [writer.returncode for writer in writers] == [0, 0]
    assert keys(town, issue) == {KEY: 1}


def test_another_tokens_call_is_as_good_as_ours(town: Town, issue: Any) -> None:
    town.become("sandbox-triage-bot", frozenset({"sweep-bot"}))
    read = town.bot.fetch(IssueRef(issue.project_id, issue.iid), nobody)
    theirs = town.project("sweep-bot").issues.get(issue.iid)
    theirs.notes.create({"body": marked(KEY, read.ref, "Hello")})
    town.bot.apply(call(read), read, [], lambda: True)
    assert keys(town, issue) == {KEY: 1}


def test_a_second_note_that_is_there_is_deleted_by_the_next_look(town: Town, issue: Any) -> None:
    town.look(issue)
    bot = town.project("triage-bot").issues.get(issue.iid)
    first = bot.notes.list()[0]
    second = bot.notes.create({"body": first.body})
    shown = town.look(issue, apply=False)
    assert [str(a) for a in shown.plan.actions] == ["delete the second note status"]
    assert shown.plan.actions == (DeleteNote("one-note", "status", second.id),)
    town.look(issue)
    assert [n.id for n in bot.notes.list()] == [first.id]
    assert town.look(issue).plan.actions == ()


def test_a_second_note_that_somebody_else_has_deleted_meanwhile_is_fine(town: Town, issue: Any) -> None:
    town.look(issue)
    bot = town.project("triage-bot").issues.get(issue.iid)
    second = bot.notes.create({"body": bot.notes.list()[0].body})
    looked = town.look(issue, apply=False)
    second.delete()
    town.bot.apply(looked.plan, looked.issue, [], lambda: True)
    assert keys(town, issue) == {"status": 1}


@pytest.mark.parametrize("kind", ["cut", "cut_after_write", "502", "429"])
def test_a_plan_that_was_half_applied_is_finished_by_the_next_look(town: Town, kind: str) -> None:
    text = town.stage().template(left_out=("SA Asks",))
    issue = town.project("alice").issues.create({"title": "Acme", "description": text})
    town.set_clock(advance=f"PT{int(timedelta(days=4).total_seconds() // 3600)}H")
    planned = town.look(issue, apply=False).plan.actions
    town.fault(kind=kind, method="POST", times=1)
    with pytest.raises(Unavailable):
        town.look(issue)
    fresh = town.project("maria").issues.get(issue.iid)
    assert fresh.labels == ["sla::breached"]  # the labels were done, the notes were not
    town.look(issue)
    assert town.look(issue).plan.actions == ()
    found = keys(town, issue)
    assert set(found) == {a.key for a in planned if hasattr(a, "key")}
    assert set(found.values()) == {1}
    assert len(found) > 1


def test_a_look_after_labels_were_put_on_unheard_does_not_put_them_on_again(town: Town) -> None:
    issue = town.project("alice").issues.create({"title": "Acme", "description": town.stage().template()})
    town.set_clock(advance="P4D")
    town.fault(kind="cut_after_write", method="PUT", times=3)
    with pytest.raises(Unavailable):
        town.look(issue)
    town.look(issue)
    events = town.project("maria").issues.get(issue.iid).resourcelabelevents.list(get_all=True)
    assert [(e.action, e.label["name"]) for e in events] == [("add", "sla::breached")]


def test_while_a_fifth_of_all_calls_fails_in_every_way_the_boards_come_out_the_same(
    town: Town, hasty: GitLab
) -> None:
    """Each request is looked at until a look goes well, as the inbox does; waits for GitLab are left out."""
    filled, gaps = town.stage().template(), town.stage().template(left_out=("SA Asks",))
    texts = [filled, gaps, "x"]
    calm = town.bot

    def play(client: GitLab, seed: int | None) -> tuple[dict[int, dict[str, object]], int]:
        plain.post(f"{town.url}/-/sandbox/reset", json={"at": "2026-03-02T14:00Z"})
        town.set_clock(frozen=True, set="2026-03-02T14:00:00Z")  # so that the keys are the same
        issues = [
            town.project("alice").issues.create({"title": str(n), "description": text})
            for n, text in enumerate(texts)
        ]
        if seed is not None:
            town.fault(kind="any", rate=0.2, seed=seed, seconds=0.6, retry_after=0, user="triage-bot")
        failed = 0
        for day in (2, 4, 5):
            town.set_clock(set=f"2026-03-0{day}T15:00:00Z")
            for issue in issues:
                settled = False
                while not settled:
                    try:
                        town.bot = client
                        settled = not town.look(issue).plan.actions
                    except Unavailable:
                        failed += 1
        plain.delete(f"{town.url}/-/sandbox/faults")
        town.bot = calm
        for issue in issues:
            town.look(issue)  # a note may have come so late that nobody waited for it any more
            assert set(keys(town, issue).values()) <= {1}
        return town.board([issue.iid for issue in issues], all_notes=True), failed

    undisturbed, none = play(calm, None)
    disturbed, some = play(hasty, 7)
    assert (disturbed, none) == (undisturbed, 0)
    assert some > 10
