"""Moving an issue: a copy with its past, and a closed original that names it."""

from typing import Any

import gitlab
import pytest


def moved(sandbox: Any, issue: Any, target: int = 3) -> Any:
    answer = sandbox.call(
        "triage-bot", "POST", f"/projects/1/issues/{issue.iid}/move", json={"to_project_id": target}
    )
    assert answer.status_code == 201
    return sandbox.gitlab("triage-bot").projects.get(target).issues.get(answer.json()["iid"])


def events(issue: Any) -> list[tuple[str, str]]:
    return [(e.action, e.label["name"]) for e in issue.resourcelabelevents.list(get_all=True)]


def test_the_copy_keeps_author_text_and_creation_and_the_original_is_closed_and_names_it(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue(description="text")
    sandbox.advance("PT1H")
    copy = moved(sandbox, issue)
    assert (copy.author["username"], copy.description, copy.state) == ("alice", "text", "opened")
    assert copy.created_at == issue.created_at
    original = sandbox.project("sam").issues.get(issue.iid)
    assert (original.state, original.moved_to_id) == ("closed", copy.id)
    assert original.updated_at == copy.updated_at == "2026-03-02T15:00:00.000Z"


def test_notes_are_copied_with_authors_and_instants_and_both_sides_get_a_line(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue()
    issue.notes.create({"body": "status <!-- triage:key -->"})
    sandbox.advance("PT1H")
    copy = moved(sandbox, issue)
    notes = copy.notes.list(sort="asc")
    assert [(n.body, n.author["username"]) for n in notes] == [
        ("status <!-- triage:key -->", "sam"),
        ("moved from us-east-enterprise-triage#1", "triage-bot"),
    ]
    assert notes[0].created_at == "2026-03-02T14:00:00.000Z"
    assert issue.notes.list()[0].body == "moved to emea-triage#1"


def test_events_are_copied_with_new_ids_and_their_old_instants(sandbox) -> None:
    sandbox.freeze()
    issue = sandbox.issue(labels=["SA Triaged", "Expedite"])
    sandbox.advance("PT1H")
    copy = moved(sandbox, issue)
    old, new = (i.resourcelabelevents.list(get_all=True) for i in (issue, copy))
    assert events(copy) == events(issue)
    assert [e.created_at for e in new] == [e.created_at for e in old]
    assert min(e.id for e in new) > max(e.id for e in old)
    assert copy.labels == ["Expedite", "SA Triaged"]


def test_a_label_of_the_same_title_in_another_row_is_swapped_and_one_without_match_comes_off(sandbox) -> None:
    for path in (1, 3):
        sandbox.gitlab("sam").projects.get(path).labels.create({"name": "both", "color": "#ff0000"})
    issue = sandbox.issue(author="sam", labels=["both", "only here"])
    copy = moved(sandbox, issue)
    assert copy.labels == ["both"]
    assert events(copy)[2:] == [("add", "both"), ("remove", "both"), ("remove", "only here")]


def test_events_on_labels_that_the_reader_may_not_see_leave_a_short_page(sandbox) -> None:
    issue = sandbox.issue(author="sam", labels=["only here", "Expedite"])
    copy = moved(sandbox, issue)
    eve = sandbox.world.add_user("eve", "Eve")
    sandbox.world.add_member(sandbox.world.projects[3], eve, 30)
    answer = sandbox.call("eve", "GET", f"/projects/3/issues/{copy.iid}/resource_label_events")
    assert [event["label"]["name"] for event in answer.json()] == ["Expedite"]
    assert answer.headers["X-Total"] == "3"


def test_the_copy_opens_in_the_movers_name_and_the_original_closes(sandbox, receiver) -> None:
    issue = sandbox.issue(labels=["Expedite"])
    for project in (1, 3):
        hooks = sandbox.gitlab("maria").projects.get(project).hooks
        hooks.create({"url": receiver.url, "issues_events": True})
    copy = moved(sandbox, issue)
    assert sandbox.world.hooks.wait_idle(5)
    found = {body["object_attributes"]["action"]: body for body in receiver.bodies()}
    assert set(found) == {"open", "close"}
    assert found["open"]["user"]["username"] == "triage-bot"
    assert found["open"]["object_attributes"]["author_id"] == issue.author["id"]
    assert found["close"]["object_attributes"]["moved_to_id"] == copy.id
    assert found["close"]["project"]["id"] == 1


def test_reopening_the_original_forgets_where_it_went(sandbox) -> None:
    issue = sandbox.issue()
    moved(sandbox, issue)
    issue.state_event = "reopen"
    issue.save()
    assert (issue.state, issue.moved_to_id) == ("opened", None)


@pytest.mark.parametrize(("user", "target"), [("sam", 1), ("alice", 3)])
def test_a_move_to_the_same_project_or_without_the_right_is_400(sandbox, user, target) -> None:
    issue = sandbox.issue(reader=user)
    with pytest.raises(gitlab.GitlabUpdateError, match="Cannot move issue"):
        issue.move(target)


def test_an_issue_moves_only_once(sandbox) -> None:
    issue = sandbox.issue()
    moved(sandbox, issue)
    with pytest.raises(gitlab.GitlabUpdateError, match="insufficient permissions"):
        issue.move(2)


OTHER_GROUP = "gitlab-com/customer-success/solutions-architecture/ecosystem-triage"


def lines(issue: Any) -> list[str]:
    return [note.body for note in issue.notes.list(sort="asc", order_by="created_at")]


def test_references_in_notes_and_text_are_written_as_the_new_project_sees_them(sandbox) -> None:
    first = sandbox.issue()
    text = "See #1, emea-triage#9, `#1`, http://x.example/#1 and 1#1.\n\n```\n#1\n```"
    issue = sandbox.issue(description=text)
    issue.notes.create({"body": "<!-- triage:status 1#2 -->\nLike #1."})
    copy = moved(sandbox, issue)
    seen = f"us-east-enterprise-triage#{first.iid}"
    assert copy.description == text.replace("See #1,", f"See {seen},")
    assert lines(copy)[0] == f"<!-- triage:status 1#2 -->\nLike {seen}."


def test_a_line_about_an_earlier_move_still_names_the_project_it_came_from(sandbox) -> None:
    issue = moved(sandbox, sandbox.issue())
    target = sandbox.gitlab("root").projects.get(OTHER_GROUP)
    issue.move(target.id)
    (copy,) = target.issues.list(get_all=True)
    boards = "gitlab-com/customer-success/sa-triage-boards"
    assert lines(copy) == [
        f"moved from {boards}/us-east-enterprise-triage#1",
        f"moved from {boards}/emea-triage#1",
    ]
