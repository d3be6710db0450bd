"""Creating, updating and closing issues: columns, events, system notes, updated_at."""

from typing import Any

import gitlab
import pytest


def system_notes(issue: Any) -> list[str]:
    notes = issue.notes.list(get_all=True, sort="asc", activity_filter="only_activity")
    return [note.body for note in notes]


def label_events(issue: Any) -> list[tuple[str, str | None, str]]:
    events = issue.resourcelabelevents.list(get_all=True)
    return [(e.action, e.label and e.label["name"], e.user["username"]) for e in events]


def test_a_new_issue_is_open_and_belongs_to_its_author(sandbox) -> None:
    issue = sandbox.issue(description="Please help")
    assert (issue.iid, issue.state, issue.author["username"]) == (1, "opened", "alice")
    assert issue.description == "Please help"
    assert issue.web_url.endswith("/us-east-enterprise-triage/-/issues/1")
    assert issue.references["full"].endswith("us-east-enterprise-triage#1")


def test_labels_at_creation_leave_events_that_share_one_instant_just_after_the_issue(sandbox) -> None:
    issue = sandbox.issue(labels=["SA POV", "Expedite"], description='Hello\n/label ~"SA Triaged"')
    assert issue.labels == ["Expedite", "SA POV", "SA Triaged"]
    assert issue.description == "Hello"
    events = issue.resourcelabelevents.list(get_all=True)
    assert {event.created_at for event in events} == {events[0].created_at}
    assert events[0].created_at > issue.created_at
    assert {entry[2] for entry in label_events(issue)} == {"alice"}


def test_deltas_leave_one_event_for_each_label_by_the_acting_user(sandbox) -> None:
    issue = sandbox.issue(labels=["SA Triaged"])
    issue.add_labels, issue.remove_labels = ["SA Doing"], ["SA Triaged"]
    issue.save()
    assert issue.labels == ["SA Doing"]
    assert label_events(issue)[1:] == [("add", "SA Doing", "sam"), ("remove", "SA Triaged", "sam")]


def test_labels_replace_and_an_empty_string_clears(sandbox) -> None:
    issue = sandbox.issue(labels=["SA Triaged", "Expedite"])
    issue.labels = ["Expedite", "SA Doing"]
    issue.save()
    assert issue.labels == ["Expedite", "SA Doing"]
    assert sandbox.call("sam", "PUT", "/projects/1/issues/1", json={"labels": ""}).json()["labels"] == []


def test_unknown_labels_become_project_labels_where_the_user_may_make_labels(sandbox) -> None:
    assert sandbox.issue(labels=["by alice"]).labels == []
    issue = sandbox.issue(author="sam", labels=["by sam"])
    assert issue.labels == ["by sam"]
    assert sandbox.project("sam").labels.get("by sam").is_project_label is True


def test_label_names_are_matched_exactly(sandbox) -> None:
    issue = sandbox.issue()
    issue.add_labels = ["expedite"]
    issue.save()
    assert issue.labels == ["expedite"]


def test_scoped_labels_stay_side_by_side_on_the_free_tier_and_exclude_each_other_on_premium(sandbox) -> None:
    issue = sandbox.issue(author="sam", labels=["sla::at-risk"])
    issue.add_labels = ["sla::breached"]
    issue.save()
    assert issue.labels == ["sla::at-risk", "sla::breached"]
    sandbox.control("settings", {"tier": "premium"})
    issue.add_labels = ["bot::on"]
    issue.save()
    assert issue.labels == ["bot::on", "sla::at-risk", "sla::breached"]
    issue.add_labels = ["bot::off"]
    issue.save()
    assert issue.labels == ["bot::off", "sla::at-risk", "sla::breached"]
    assert label_events(issue)[-2:] == [("add", "bot::off", "sam"), ("remove", "bot::on", "sam")]


def test_only_the_first_assignee_is_kept_on_the_free_tier(sandbox) -> None:
    issue = sandbox.issue()
    sam, sofia = (sandbox.world.user(name).id for name in ("sam", "sofia"))
    issue.assignee_ids = [sam, sofia]
    issue.save()
    assert [user["username"] for user in issue.assignees] == ["sam"]
    sandbox.control("settings", {"tier": "premium"})
    issue.assignee_ids = [sam, sofia]
    issue.save()
    assert [user["username"] for user in issue.assignees] == ["sam", "sofia"]


def test_assignments_leave_system_notes(sandbox) -> None:
    issue = sandbox.issue()
    sam, sofia = (sandbox.world.user(name).id for name in ("sam", "sofia"))
    for wanted in ([sam], [sofia], []):
        issue.assignee_ids = wanted or [0]
        issue.save()
    assert system_notes(issue) == [
        "assigned to @sam",
        "assigned to @sofia and unassigned @sam",
        "unassigned @sofia",
    ]


def test_title_description_and_confidentiality_leave_system_notes(sandbox) -> None:
    issue = sandbox.issue(title="Acme demo", description="old")
    issue.title = "Acme prod demo"
    issue.save()
    issue.description = "new"
    issue.save()
    issue.confidential = True
    issue.save()
    issue.confidential = False
    issue.save()
    assert system_notes(issue) == [
        "changed title from **Acme demo** to **Acme {+prod +}demo**",
        "changed the description",
        "made the issue confidential",
        "made the issue visible to everyone",
    ]


def test_due_date_and_lock_leave_system_notes(sandbox) -> None:
    issue = sandbox.issue(due_date="2026-03-05")
    issue.due_date = ""
    issue.save()
    issue.discussion_locked = True
    issue.save()
    assert system_notes(issue) == [
        "changed due date to March 5, 2026",
        "removed due date",
        "locked the discussion in this issue",
    ]


def test_closing_and_reopening_leave_state_events_and_no_notes(sandbox) -> None:
    issue = sandbox.issue()
    issue.state_event = "close"
    issue.save()
    assert (issue.state, issue.attributes["closed_by"]["username"]) == ("closed", "sam")
    issue.state_event = "close"
    issue.save()
    issue.state_event = "reopen"
    issue.save()
    assert (issue.state, issue.closed_at) == ("opened", None)
    assert [event.state for event in issue.resourcestateevents.list(get_all=True)] == ["closed", "reopened"]
    assert system_notes(issue) == []


def test_touches_within_a_minute_do_not_move_updated_at(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue()
    sandbox.advance("PT59S")
    issue.notes.create({"body": "soon"})
    assert sandbox.project("sam").issues.get(1).updated_at == "2026-03-02T14:00:00.000Z"
    sandbox.advance("PT1S")
    issue.notes.create({"body": "later"})
    assert sandbox.project("sam").issues.get(1).updated_at == "2026-03-02T14:01:00.000Z"


def test_a_second_label_change_by_the_same_user_within_a_minute_does_not_move_updated_at(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue()
    sandbox.advance("PT1S")
    issue.add_labels = ["Expedite"]
    issue.save()
    assert issue.updated_at == "2026-03-02T14:00:01.000Z"
    sandbox.advance("PT1S")
    issue.add_labels = ["SA Doing"]
    issue.save()
    assert issue.updated_at == "2026-03-02T14:00:01.000Z"
    other = sandbox.project("sofia").issues.get(1)
    other.add_labels = ["SA POV"]
    other.save()
    assert other.updated_at == "2026-03-02T14:00:02.000Z"


def test_a_changed_column_always_moves_updated_at(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue()
    for second, values in enumerate(({"title": "A"}, {"title": "B"}, {"state_event": "close"}), start=1):
        sandbox.advance("PT1S")
        answer = sandbox.call("sam", "PUT", "/projects/1/issues/1", json=values).json()
        assert answer["updated_at"] == f"2026-03-02T14:00:0{second}.000Z"
    assert issue.iid == 1


def test_deleting_a_note_an_emoji_and_renaming_a_label_leave_updated_at_alone(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue(labels=["Expedite"])
    note = issue.notes.create({"body": "hello"})
    sandbox.advance("PT1H")
    note.delete()
    issue.awardemojis.create({"name": "thumbsup"})
    group = sandbox.gitlab("triage-bot").groups.get(sandbox.world.project("1").group.full_path)
    label = group.labels.get("Expedite")
    label.new_name = "Urgent"
    label.save()
    again = sandbox.project("sam").issues.get(1)
    assert (again.updated_at, again.labels) == ("2026-03-02T14:00:00.000Z", ["Urgent"])


def test_the_blank_description_becomes_the_default_template_with_its_commands_as_text(sandbox) -> None:
    (sandbox.templates / "Default.md").write_text("Fill this in\n/label ~Expedite\n")
    issue = sandbox.issue()
    assert (issue.description, issue.labels) == ("Fill this in\n/label ~Expedite\n", [])
    issue.add_labels = ["SA POV"]
    issue.save()
    assert (issue.description, issue.labels) == ("Fill this in", ["SA POV"])


def test_commands_that_are_new_in_a_description_run_on_update(sandbox) -> None:
    issue = sandbox.issue(description="text")
    issue.description = "text, edited\n/assign me\n/label ~Expedite"
    issue.add_labels = ["SA Doing"]
    issue.save()
    assert (issue.description, issue.labels) == ("text, edited", ["Expedite", "SA Doing"])
    assert issue.assignees[0]["username"] == "sam"


def test_a_description_can_move_its_issue_or_close_it_as_a_duplicate(sandbox) -> None:
    sandbox.issue()
    second, third = sandbox.issue(), sandbox.issue()
    second.description = "as before\n/duplicate #1"
    second.save()
    third.description = f"wrong board\n/move {sandbox.world.projects[3].full_path}"
    third.save()
    assert (second.state, third.state) == ("closed", "closed")
    assert second.attributes["_links"]["closed_as_duplicate_of"]
    assert third.moved_to_id


@pytest.mark.parametrize(
    ("values", "status", "body"),
    [
        ({}, 400, {"error": "title is missing"}),
        ({"title": " "}, 400, {"message": {"title": ["can't be blank"]}}),
        ({"title": "x" * 256}, 400, {"message": {"title": ["is too long (maximum is 255 characters)"]}}),
        ({"title": "x", "issue_type": "wish"}, 400, {"error": "issue_type does not have a valid value"}),
        ({"title": "x", "confidential": "perhaps"}, 400, {"error": "confidential is invalid"}),
    ],
)
def test_what_cannot_be_created_is_answered_in_gitlabs_words(sandbox, values, status, body) -> None:
    answer = sandbox.call("alice", "POST", "/projects/1/issues", json=values)
    assert (answer.status_code, answer.json()) == (status, body)


def test_an_update_without_attributes_or_with_a_wrong_event_is_400(sandbox) -> None:
    sandbox.issue()
    answer = sandbox.call("sam", "PUT", "/projects/1/issues/1", json={})
    assert answer.status_code == 400
    assert "at least one parameter must be provided" in answer.json()["error"]
    answer = sandbox.call("sam", "PUT", "/projects/1/issues/1", json={"state_event": "explode"})
    assert answer.json() == {"error": "state_event does not have a valid value"}


def test_only_owners_choose_created_at_and_iid(sandbox) -> None:
    values = {"title": "old", "created_at": "2020-01-01T00:00:00Z", "iid": 7}
    by_root = sandbox.project("root").issues.create(values)
    assert (by_root.created_at, by_root.iid) == ("2020-01-01T00:00:00.000Z", 7)
    by_sam = sandbox.project("sam").issues.create(values)
    assert by_sam.created_at > "2020-01-02"
    assert by_sam.iid == 8
    with pytest.raises(gitlab.GitlabCreateError, match="Duplicated issue"):
        sandbox.project("root").issues.create(values)


def test_a_mention_elsewhere_leaves_a_line_and_touches_the_other_issue(sandbox) -> None:
    sandbox.freeze()
    first = sandbox.issue()
    sandbox.advance("PT2M")
    sandbox.issue(description=f"like #{first.iid} and #{first.iid}")
    again = sandbox.project("sam").issues.get(first.iid)
    assert system_notes(again) == ["mentioned in issue #2"]
    assert again.updated_at == "2026-03-02T14:02:00.000Z"
