"""The bodies of webhooks, against the key lists in samples/, and what each change puts into them."""

import json
from pathlib import Path
from typing import Any

import pytest

KEYS: dict[str, list[str]] = json.loads((Path(__file__).parent / "samples" / "payload_keys.json").read_text())


@pytest.fixture
def bodies(sandbox, receiver, hooked) -> Any:
    """Registers a hook; called, it gives what has arrived since the last call, by action."""
    hooked()

    def take() -> dict[str, dict[str, Any]]:
        assert sandbox.world.hooks.wait_idle(5)
        found = {body["object_attributes"]["action"]: body for body in receiver.bodies()}
        receiver.received.clear()
        return found

    return take


def changed(body: dict[str, Any], *names: str) -> dict[str, tuple[Any, Any]]:
    return {name: (body["changes"][name]["previous"], body["changes"][name]["current"]) for name in names}


def test_a_new_issue_has_gitlabs_keys_its_labels_and_no_author_object(sandbox, bodies) -> None:
    issue = sandbox.issue(labels=["Expedite"])
    body = bodies()["open"]
    assert sorted(body) == KEYS["issue"]
    assert sorted(body["object_attributes"]) == KEYS["issue.object_attributes"]
    assert sorted(body["labels"][0]) == KEYS["issue.label"]
    assert sorted(body["user"]) == KEYS["user"]
    assert sorted(body["project"]) == KEYS["project"]
    assert (body["object_kind"], body["event_type"]) == ("issue", "issue")
    assert body["user"]["username"] == "alice"
    assert body["user"]["email"] == "[REDACTED]"
    assert [label["title"] for label in body["labels"]] == ["Expedite"]
    assert body["labels"][0]["type"] == "GroupLabel"
    assert body["object_attributes"]["created_at"] == issue.created_at
    assert set(body["changes"]) == {
        "author_id", "created_at", "description", "id", "iid", "project_id", "title", "updated_at"
    }  # fmt: skip


def test_a_label_change_shows_label_objects_before_and_after(sandbox, bodies) -> None:
    issue = sandbox.issue(labels=["SA Triaged"])
    bodies()
    issue.add_labels, issue.remove_labels = ["SA Doing"], ["SA Triaged"]
    issue.save()
    body = bodies()["update"]
    before, after = changed(body, "labels")["labels"]
    assert [label["title"] for label in before] == ["SA Triaged"]
    assert [label["title"] for label in after] == ["SA Doing"]
    assert set(body["changes"]) == {"labels", "updated_at", "updated_by_id"}
    assert body["object_attributes"]["state"] == "opened"


def test_a_label_change_that_does_not_move_updated_at_still_fires_without_it(sandbox, bodies) -> None:
    issue = sandbox.issue(author="sam")
    for label in ("Expedite", "SA Doing"):
        bodies()
        issue.add_labels = [label]
        issue.save()
    assert set(bodies()["update"]["changes"]) == {"labels"}


def test_an_assignment_shows_users_and_brings_assignees_to_the_top(sandbox, bodies) -> None:
    issue = sandbox.issue()
    bodies()
    issue.assignee_ids = [3]
    issue.save()
    body = bodies()["update"]
    assert changed(body, "assignees")["assignees"][1] == body["assignees"]
    assert [user["username"] for user in body["assignees"]] == ["sam"]
    assert body["object_attributes"]["assignee_id"] == 3


def test_an_edited_description_shows_scalars_and_who_edited_last(sandbox, bodies) -> None:
    issue = sandbox.issue(description="old")
    bodies()
    issue.description = "new"
    issue.save()
    body = bodies()["update"]
    assert changed(body, "description", "last_edited_by_id") == {
        "description": ("old", "new"),
        "last_edited_by_id": (None, 3),
    }


def test_closing_shows_only_state_and_instants(sandbox, bodies) -> None:
    issue = sandbox.issue(labels=["Expedite"])
    issue.state_event = "close"
    issue.save()
    found = bodies()
    assert set(found["close"]["changes"]) == {"closed_at", "state_id", "updated_at"}
    assert changed(found["close"], "state_id") == {"state_id": (1, 2)}
    issue.state_event = "reopen"
    issue.save()
    assert changed(bodies()["reopen"], "state_id") == {"state_id": (2, 1)}


def test_a_state_event_with_labels_gives_two_deliveries(sandbox, bodies) -> None:
    issue = sandbox.issue()
    bodies()
    issue.state_event, issue.add_labels = "close", ["Expedite"]
    issue.save()
    found = bodies()
    assert set(found) == {"close", "update"}
    assert "labels" not in found["close"]["changes"]
    assert "labels" in found["update"]["changes"]


def test_a_note_has_gitlabs_keys_and_carries_the_issue(sandbox, bodies) -> None:
    issue = sandbox.issue(labels=["Expedite"])
    bodies()
    note = issue.notes.create({"body": "hello"})
    body = bodies()["create"]
    assert sorted(body) == KEYS["note"]
    assert sorted(body["object_attributes"]) == KEYS["note.object_attributes"]
    assert body["object_attributes"]["url"] == f"{issue.web_url}#note_{note.id}"
    assert body["object_attributes"]["noteable_id"] == issue.id
    assert body["issue"]["iid"] == issue.iid
    assert [label["title"] for label in body["issue"]["labels"]] == ["Expedite"]


def test_an_edit_by_somebody_else_is_told_as_the_authors(sandbox, bodies) -> None:
    issue = sandbox.issue()
    note = issue.notes.create({"body": "hello"})
    bodies()
    theirs = sandbox.project("maria").issues.get(1).notes.get(note.id)
    theirs.body = "hello, edited"
    theirs.save()
    body = bodies()["update"]
    assert body["user"]["username"] == "sam"
    assert body["object_attributes"]["note"] == "hello, edited"
    theirs.save()
    theirs.body = "hello, edited  "
    theirs.save()
    assert bodies() == {}


def test_system_notes_and_deletions_tell_nobody(sandbox, bodies) -> None:
    issue = sandbox.issue()
    note = issue.notes.create({"body": "hello"})
    issue.assignee_ids = [3]
    issue.save()
    assert set(bodies()) == {"open", "create", "update"}
    note.delete()
    sandbox.project("triage-bot").issues.get(1).delete()
    assert bodies() == {}


def test_a_comment_of_commands_alone_is_told_as_an_issue_update(sandbox, bodies) -> None:
    sandbox.issue()
    bodies()
    sandbox.call("sam", "POST", "/projects/1/issues/1/notes", json={"body": "/label ~Expedite"})
    found = bodies()
    assert set(found) == {"update"}
    assert found["update"]["object_kind"] == "issue"


def test_an_emoji_on_a_note_carries_note_and_issue(sandbox, bodies) -> None:
    issue = sandbox.issue()
    note = issue.notes.create({"body": "hello"})
    bodies()
    award = note.awardemojis.create({"name": "thumbsup"})
    body = bodies()["award"]
    assert sorted(body) == KEYS["emoji"]
    assert sorted(body["object_attributes"]) == KEYS["emoji.object_attributes"]
    assert (body["event_type"], body["object_attributes"]["awardable_type"]) == ("award", "Note")
    award.delete()
    assert bodies()["revoke"]["event_type"] == "revoke"


def test_an_update_of_which_nothing_is_permitted_tells_nobody(sandbox, bodies) -> None:
    issue = sandbox.issue(reader="alice")
    bodies()
    issue.labels = ["Expedite"]
    issue.save()
    assert bodies() == {}


def test_a_task_is_a_work_item(sandbox, bodies) -> None:
    sandbox.issue(issue_type="task")
    body = bodies()["open"]
    assert (body["object_kind"], body["object_attributes"]["type"]) == ("work_item", "Task")
