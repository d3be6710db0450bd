"""Files, merge requests, schedules and variables in the sandbox, and groups and projects made over the API."""

from typing import Any

import pytest
from gitlab.exceptions import GitlabError


@pytest.fixture
def project(sandbox: Any) -> Any:
    """Maria's empty project, in the group that she owns."""
    sandbox.server.reset("new")
    return sandbox.project("maria", "acme/triage-east")


def commit(
    project: Any, action: str = "create", path: str = "a.md", branch: str = "main", **more: Any
) -> Any:
    change = {"action": action, "file_path": path, "content": "text"}
    return project.commits.create({"branch": branch, "commit_message": "Say", "actions": [change], **more})


def refused(status: int, call: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(GitlabError) as caught:
        call(*args, **kwargs)
    assert caught.value.response_code == status
    return str(caught.value)


def test_the_first_commit_makes_the_default_branch_and_protects_it(project: Any, sandbox: Any) -> None:
    assert project.default_branch is None
    assert project.empty_repo
    refused(404, project.repository_tree)
    commit(project)
    fresh = sandbox.project("maria", "acme/triage-east")
    assert fresh.default_branch == "main"
    assert not fresh.empty_repo
    assert fresh.branches.get("main").protected
    assert fresh.branches.get("main").can_push
    developer = sandbox.project("sam", "acme/triage-east")
    assert not developer.branches.get("main").can_push
    refused(403, commit, developer, path="b.md")
    refused(403, sandbox.project("triage-bot", "acme/triage-east").repository_tree)  # a Planner reads no code


def test_a_commit_that_does_not_fit_is_refused_whole(project: Any) -> None:
    commit(project)
    assert "already exists" in refused(400, commit, project)
    assert "doesn't exist" in refused(400, commit, project, "update", "b.md")
    assert "on a branch" in refused(400, commit, project, path="b.md", branch="other")
    actions = [
        {"action": "create", "file_path": "b.md", "content": "b"},
        {"action": "delete", "file_path": "missing.md"},
    ]
    refused(400, project.commits.create, {"branch": "main", "commit_message": "x", "actions": actions})
    assert [row["path"] for row in project.repository_tree()] == ["a.md"]


@pytest.mark.parametrize("squash", [True, False])
def test_a_merge_brings_the_changes_and_keeps_who_made_the_file_so(project: Any, squash: bool) -> None:
    commit(project)
    commit(project, path="b.md", branch="topic", start_branch="main", commit_message="Add b")
    commit(project, path="c.md")
    values = {
        "source_branch": "topic",
        "target_branch": "main",
        "title": "Bring b",
        "remove_source_branch": True,
    }
    request = project.mergerequests.create(values)
    refused(409, project.mergerequests.create, values)
    request.merge(squash=squash)
    assert [row["path"] for row in project.repository_tree()] == ["a.md", "b.md", "c.md"]
    last = project.commits.get(project.files.get("b.md", ref="main").last_commit_id)
    assert last.title == ("Bring b" if squash else "Add b")
    assert [b.name for b in project.branches.list(get_all=True)] == ["main"]
    refused(405, request.merge)


def test_a_committed_template_is_an_issue_template(project: Any, sandbox: Any) -> None:
    assert project.issue_templates.list(get_all=True) == []
    commit(project, path=".gitlab/issue_templates/Demo.md")
    guest = sandbox.project("alice", "acme/triage-east")
    assert guest.issue_templates.get("Demo").content == "text"
    commit(project, path=".gitlab/issue_templates/Default.md")
    assert guest.issues.create({"title": "Blank"}).description == "text"


def test_variables_are_for_maintainers_and_a_masked_one_must_be_maskable(project: Any, sandbox: Any) -> None:
    project.variables.create({"key": "TOKEN", "value": "long-enough", "masked": True, "protected": True})
    refused(400, project.variables.create, {"key": "TOKEN", "value": "x"})
    refused(400, project.variables.create, {"key": "SHORT", "value": "x", "masked": True})
    refused(403, sandbox.project("sam", "acme/triage-east").variables.list)
    project.variables.update("TOKEN", {"value": "another-one"})
    assert project.variables.get("TOKEN").value == "another-one"
    project.variables.delete("TOKEN")
    refused(404, project.variables.get, "TOKEN")


def test_a_schedule_keeps_its_whole_ref_and_its_variables(project: Any, sandbox: Any) -> None:
    values = {"description": "Sweep", "ref": "main", "cron": "17 * * * *"}
    refused(400, project.pipelineschedules.create, {**values, "cron": "often"})
    refused(403, sandbox.project("alice", "acme/triage-east").pipelineschedules.create, values)
    made = project.pipelineschedules.create(values)
    assert made.ref == "refs/heads/main"
    made.variables.create({"key": "BOARD", "value": "east"})
    found = project.pipelineschedules.get(made.id)
    assert [v["key"] for v in found.attributes["variables"]] == ["BOARD"]
    project.pipelineschedules.update(made.id, {"active": False})
    assert not project.pipelineschedules.get(made.id).active
    project.pipelineschedules.delete(made.id)
    assert project.pipelineschedules.list(get_all=True) == []


def test_groups_and_projects_are_made_by_those_who_may(sandbox: Any) -> None:
    sandbox.server.reset("new")
    maria, acme = sandbox.gitlab("maria"), sandbox.gitlab("maria").groups.get("acme")
    refused(403, maria.groups.create, {"name": "Top", "path": "top"})
    below = maria.groups.create({"name": "Sales", "path": "sales", "parent_id": acme.id})
    assert below.full_path == "acme/sales"
    refused(400, maria.groups.create, {"name": "Sales", "path": "sales", "parent_id": acme.id})
    made = maria.projects.create({"name": "Board", "namespace_id": below.id, "initialize_with_readme": True})
    assert [row["path"] for row in made.repository_tree()] == ["README.md"]
    refused(400, maria.projects.create, {"name": "Board", "namespace_id": below.id})
    refused(400, sandbox.gitlab("alice").projects.create, {"name": "Mine", "namespace_id": below.id})
    made.delete()
    refused(404, maria.projects.get, "acme/sales/board")


def test_group_hooks_are_premiums(sandbox: Any) -> None:
    sandbox.server.reset("new")
    group = sandbox.gitlab("maria").groups.get("acme")
    refused(404, group.hooks.list, get_all=True)
    sandbox.world.settings.tier = "premium"
    assert group.hooks.list(get_all=True) == []
    refused(403, sandbox.gitlab("sam").groups.get("acme").hooks.list)
