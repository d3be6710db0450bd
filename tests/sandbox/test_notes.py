"""Notes, discussions, and quick actions in them."""

from typing import Any

import gitlab
import pytest


def post(sandbox: Any, body: str, user: str = "sam", **values: Any) -> Any:
    return sandbox.call(user, "POST", "/projects/1/issues/1/notes", json={"body": body, **values})


def test_notes_are_listed_newest_first_and_by_kind(sandbox) -> None:
    issue = sandbox.issue()
    for body in ("one", "two"):
        issue.notes.create({"body": body})
    issue.assignee_ids = [3]
    issue.save()
    assert [n.body for n in issue.notes.list(get_all=True)] == ["assigned to @sam", "two", "one"]
    assert [n.body for n in issue.notes.list(sort="asc", activity_filter="only_comments")] == ["one", "two"]
    assert [n.system for n in issue.notes.list(activity_filter="only_activity")] == [True]


def test_a_comment_of_commands_alone_is_202_and_leaves_no_note(sandbox) -> None:
    issue = sandbox.issue()
    answer = post(sandbox, '/label ~"SA Doing" ~Expedite\n/assign me')
    assert answer.status_code == 202
    assert answer.json()["summary"] == ['Added ~"SA Doing" ~Expedite labels.', "Assigned @sam."]
    assert answer.json()["commands_changes"]["assignee_ids"] == [3]
    assert len(answer.json()["commands_changes"]["add_label_ids"]) == 2
    assert issue.notes.list(activity_filter="only_comments") == []
    assert sandbox.project("sam").issues.get(1).labels == ["Expedite", "SA Doing"]


def test_commands_that_all_fail_are_400(sandbox) -> None:
    sandbox.issue()
    answer = post(sandbox, "/label ~unknown")
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "400 Bad request - Failed to apply commands."},
    )


def test_text_with_commands_is_a_note_without_them(sandbox) -> None:
    sandbox.issue()
    answer = post(sandbox, "Taking this.\n/assign @sam\nBye")
    assert answer.status_code == 201
    assert answer.json()["body"] == "Taking this.\nBye"
    assert answer.json()["commands_changes"] == {"assignee_ids": [3]}


def test_a_command_without_the_right_to_it_does_nothing_and_is_still_cut_out(sandbox) -> None:
    sandbox.issue(author="sam")
    answer = post(sandbox, "please\n/close\n/label ~Expedite", user="alice")
    assert (answer.status_code, answer.json()["body"]) == (201, "please")
    issue = sandbox.project("sam").issues.get(1)
    assert (issue.state, issue.labels) == ("opened", [])


@pytest.mark.parametrize(
    ("commands", "name", "expected"),
    [
        ("/title New title", "title", "New title"),
        ("/due 2026-03-05", "due_date", "2026-03-05"),
        ("/confidential", "confidential", True),
        ("/lock", "discussion_locked", True),
        ("/close", "state", "closed"),
        ('/unlabel ~"SA POV"', "labels", ["Expedite"]),
        ("/unlabel", "labels", []),
        ('/relabel "SA Doing"', "labels", ["SA Doing"]),
        ("/reassign @sofia", "assignees", ["sofia"]),
        ("/unassign @sam", "assignees", []),
        ("/unassign", "assignees", []),
        ("/remove_due_date", "due_date", None),
    ],
)
def test_each_command_changes_what_it_says(sandbox, commands, name, expected) -> None:
    sandbox.issue(labels=["Expedite", "SA POV"], assignee_ids=[3], due_date="2026-01-01")
    assert post(sandbox, commands).status_code == 202
    found = getattr(sandbox.project("sam").issues.get(1), name)
    assert ([user["username"] for user in found] if name == "assignees" else found) == expected


def test_reopen_unlock_and_due_in_days_work_too(sandbox) -> None:
    sandbox.freeze()
    sandbox.issue()
    for commands in ("/close\n/lock", "/reopen", "/unlock", "/due in 3 days"):
        assert post(sandbox, commands).status_code == 202
    issue = sandbox.project("sam").issues.get(1)
    assert (issue.state, issue.discussion_locked, issue.due_date) == ("opened", False, "2026-03-05")


def test_duplicate_closes_and_names_the_other(sandbox) -> None:
    first, second = sandbox.issue(), sandbox.issue()
    answer = sandbox.call("sam", "POST", "/projects/1/issues/2/notes", json={"body": "/duplicate #1"})
    assert answer.status_code == 202
    again = sandbox.project("sam").issues.get(second.iid)
    assert again.state == "closed"
    assert again._links["closed_as_duplicate_of"].endswith(f"/issues/{first.iid}")


def test_move_takes_the_issue_to_another_project(sandbox) -> None:
    sandbox.issue()
    target = sandbox.world.projects[3].full_path
    assert post(sandbox, f"/move {target}").status_code == 202
    assert len(sandbox.project("sam", target).issues.list(get_all=True)) == 1


def test_an_edit_that_leaves_only_commands_destroys_the_note(sandbox) -> None:
    issue = sandbox.issue()
    note = issue.notes.create({"body": "status"})
    note.body = "/label ~Expedite"
    with pytest.raises(gitlab.GitlabUpdateError, match="commands_only"):
        note.save()
    assert issue.notes.list() == []
    assert sandbox.project("sam").issues.get(1).labels == ["Expedite"]


def test_an_edit_keeps_the_author_and_moves_updated_at(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue()
    note = issue.notes.create({"body": "status <!-- triage:key -->"})
    sandbox.advance("PT5M")
    note.body = "status 2 <!-- triage:key -->  \n"
    note.save()
    again = issue.notes.get(note.id)
    assert again.body == "status 2 <!-- triage:key -->"
    assert (again.created_at, again.updated_at) == ("2026-03-02T14:00:00.000Z", "2026-03-02T14:05:00.000Z")


@pytest.mark.parametrize("body", [None, "", "  \n"])
def test_a_missing_or_blank_body_is_400(sandbox, body) -> None:
    sandbox.issue()
    answer = sandbox.call(
        "sam", "POST", "/projects/1/issues/1/notes", json={"body": body} if body is not None else {}
    )
    assert answer.status_code == 400
    assert answer.json() in (
        {"error": "body is missing"},
        {"message": '400 Bad request - Note {:note=>["can\'t be blank"]}'},
    )


def test_too_long_a_body_is_refused_whole(sandbox) -> None:
    sandbox.issue()
    assert post(sandbox, "x" * 1_000_001).status_code == 400
    assert post(sandbox, "x" * 1_000_000).status_code == 201


def test_the_same_body_twice_is_two_notes(sandbox) -> None:
    issue = sandbox.issue()
    assert issue.notes.create({"body": "x"}).id != issue.notes.create({"body": "x"}).id


def test_created_at_of_a_note_is_honoured_for_owners_only(sandbox) -> None:
    sandbox.issue()
    old = "2020-01-01T00:00:00Z"
    assert post(sandbox, "x", user="root", created_at=old).json()["created_at"] == "2020-01-01T00:00:00.000Z"
    assert post(sandbox, "x", created_at=old).json()["created_at"] > "2020-01-02"


def test_a_limit_of_notes_per_minute_answers_429_with_a_wait(sandbox) -> None:
    sandbox.issue()
    sandbox.control("settings", {"notes_per_minute": 2})
    assert [post(sandbox, "x").status_code for _ in range(3)] == [201, 201, 429]
    answer = post(sandbox, "x")
    assert answer.headers["Retry-After"] == "60"
    assert answer.json()["message"]["error"].startswith("This endpoint has been requested too many times")
    assert post(sandbox, "x", user="sofia").status_code == 201


def test_a_reply_joins_the_discussion_and_makes_it_a_thread(sandbox) -> None:
    issue = sandbox.issue()
    note = issue.notes.create({"body": "single"})
    discussion = issue.discussions.list()[0]
    assert discussion.attributes["individual_note"] is True
    discussion.notes.create({"body": "answer"})
    again = issue.discussions.get(discussion.id)
    assert len(again.id) == 40
    assert [n["body"] for n in again.attributes["notes"]] == ["single", "answer"]
    assert again.attributes["individual_note"] is False
    assert issue.notes.get(note.id).type == "DiscussionNote"


def test_a_discussion_can_be_opened_and_its_notes_edited(sandbox) -> None:
    issue = sandbox.issue()
    discussion = issue.discussions.create({"body": "thread"})
    note = discussion.notes.list()[0]
    note = discussion.notes.get(note.id)
    note.body = "thread, edited"
    note.save()
    assert issue.discussions.get(discussion.id).attributes["notes"][0]["body"] == "thread, edited"
    note.delete()
    assert issue.discussions.list() == []


def test_who_is_named_is_told_once_and_again_only_when_newly_named(sandbox) -> None:
    issue = sandbox.issue(description="hello @sam and @eve")
    note = issue.notes.create({"body": "@sofia, see `@maria`"})
    note.body = "@sofia and @maria"
    note.save()
    told = sandbox.http.get("/-/sandbox/notifications").json()
    assert [(entry["author"], entry["users"]) for entry in told] == [
        ("alice", ["sam"]),
        ("sam", ["sofia"]),
        ("sam", ["maria"]),
    ]
    assert [entry["note_id"] for entry in told] == [None, note.id, note.id]


def test_an_internal_note_tells_only_those_who_may_read_it(sandbox) -> None:
    sandbox.issue().notes.create({"body": "@alice @sofia", "internal": True})
    assert sandbox.http.get("/-/sandbox/notifications").json()[0]["users"] == ["sofia"]


def test_a_member_who_writes_at_all_tells_everybody(sandbox) -> None:
    sandbox.issue().notes.create({"body": "@all"})
    told = sandbox.http.get("/-/sandbox/notifications").json()
    assert "alice" in told[0]["users"]
    assert "sam" not in told[0]["users"]


def test_a_group_that_is_named_tells_its_members_who_may_read(sandbox) -> None:
    sandbox.issue(confidential=True).notes.create(
        {"body": "@gitlab-com/customer-success/solution-architects"}
    )
    assert sandbox.http.get("/-/sandbox/notifications").json()[0]["users"] == [
        "sofia",
        "sweep-bot",
        "triage-bot",
    ]
