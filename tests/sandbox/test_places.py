"""Users, projects, groups, labels, boards, members, templates, and the rest of an issue."""

import gitlab
import pytest

from app.sandbox.entities import DEVELOPER, MAINTAINER

BOARDS = "gitlab-com/customer-success/sa-triage-boards"


def test_the_version_and_the_user_of_a_token_are_told(sandbox) -> None:
    bot = sandbox.gitlab("triage-bot")
    bot.auth()
    assert (bot.user.username, bot.user.bot) == ("triage-bot", True)
    assert bot.version()[0] == "19.5.0"
    assert sandbox.call("sam", "GET", "/metadata").json()["enterprise"] is False
    token = bot.personal_access_tokens.get("self")
    assert (token.scopes, token.active, token.user_id) == (["api"], True, bot.user.id)


def test_users_are_found_by_name_and_by_id(sandbox) -> None:
    found = sandbox.gitlab("sam").users.list(username="Alice")
    assert [(user.username, user.name) for user in found] == [("alice", "Alice Archer")]
    assert sandbox.gitlab("sam").users.get(found[0].id).bot is False
    assert sandbox.call("sam", "GET", "/users/999").json() == {"message": "404 User Not Found"}


def test_a_project_is_found_by_id_and_by_its_encoded_path(sandbox) -> None:
    by_path = sandbox.gitlab("alice").projects.get(f"{BOARDS}/emea-triage")
    assert sandbox.gitlab("alice").projects.get(by_path.id).path_with_namespace == f"{BOARDS}/emea-triage"
    assert by_path.visibility == "private"


def test_a_groups_projects_are_listed_with_those_below_when_asked(sandbox) -> None:
    top = sandbox.gitlab("triage-bot").groups.get("gitlab-com")
    assert top.projects.list() == []
    assert len(top.projects.list(include_subgroups=True, get_all=True)) == 11
    assert [group.path for group in top.subgroups.list()] == ["customer-success", "marketing"]


def test_the_members_of_the_architects_are_sam_and_sofia_and_the_bots_that_must_read_them(sandbox) -> None:
    group = sandbox.gitlab("sam").groups.get("gitlab-com/customer-success/solution-architects")
    members = {member.username: member.access_level for member in group.members_all.list()}
    assert members == {"sam": 30, "sofia": 30, "triage-bot": 10, "sweep-bot": 10}
    assert sandbox.call("alice", "GET", f"/groups/{group.id}").status_code == 404
    project = sandbox.project("triage-bot")
    assert project.members.list() == []
    assert {m.username: m.access_level for m in project.members_all.list()}["triage-bot"] == 15


def test_members_are_added_changed_and_removed(sandbox) -> None:
    eve = sandbox.world.add_user("eve", "Eve")
    project = sandbox.project("maria")
    member = project.members.create({"user_id": eve.id, "access_level": DEVELOPER})
    with pytest.raises(gitlab.GitlabCreateError, match="Member already exists"):
        project.members.create({"user_id": eve.id, "access_level": DEVELOPER})
    member.access_level = MAINTAINER
    member.save()
    assert project.members_all.get(eve.id).access_level == MAINTAINER
    project.members.delete(eve.id)
    assert sandbox.call("maria", "GET", f"/projects/1/members/{eve.id}").status_code == 404
    wrong = sandbox.call("maria", "POST", "/projects/1/members", json={"user_id": eve.id, "access_level": 12})
    assert wrong.json() == {"error": "access_level does not have a valid value"}


def test_labels_are_made_found_renamed_and_deleted_even_with_odd_names(sandbox) -> None:
    project = sandbox.project("triage-bot")
    project.labels.create({"name": "a/b :: c d", "color": "red"})
    label = project.labels.get("a/b :: c d")
    assert (label.color, label.is_project_label) == ("#FF0000", True)
    label.new_name, label.description = "sla::met", "in time"
    label.save()
    assert project.labels.get("sla::met").description == "in time"
    with pytest.raises(gitlab.GitlabCreateError, match="already exists"):
        project.labels.create({"name": "sla::met", "color": "#123456"})
    project.labels.delete("sla::met")
    assert sandbox.call("sam", "GET", "/projects/1/labels/sla%3A%3Amet").json() == {
        "message": "404 Label Not Found"
    }
    answer = sandbox.call("triage-bot", "POST", "/projects/1/labels", json={"name": "x", "color": "reddish"})
    assert answer.json() == {"message": {"color": ["must be a valid color code"]}}


def test_a_projects_labels_come_with_those_of_its_groups(sandbox) -> None:
    project = sandbox.project("sam")
    names = [label.name for label in project.labels.list(get_all=True)]
    assert names == sorted(names, key=str.lower)
    assert {"SA Triaged", "SA Doing", "sla::breached", "bot::off", "Expedite"} <= set(names)
    assert project.labels.list(include_ancestor_groups=False) == []
    sandbox.issue(labels=["Expedite"])
    assert project.labels.list(search="expedite", with_counts=True)[0].open_issues_count == 1


def test_events_of_a_renamed_label_show_its_new_name_and_of_a_deleted_one_none(sandbox) -> None:
    issue = sandbox.issue(author="sam", labels=["first"])
    project = sandbox.project("sam")
    label = project.labels.get("first")
    label.new_name = "second"
    label.save()
    assert issue.resourcelabelevents.list()[0].label["name"] == "second"
    project.labels.delete("second")
    event = issue.resourcelabelevents.list()[0]
    assert (event.label, event.action) == (None, "add")
    assert project.issues.get(1).labels == []


def test_each_board_has_the_state_labels_as_lists_in_their_order(sandbox) -> None:
    board = sandbox.project("alice").boards.list()[0]
    names = [each.label["name"] for each in board.lists.list()]
    assert names == ["SA Triaged", "SA Demo Ready", "SA Doing", "SA Waiting", "SA Followup"]


@pytest.mark.parametrize(
    "path",
    [
        f"{BOARDS}/sme-triage",
        "gitlab-com/customer-success/solutions-architecture/marketing-support-requests",
        "gitlab-com/customer-success/solutions-architecture/ecosystem-triage",
        "gitlab-com/customer-success/solutions-architecture-leaders/sa-initiatives",
    ],
)
def test_the_boards_beside_the_regional_ones_have_the_same_lists_people_and_labels(sandbox, path) -> None:
    first, project = sandbox.project("sam"), sandbox.gitlab("sam").projects.get(path)
    for name in ("Partner-SA", "Partner Region-AMER", "Partner Region-APAC", "Partner Region-EMEA"):
        assert project.labels.get(name).is_project_label is False
    assert {x.name for x in project.labels.list(get_all=True)} == {
        x.name for x in first.labels.list(get_all=True)
    }
    assert [x.label["name"] for x in project.boards.list()[0].lists.list()] == [
        x.label["name"] for x in first.boards.list()[0].lists.list()
    ]
    members = [{m.username: m.access_level for m in p.members_all.list()} for p in (first, project)]
    assert members[0] == members[1]


def test_lists_are_added_moved_and_removed(sandbox) -> None:
    project = sandbox.project("triage-bot")
    board = project.boards.create({"name": "Other"})
    label_ids = [project.labels.get(name).id for name in ("Expedite", "SA POV")]
    first, second = (board.lists.create({"label_id": number}) for number in label_ids)
    second.position = 0
    second.save()
    assert [each.label["name"] for each in board.lists.list()] == ["SA POV", "Expedite"]
    with pytest.raises(gitlab.GitlabCreateError):
        board.lists.create({"label_id": label_ids[0]})
    first.delete()
    board.delete()
    assert len(project.boards.list()) == 1


def test_templates_are_served_from_the_folder_as_it_is_now(sandbox) -> None:
    (sandbox.templates / "SA Activity.md").write_text("## Customer\n")
    listed = sandbox.call("alice", "GET", "/projects/1/templates/issues").json()
    assert listed == [{"key": "SA Activity", "name": "SA Activity"}]
    got = sandbox.call("alice", "GET", "/projects/1/templates/issues/SA%20Activity").json()
    assert got == {"name": "SA Activity", "content": "## Customer\n"}
    assert sandbox.call("alice", "GET", "/projects/1/templates/issues/none").status_code == 404
    assert sandbox.call("alice", "GET", "/projects/1/templates/issues/..%2Fsecret").status_code == 404


def test_a_template_is_read_as_a_file_by_those_who_may_read_code(sandbox) -> None:
    (sandbox.templates / "SA Activity.md").write_text("## Customer\n")
    path = ".gitlab/issue_templates/SA Activity.md"
    assert sandbox.project("sam").files.raw(file_path=path, ref="HEAD") == b"## Customer\n"
    with pytest.raises(gitlab.GitlabGetError, match="403"):
        sandbox.project("triage-bot").files.raw(file_path=path, ref="HEAD")


def test_an_emoji_is_given_once_and_taken_back_by_its_giver(sandbox) -> None:
    issue = sandbox.issue()
    award = issue.awardemojis.create({"name": "thumbsup"})
    assert sandbox.project("sam").issues.get(1).upvotes == 1
    with pytest.raises(gitlab.GitlabCreateError, match="already been taken"):
        issue.awardemojis.create({"name": "thumbsup"})
    assert sandbox.call("alice", "DELETE", f"/projects/1/issues/1/award_emoji/{award.id}").status_code == 401
    award.delete()
    assert issue.awardemojis.list() == []


def test_an_emoji_on_a_note_moves_that_notes_updated_at(sandbox) -> None:
    sandbox.freeze()
    note = sandbox.issue().notes.create({"body": "x"})
    sandbox.advance("PT1H")
    award = note.awardemojis.create({"name": "eyes"})
    assert note.awardemojis.get(award.id).awardable_type == "Note"
    assert sandbox.project("sam").issues.get(1).notes.get(note.id).updated_at == "2026-03-02T15:00:00.000Z"


def test_links_are_seen_from_both_ends(sandbox) -> None:
    first, second = sandbox.issue(), sandbox.issue()
    first.links.create({"target_project_id": 1, "target_issue_iid": 2, "link_type": "blocks"})
    link = second.links.list()[0]
    assert (link.iid, link.link_type) == (1, "is_blocked_by")
    with pytest.raises(gitlab.GitlabCreateError, match="already assigned"):
        first.links.create({"target_project_id": 1, "target_issue_iid": 2})
    second.links.delete(link.issue_link_id)
    assert first.links.list() == []


def test_participants_are_author_assignees_writers_and_named(sandbox) -> None:
    issue = sandbox.issue(description="cc @maria")
    issue.notes.create({"body": "hello"})
    assert [user["username"] for user in issue.participants()] == ["alice", "sam", "maria"]


def test_there_are_no_milestones_and_single_events_are_found(sandbox) -> None:
    issue = sandbox.issue(labels=["Expedite"])
    assert issue.resourcemilestoneevents.list() == []
    event = issue.resourcelabelevents.list()[0]
    assert issue.resourcelabelevents.get(event.id).action == "add"
    issue.state_event = "close"
    issue.save()
    closing = issue.resourcestateevents.list()[0]
    assert issue.resourcestateevents.get(closing.id).state == "closed"
    assert sandbox.call("sam", "GET", "/projects/1/issues/1/resource_label_events/999").status_code == 404


def test_reordering_moves_neither_updated_at_nor_anybodys_note(sandbox) -> None:
    sandbox.freeze()
    first, second = sandbox.issue(), sandbox.issue()
    sandbox.advance("PT1H")
    second.reorder(move_before_id=first.id)
    again = sandbox.project("sam").issues.get(2)
    assert again.updated_at == "2026-03-02T14:00:00.000Z"


@pytest.mark.parametrize(
    ("path", "status"), [("/nothing/here", 404), ("/projects/1/issues/x", 400), ("/version", 405)]
)
def test_unknown_routes_numbers_and_methods_are_answered_as_grape_does(sandbox, path, status) -> None:
    answer = sandbox.call("sam", "DELETE" if status == 405 else "GET", path)
    assert answer.status_code == status
    assert "error" in answer.json()


def test_the_scene_empty_has_people_and_a_group_and_nothing_else(sandbox) -> None:
    sandbox.server.reset("empty")
    assert sandbox.gitlab("root").projects.list(get_all=True) == []
    assert len(sandbox.gitlab("root").users.list(get_all=True)) == 7
    with pytest.raises(ValueError, match="unknown scene"):
        sandbox.server.reset("crowded")
