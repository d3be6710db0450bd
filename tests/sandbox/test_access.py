"""Who may do what: the answers differ by role as GitLab's do."""

import gitlab
import pytest

from app.sandbox.entities import GUEST


@pytest.mark.parametrize("token", ["wrong", ""])
def test_an_unknown_token_is_401_and_none_at_all_sees_no_private_project(sandbox, token) -> None:
    headers = {"PRIVATE-TOKEN": token} if token else {}
    answer = sandbox.http.get("/api/v4/projects/1", headers=headers)
    expected = (401, "401 Unauthorized") if token else (404, "404 Project Not Found")
    assert (answer.status_code, answer.json()["message"]) == expected
    assert sandbox.http.get("/api/v4/user", headers=headers).status_code == 401


def test_a_bearer_token_is_taken_too(sandbox) -> None:
    answer = sandbox.http.get("/api/v4/user", headers={"Authorization": "Bearer sandbox-triage-bot"})
    assert (answer.json()["username"], answer.json()["bot"]) == ("triage-bot", True)


def test_a_stranger_finds_nothing(sandbox) -> None:
    sandbox.issue()
    sandbox.world.add_user("eve", "Eve")
    assert sandbox.gitlab("eve").projects.list(get_all=True) == []
    assert sandbox.call("eve", "GET", "/projects/1/issues/1").json() == {"message": "404 Project Not Found"}
    assert sandbox.call("eve", "GET", "/groups/1").json() == {"message": "404 Group Not Found"}


def test_a_guests_labels_count_at_creation_and_are_silently_dropped_later(sandbox) -> None:
    issue = sandbox.issue(reader="alice", labels=["Expedite"])
    assert issue.labels == ["Expedite"]
    issue.title, issue.labels, issue.assignee_ids = "My title", ["SA POV"], [3]
    issue.save()
    assert (issue.title, issue.labels, issue.assignees) == ("My title", ["Expedite"], [])


def test_a_guest_closes_only_issues_of_his_own_or_assigned_to_him(sandbox) -> None:
    theirs = sandbox.issue(author="sam", reader="alice")
    theirs.state_event = "close"
    with pytest.raises(gitlab.GitlabUpdateError, match="403 Forbidden"):
        theirs.save()
    own = sandbox.issue(reader="alice")
    own.state_event = "close"
    own.save()
    assert own.state == "closed"


def test_a_guest_comments_but_writes_and_reads_no_internal_notes(sandbox) -> None:
    issue = sandbox.issue(author="sam", reader="alice")
    issue.notes.create({"body": "hello"})
    with pytest.raises(gitlab.GitlabCreateError, match="403"):
        issue.notes.create({"body": "secret", "internal": True})
    note = sandbox.project("triage-bot").issues.get(1).notes.create({"body": "secret", "internal": True})
    assert note.internal is True
    assert [n.body for n in issue.notes.list(get_all=True)] == ["hello"]
    assert sandbox.call("alice", "GET", f"/projects/1/issues/1/notes/{note.id}").status_code == 404


def test_a_confidential_issue_is_there_only_for_planners_its_author_and_its_assignees(sandbox) -> None:
    sandbox.issue(author="sam", confidential=True)
    assert sandbox.call("alice", "GET", "/projects/1/issues/1").json() == {"message": "404 Not Found"}
    assert sandbox.project("alice").issues.list(get_all=True) == []
    assert len(sandbox.project("triage-bot").issues.list(get_all=True)) == 1
    sandbox.issue(reader="alice", confidential=True)
    assert [issue.iid for issue in sandbox.project("alice").issues.list(get_all=True)] == [2]


def test_only_the_author_or_a_maintainer_edits_a_note(sandbox) -> None:
    sandbox.issue()
    note = sandbox.project("sam").issues.get(1).notes.create({"body": "mine"})
    path = f"/projects/1/issues/1/notes/{note.id}"
    assert sandbox.call("sofia", "PUT", path, json={"body": "hers"}).status_code == 403
    assert sandbox.call("maria", "PUT", path, json={"body": "edited"}).json()["body"] == "edited"
    assert sandbox.call("sofia", "DELETE", path).status_code == 403


def test_nobody_edits_a_system_note(sandbox) -> None:
    issue = sandbox.issue()
    issue.assignee_ids = [3]
    issue.save()
    note = issue.notes.list()[0]
    answer = sandbox.call("root", "PUT", f"/projects/1/issues/1/notes/{note.id}", json={"body": "never"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("user", "status"), [("triage-bot", 204), ("root", 204), ("alice", 204), ("sam", 403), ("maria", 403)]
)
def test_planners_owners_and_the_author_delete_an_issue(sandbox, user, status) -> None:
    sandbox.issue(author="alice")
    assert sandbox.call(user, "DELETE", "/projects/1/issues/1").status_code == status


def test_webhooks_and_members_need_a_maintainer_labels_a_planner(sandbox) -> None:
    assert sandbox.call("triage-bot", "GET", "/projects/1/hooks").status_code == 403
    assert sandbox.call("maria", "GET", "/projects/1/hooks").status_code == 200
    add = {"user_id": 1, "access_level": GUEST}
    assert sandbox.call("sam", "POST", "/projects/1/members", json=add).status_code == 403
    label = {"name": "x", "color": "#ff0000"}
    assert sandbox.call("alice", "POST", "/projects/1/labels", json=label).status_code == 403
    assert sandbox.call("triage-bot", "POST", "/projects/1/labels", json=label).status_code == 201


def test_a_stranger_reads_and_comments_in_a_public_project_but_sets_no_labels(sandbox) -> None:
    group = sandbox.world.project("1").group
    public = sandbox.world.add_project(group, "open-house", "public")
    sandbox.world.add_user("eve", "Eve")
    answer = sandbox.call(
        "eve", "POST", f"/projects/{public.id}/issues", json={"title": "Hi", "labels": "Expedite"}
    )
    assert (answer.status_code, answer.json()["labels"]) == (201, [])
    assert sandbox.call(None, "GET", f"/projects/{public.id}/issues/1").status_code == 200
    assert (
        sandbox.call(None, "POST", f"/projects/{public.id}/issues/1/notes", json={"body": "x"}).status_code
        == 401
    )
    assert (
        sandbox.call("eve", "POST", f"/projects/{public.id}/issues/1/notes", json={"body": "x"}).status_code
        == 201
    )
