"""The client against the sandbox, over real HTTP: nothing is replaced, the wire is the port."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.core.keys import marked
from app.core.model import Issue, IssueRef, User
from app.core.plan import Action, AddLabel, Assign, Plan, PutNote, RemoveLabel, Summon, Unassign
from app.core.retelling import render
from app.errors import Refused, Unauthorized, Unavailable
from app.gitlab.client import GitLab
from app.gitlab.waiting import retry_after
from app.sandbox.stage import PROJECT
from tests import plain
from tests.town import Town


@pytest.fixture
def issue(town: Town) -> Any:
    return town.project("alice").issues.create({"title": "Acme demo", "description": "Hello"})


def ref_of(issue: Any) -> IssueRef:
    return IssueRef(issue.project_id, issue.iid)


def nobody(_issue: Issue) -> frozenset[str]:
    return frozenset()


def do(town: Town, issue: Any, *actions: Action, **options: Any) -> list[Action]:
    read = town.bot.fetch(ref_of(issue), nobody)
    plan = Plan(read.ref, read.reference, "us-east", read.created_at, "v", actions)
    done: list[Action] = []
    town.bot.apply(plan, read, done, options.get("still_held", lambda: True))
    return done


def test_an_issue_is_fetched_whole(town: Town, issue: Any) -> None:
    sam = town.project("sam").issues.get(issue.iid)
    sam.notes.create({"body": "A question", "internal": True})
    sam.labels = ["SA Doing", "SA POV"]
    sam.assignee_ids = [town.person("sam").users.list(username="sam")[0].id]
    sam.state_event = "close"
    sam.save()
    read = town.bot.fetch(ref_of(issue), nobody)
    assert (read.project, read.title, read.description) == (PROJECT, "Acme demo", "Hello")
    assert (read.author.username, read.state, read.labels) == ("alice", "closed", {"SA Doing", "SA POV"})
    assert [u.username for u in read.assignees] == ["sam"]
    assert {(e.label, e.action) for e in read.label_events} == {("SA Doing", "add"), ("SA POV", "add")}
    assert [s.state for s in read.state_events] == ["closed"]
    assert [(n.body, n.internal, n.system) for n in read.notes] == [
        ("A question", True, False),
        ("assigned to @sam", False, True),
    ]
    assert (read.bot.username, read.bots) == ("triage-bot", {"triage-bot"})


def test_the_due_date_is_read_and_so_is_gitlabs_line_about_it(town: Town, issue: Any) -> None:
    assert town.bot.fetch(ref_of(issue), nobody).due_date is None
    mine = town.project("sam").issues.get(issue.iid)
    mine.due_date = "2026-03-20"
    mine.save()
    read = town.bot.fetch(ref_of(issue), nobody)
    assert read.due_date == date(2026, 3, 20)
    assert render(read).endswith("sam sets the due date to 2026-03-20")


def test_every_page_is_read(town: Town, issue: Any) -> None:
    body = {"project": PROJECT, "issues": 1, "notes": 230, "label_events": 210}
    answer = plain.post(f"{town.url}/-/sandbox/seed", json=body).json()
    read = town.bot.fetch(IssueRef(issue.project_id, answer["iids"][0]), nobody)
    assert (len([n for n in read.notes if not n.system]), len(read.label_events)) == (230, 210)
    assert list(read.notes) == sorted(read.notes, key=lambda n: (n.at, n.id))
    assert list(read.label_events) == sorted(read.label_events, key=lambda e: (e.at, e.id))


def test_the_members_of_groups_are_read_and_kept(town: Town, issue: Any) -> None:
    group = "gitlab-com/customer-success/solution-architects"
    read = town.bot.fetch(ref_of(issue), lambda _issue: frozenset({group}))
    assert read.groups[group] >= {"sam", "sofia"}
    before = len(town.requests())
    town.bot.members.of(group)
    assert len(town.requests()) == before


def test_labels_and_assignees_change_in_one_call(town: Town, issue: Any) -> None:
    maria = town.project("maria").issues.get(issue.iid)
    maria.labels = ["SA Triaged"]
    maria.save()
    sam = User(town.person("sam").users.list(username="sam")[0].id, "sam")
    done = do(town, issue, AddLabel("r", "SA Doing"), RemoveLabel("r", "SA Triaged"), Assign("r", sam))
    fresh = town.project("maria").issues.get(issue.iid)
    assert (fresh.labels, [u["username"] for u in fresh.assignees]) == (["SA Doing"], ["sam"])
    assert [w.split()[0] for w in town.writes()] == ["PUT"]
    assert len(done) == 3
    do(town, issue, Unassign("r", sam))
    assert town.project("maria").issues.get(issue.iid).assignees == []


def test_what_somebody_else_changed_meanwhile_stays(town: Town, issue: Any) -> None:
    read = town.bot.fetch(ref_of(issue), nobody)
    maria = town.project("maria").issues.get(issue.iid)
    maria.labels = ["SA POV"]
    maria.save()
    plan = Plan(read.ref, read.reference, "us-east", read.created_at, "v", (AddLabel("r", "Expedite"),))
    town.bot.apply(plan, read, [], lambda: True)
    assert set(town.project("maria").issues.get(issue.iid).labels) == {"SA POV", "Expedite"}


def test_a_note_is_written_once_and_then_edited(town: Town, issue: Any) -> None:
    do(town, issue, PutNote("status", "status", "one", None), Summon("r", "r/failing/x", "two"))
    notes = town.bot.fetch(ref_of(issue), nobody).notes
    assert [n.body for n in notes] == ["one", "two"]
    do(town, issue, PutNote("status", "status", "three", notes[0].id))
    assert town.bot_notes(issue) == ["three", "two"]


def test_a_role_that_is_too_low_is_refused_and_not_silently_passed_over(town: Town, issue: Any) -> None:
    town.become("sandbox-alice")
    with pytest.raises(Refused, match="Planner"):
        do(town, issue, AddLabel("r", "SA Doing"))


def test_a_lost_lease_stops_the_writing(town: Town, issue: Any) -> None:
    with pytest.raises(Unavailable, match="lease"):
        do(town, issue, AddLabel("r", "SA Doing"), still_held=lambda: False)
    assert town.writes() == []


@pytest.mark.parametrize(
    ("fault", "error", "least", "everywhere"),
    [
        ({"kind": "429", "retry_after": 2}, Unavailable, 2.0, True),
        ({"kind": "429"}, Unavailable, 1.0, True),
        ({"kind": "500"}, Unavailable, 0.0, False),
        ({"kind": "502", "times": 3}, Unavailable, 0.0, False),
        ({"kind": "cut", "times": 3}, Unavailable, 0.0, True),
        ({"kind": "401"}, Unauthorized, 0.0, True),
    ],
)
def test_what_gitlab_cannot_do_now_is_tried_again_later(
    town: Town, issue: Any, fault: dict[str, Any], error: type[Unavailable], least: float, everywhere: bool
) -> None:
    town.bot.me()
    town.fault(**{"path": "/issues/", "times": 1, **fault})
    with pytest.raises(error) as caught:
        town.bot.fetch(ref_of(issue), nobody)
    assert (caught.value.retry_after or 0.0) >= least
    assert caught.value.everywhere is everywhere
    assert town.bot.fetch(ref_of(issue), nobody).title == "Acme demo"  # after the pause that was asked for


def test_half_an_issue_is_an_error(town: Town, issue: Any) -> None:
    town.fault(kind="500", path="resource_label_events", times=1)
    with pytest.raises(Unavailable):
        town.bot.fetch(ref_of(issue), nobody)


def test_an_issue_that_is_not_there_is_refused(town: Town, issue: Any) -> None:
    with pytest.raises(Refused) as caught:
        town.bot.fetch(IssueRef(issue.project_id, 999), nobody)
    assert caught.value.status == 404


def test_a_note_is_never_sent_twice(town: Town, issue: Any) -> None:
    town.fault(kind="cut", method="POST", path="/notes", times=1)
    with pytest.raises(Unavailable):
        do(town, issue, Summon("r", "r/failing/x", "two"))
    assert len([w for w in town.writes() if w.startswith("POST")]) <= 1


def test_a_note_that_is_there_by_now_is_not_written_again(town: Town, issue: Any) -> None:
    read = town.bot.fetch(ref_of(issue), nobody)
    key = "r/failing/x"
    plan = Plan(
        read.ref, read.reference, "b", read.created_at, "v", (Summon("r", key, marked(key, read.ref, "x")),)
    )
    for _ in range(2):  # two lookers that read the issue before either wrote
        town.bot.apply(plan, read, [], lambda: True)
    assert len(town.bot_notes(issue)) == 1


def test_of_two_notes_with_one_key_the_oldest_stays(town: Town, issue: Any) -> None:
    read = town.bot.fetch(ref_of(issue), nobody)
    key = "r/failing/x"
    body = marked(key, read.ref, "x")
    bot = town.project("triage-bot").issues.get(issue.iid)
    first, _second = (bot.notes.create({"body": body}).id for _ in range(2))
    town.bot._tidy(read, key)
    notes = [n.id for n in bot.notes.list(get_all=True)]
    assert notes == [first]


def test_a_note_whose_answer_did_not_come_is_waited_for(town: Town, issue: Any) -> None:
    town.fault(kind="cut", method="POST", path="/notes", times=1)
    with pytest.raises(Unavailable) as caught:
        do(town, issue, Summon("r", "r/failing/x", "two"))
    assert (caught.value.retry_after or 0) >= 60


def test_a_note_that_a_person_deleted_is_no_reason_to_give_up(town: Town, issue: Any) -> None:
    with pytest.raises(Unavailable, match="gone"):
        do(town, issue, PutNote("status", "status", "x", 12345))


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("", None),
        ("soon", None),
        ("Wed, 04 Mar 2026 14:00:30 GMT", 30.0),
        ("Wed, 04 Mar 2020 14:00:30 GMT", 0.0),
    ],
)
def test_retry_after_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, datetime(2026, 3, 4, 14, tzinfo=UTC)) == seconds


def test_a_server_that_is_not_there_is_unavailable() -> None:
    gone = GitLab("http://127.0.0.1:9", "x")
    with pytest.raises(Unavailable, match="did not answer"):
        gone.me()


def test_issues_are_listed_by_state_and_time_of_change(town: Town) -> None:
    body = {"project": PROJECT, "issues": 130}
    plain.post(f"{town.url}/-/sandbox/seed", json=body).raise_for_status()
    project = town.bot.project_id(PROJECT)
    rows = list(town.bot.issues(project, state="opened"))
    assert len({r["iid"] for r in rows}) == 130
    assert [r["updated_at"] for r in rows] == sorted(r["updated_at"] for r in rows)
    assert list(town.bot.issues(project, state="closed")) == []


def test_the_bots_users_are_its_own_and_those_it_is_told_of(town: Town) -> None:
    town.become("sandbox-sweep-bot", frozenset({"triage-bot"}))
    assert town.bot.bots() == {"sweep-bot", "triage-bot"}


def test_the_story_can_be_told_by_its_people(town: Town) -> None:
    stage = town.stage()
    assert "## SA Asks" in stage.template()


def test_a_group_of_a_former_board_that_may_not_be_seen_is_only_named(town: Town, issue: Any) -> None:
    group, gone = "gitlab-com/customer-success/solution-architects", "gitlab-com/no-such-group"
    people = town.person("root").groups.get(group)
    people.members.delete(people.members.list(query="triage-bot")[0].id)
    former = {group, gone, "gitlab-com/customer-success/sa-triage-boards"}
    read = town.bot.fetch(ref_of(issue), nobody, lambda _issue: frozenset(former))
    assert read.unseen_groups == {group, gone}
    assert read.groups["gitlab-com/customer-success/sa-triage-boards"] >= {"sam", "sofia"}


def test_one_of_the_board_itself_is_needed(town: Town, issue: Any) -> None:
    with pytest.raises(Refused, match="group gitlab-com/no-such-group"):
        town.bot.fetch(ref_of(issue), lambda _issue: frozenset({"gitlab-com/no-such-group"}))


def test_when_gitlab_cannot_answer_about_a_former_group_it_is_asked_again_later(
    town: Town, issue: Any
) -> None:
    group = "gitlab-com/customer-success/solution-architects"
    town.fault(kind="500", path="/groups/", times=1)
    with pytest.raises(Unavailable):
        town.bot.fetch(ref_of(issue), nobody, lambda _issue: frozenset({group}))
