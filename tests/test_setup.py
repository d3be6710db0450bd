"""`triage setup` on a real sandbox: what is made, what is left, what is taken away, and what stands in the way."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.setup.marks import BOARD, BRANCH, HOOK
from app.core.starting import Answers, starting
from app.errors import ConfigError
from app.sandbox.entities import MergeRequest
from app.sandbox.server import SandboxServer
from app.setting_up import Asked, SetUp, set_up
from app.settings import SetupSettings
from app.setup_text import outcome_text, plan_text
from app.shipped import shipped_texts
from tests import plain
from tests.conftest import ROOT
from tests.places import dump, person

EAST, WEST, RULES = "acme/triage-east", "acme/triage-west", "acme/triage-rules"
URL = "https://triage.example.com"
SECRET = "canary-of-the-webhook"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `triage init` writes for two boards."""
    root = tmp_path_factory.mktemp("boards")
    answers = Answers((EAST, WEST), ("sam", "sofia"), ("maria",), date(2026, 3, 1))
    for path, file in starting(shipped_texts(), answers).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(file.text)
    return root


class Newcomer:
    """Somebody with a group of their own, and what they tell setup."""

    def __init__(self, server: SandboxServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.maria = person(server.url, "maria")

    def run(self, *, token: str = "sandbox-maria", bot: str = "sandbox-triage-bot", **asked: Any) -> SetUp:
        settings = SetupSettings(
            gitlab_url=self.server.url,
            gitlab_token=bot,
            setup_token=token,
            webhook_secret=SECRET,
            rules=self.folder / "rules",
            requests_per_minute=100_000,
        )
        return set_up(Asked(**({"url": URL} | asked)), settings, lambda _plan: True)

    def project(self, path: str = EAST) -> Any:
        return self.maria.projects.get(path)

    def dump(self) -> dict[str, Any]:
        return {path: dump(self.project(path)) for path in (EAST, WEST, RULES)}

    def readme(self, path: str = EAST) -> None:
        """Somebody's first commit."""
        self.commit(path, "README.md", "# Ours")

    def commit(self, path: str, file: str, text: str, action: str = "create") -> None:
        change = {"action": action, "file_path": file, "content": text}
        body = {"branch": "main", "commit_message": "Mine", "actions": [change]}
        self.project(path).commits.create(body)

    def level(self, name: str, level: int) -> None:
        user = self.maria.users.list(username=name)[0]
        member = self.maria.groups.get("acme").members.get(user.id)
        member.access_level = level
        member.save()


@pytest.fixture
def newcomer(folder: Path) -> Iterator[Newcomer]:
    with SandboxServer(scene="new") as server:
        found = Newcomer(server, folder)
        yield found
        found.maria.session.close()


def said(found: SetUp, project: str = EAST) -> list[str]:
    return [left.said for left in found.plan.left if left.project == project]


def test_it_makes_everything_once_and_takes_all_of_it_away(newcomer: Newcomer) -> None:
    for path in (EAST, WEST, RULES):
        newcomer.readme(path)
    newcomer.commit(RULES, ".gitlab-ci.yml", "include: []")
    before = newcomer.dump()
    first = newcomer.run(pipeline=RULES)
    assert first.applied
    assert not first.failed
    assert (
        outcome_text(first, dry_run=False)
        == f"{len(first.plan.steps)} of {len(first.plan.steps)} steps done."
    )
    made = newcomer.dump()
    assert [each["name"] for each in made[EAST]["boards"]] == [BOARD]
    assert made[EAST]["boards"][0]["lists"] == [
        "SA Triaged",
        "SA Demo Ready",
        "SA Doing",
        "SA Waiting",
        "SA Followup",
    ]
    assert made[EAST]["hooks"][0]["token_present"]
    assert [s["cron"] for s in made[RULES]["schedules"]] == ["17 * * * *"]
    assert made[RULES]["variables"][0]["value"] == "sandbox-triage-bot"  # and not the Maintainer's
    assert len(made[EAST]["files"]) == 16

    second = newcomer.run(pipeline=RULES)
    assert second.plan.steps == ()
    assert newcomer.dump() == made

    newcomer.run(pipeline=RULES, remove=True)
    assert newcomer.dump() == before
    assert newcomer.run(pipeline=RULES, remove=True).plan.steps == ()


def test_a_dry_run_writes_nothing_and_is_the_plan_that_is_done(newcomer: Newcomer) -> None:
    before = newcomer.dump()
    dry = newcomer.run(dry_run=True)
    assert newcomer.dump() == before
    assert not dry.applied
    assert newcomer.run().plan.steps == dry.plan.steps


def test_what_others_made_is_shown_and_left_and_after_overwriting_still_theirs(newcomer: Newcomer) -> None:
    newcomer.readme()
    project = newcomer.project()
    label = project.labels.create({"name": "SA Doing", "color": "#ffffff", "description": "Ours."})
    board = project.boards.create({"name": "Development"})
    board.lists.create({"label_id": label.id})
    newcomer.commit(EAST, ".gitlab/issue_templates/OKR.md", "Ours.")
    project.hooks.create({"url": f"{URL}/hooks/gitlab", "issues_events": True, "note_events": True})
    theirs = newcomer.dump()[EAST]
    found = newcomer.run(boards=("triage-east",))
    assert said(found) == [
        'label SA Doing is somebody\'s: #ffffff and "Ours.", where the rules say #69d100 "An SA works on it."',
        "somebody else's board Development has no list for SA Triaged, SA Demo Ready, SA Waiting, SA Followup",
        "issue template OKR is another one there, and somebody else's",
        "somebody else's webhook to https://triage.example.com/hooks/gitlab: it is not told of "
        "Confidential work item events, Confidential comments; it has no secret token",
    ]
    newcomer.run(boards=("triage-east",), remove=True)
    assert newcomer.dump()[EAST] == theirs

    told = newcomer.run(boards=("triage-east",), overwrite=True)
    assert not told.failed
    assert newcomer.run(boards=("triage-east",)).plan.steps == ()
    assert newcomer.dump()[EAST]["labels"]["SA Doing"]["color"] == "#69d100"
    newcomer.run(boards=("triage-east",), remove=True)
    after = newcomer.dump()[EAST]
    assert "SA Doing" in after["labels"]
    assert [hook["name"] for hook in after["hooks"]] == [None]
    assert ".gitlab/issue_templates/OKR.md" in after["files"]
    assert [each["name"] for each in after["boards"]] == ["Development"]


def test_a_label_renamed_in_gitlab_is_told_and_not_made_again(newcomer: Newcomer) -> None:
    newcomer.run()
    label = next(x for x in newcomer.project().labels.list(get_all=True) if x.name == "SA Doing")
    newcomer.project().labels.update(label.name, {"new_name": "SA Working"})
    found = newcomer.run()
    assert found.plan.steps == ()
    assert "label SA Doing was renamed to SA Working in GitLab" in said(found)


def test_a_groups_label_is_used_and_none_is_made_below_it(newcomer: Newcomer) -> None:
    newcomer.maria.groups.get("acme").labels.create(
        {"name": "SA Doing", "color": "#69d100", "description": "An SA works on it."}
    )
    found = newcomer.run()
    assert not found.failed
    assert said(found) == []
    labels = newcomer.project().labels.list(get_all=True)
    assert [x.is_project_label for x in labels if x.name == "SA Doing"] == [False]
    assert "SA Doing" in newcomer.dump()[EAST]["boards"][0]["lists"]


def test_labels_on_issues_stay_and_their_history_with_them(newcomer: Newcomer) -> None:
    newcomer.run()
    newcomer.project().issues.create({"title": "Demo", "labels": ["SA Doing"]})
    found = newcomer.run(remove=True)
    assert said(found) == ["label SA Doing stays: 1 issues or merge requests carry it"]
    assert newcomer.dump()[EAST]["labels"].keys() == {"SA Doing"}
    newcomer.run(remove=True, used_labels=True)
    assert newcomer.dump()[EAST]["labels"] == {}


def test_the_bot_alone_does_what_a_planner_may_and_says_what_is_left(newcomer: Newcomer) -> None:
    newcomer.readme()
    newcomer.readme(WEST)
    found = newcomer.run(token="sandbox-triage-bot", pipeline=RULES)
    assert not found.failed
    assert said(found) == [
        "the token may not read the repository: that needs the Reporter role, and a commit the Developer's",
        "the token may not see or make webhooks: that needs the Maintainer role (40)",
    ]
    assert len(said(found, RULES)) == 2
    assert "TRIAGE_SETUP_TOKEN" in plan_text(found.plan)
    assert newcomer.dump()[EAST]["boards"]
    gone = newcomer.run(token="sandbox-triage-bot", remove=True)
    assert newcomer.dump()[EAST]["labels"] == {}
    assert "one that setup made may be left" in said(gone)[0]


def test_a_guest_is_told_what_each_step_needs(newcomer: Newcomer) -> None:
    newcomer.level("alice", 10)
    found = newcomer.run(token="sandbox-alice", boards=("triage-east",))
    assert found.failed
    assert all("403" in each.error and "Maintainer" in each.error for each in found.done)


def test_a_protected_branch_wants_a_merge_request(newcomer: Newcomer) -> None:
    newcomer.readme()
    token = "sandbox-sam"  # a Developer
    found = newcomer.run(token=token, boards=("triage-east",))
    assert "issue templates cannot be committed: the branch main takes no push of this token's" in said(found)
    asked = newcomer.run(token=token, boards=("triage-east",), request=True)
    assert not asked.failed
    (request,) = newcomer.project().mergerequests.list(state="opened", get_all=True)
    assert f"merge {request.web_url}" in outcome_text(asked, dry_run=False)
    waiting = newcomer.run(token=token, boards=("triage-east",), request=True)
    assert waiting.plan.steps == ()
    assert f"issue templates wait in {request.web_url}" in said(waiting)


@pytest.mark.parametrize("squash", [True, False])
def test_templates_by_merge_request_come_and_go(newcomer: Newcomer, squash: bool) -> None:
    newcomer.readme()
    before = newcomer.dump()[EAST]
    options: dict[str, Any] = {"boards": ("triage-east",), "request": True}
    for remove in (False, True):
        newcomer.run(remove=remove, **options)
        (request,) = newcomer.project().mergerequests.list(state="opened", get_all=True)
        request.merge(squash=squash)
        assert newcomer.run(remove=remove, **options).plan.steps == ()
    assert newcomer.dump()[EAST] == before


def test_taking_away_closes_a_merge_request_that_waits(newcomer: Newcomer) -> None:
    newcomer.readme()
    before = newcomer.dump()[EAST]
    newcomer.run(boards=("triage-east",), request=True)
    newcomer.run(boards=("triage-east",), remove=True)
    assert newcomer.dump()[EAST] == before
    assert [m.state for m in newcomer.project().mergerequests.list(get_all=True)] == ["closed"]
    assert BRANCH not in [b.name for b in newcomer.project().branches.list(get_all=True)]


def test_a_forks_merge_request_from_a_branch_of_that_name_is_somebody_elses(newcomer: Newcomer) -> None:
    newcomer.readme()
    world = newcomer.server.world
    project = world.project(EAST)
    assert project
    sam = newcomer.maria.users.list(username="sam")[0].id
    theirs = MergeRequest(
        world.next_id("merge_request"),
        1,
        "Theirs",
        None,
        BRANCH,
        "main",
        world.users[sam],
        world.clock.now(),
        fork_id=999,
    )
    project.merge_requests[1] = theirs
    made = newcomer.run(boards=("triage-east",), request=True)
    assert any("/merge_requests/2" in done.said for done in made.done)
    project.merge_requests[2].state = "merged"
    newcomer.run(boards=("triage-east",), remove=True)
    assert theirs.state == "opened"
    assert BRANCH not in project.repository.branches


def test_a_project_that_is_gone_or_archived_does_not_stop_the_others(newcomer: Newcomer) -> None:
    newcomer.project(EAST).archive()
    newcomer.project(WEST).delete()
    found = newcomer.run()
    assert said(found, EAST) == ["the project is archived"]
    assert said(found, WEST) == ["there is no such project, or the token may not see it (404)"]


def test_the_empty_project_for_the_rules_waits_for_a_push(newcomer: Newcomer) -> None:
    found = newcomer.run(pipeline=RULES)
    assert said(found, RULES) == ["it is empty: there is nothing that a schedule could run"]
    newcomer.readme(RULES)
    assert "it has no .gitlab-ci.yml: a schedule would run nothing" in said(
        newcomer.run(pipeline=RULES), RULES
    )
    changed = newcomer.run(pipeline=RULES, bot="sandbox-sweep-bot")
    assert [step.about for step in changed.plan.steps] == [
        "CI variable TRIAGE_GITLAB_TOKEN (masked, protected)"
    ]
    assert newcomer.dump()[RULES]["variables"][0]["value"] == "sandbox-sweep-bot"


def test_gitlab_going_down_ends_it_and_the_next_run_does_the_rest(newcomer: Newcomer) -> None:
    fault = {"kind": "500", "method": "POST", "path": "/boards$", "times": 1}
    plain.post(f"{newcomer.server.url}/-/sandbox/faults", json=fault).raise_for_status()
    found = newcomer.run()
    assert found.broken_off
    assert "run it again" in outcome_text(found, dry_run=False)
    rest = newcomer.run()
    assert not rest.broken_off
    assert len(rest.plan.steps) == len(found.plan.steps) - len([d for d in found.done if not d.error])
    assert newcomer.run().plan.steps == ()


def test_a_variable_of_that_name_for_one_environment_is_somebody_elses(newcomer: Newcomer) -> None:
    newcomer.readme(RULES)
    project = newcomer.project(RULES)
    token = "TRIAGE_GITLAB_TOKEN"
    project.variables.create({"key": token, "value": "theirs-theirs", "environment_scope": "production"})
    assert not newcomer.run(pipeline=RULES).failed
    values = {v.environment_scope: v.value for v in project.variables.list(get_all=True) if v.key == token}
    assert values == {"production": "theirs-theirs", "*": "sandbox-triage-bot"}
    assert newcomer.run(pipeline=RULES).plan.steps == ()
    changed = newcomer.run(pipeline=RULES, bot="sandbox-root")
    assert ([type(s).__name__ for s in changed.plan.steps], changed.failed) == (["PutVariable"], False)
    removed = newcomer.run(pipeline=RULES, remove=True)
    assert (removed.failed, removed.broken_off) == (False, "")
    assert [v.value for v in project.variables.list(get_all=True)] == ["theirs-theirs"]


def test_premium_is_told_apart(newcomer: Newcomer) -> None:
    assert any("Premium" in note for note in newcomer.run(dry_run=True).plan.notes)
    newcomer.server.world.settings.tier = "premium"
    assert not any("Premium" in note for note in newcomer.run(dry_run=True).plan.notes)


def test_secrets_are_written_again_when_told_and_never_shown(newcomer: Newcomer) -> None:
    newcomer.run(pipeline=RULES)
    again = newcomer.run(pipeline=RULES, rewrite_secrets=True)
    assert [type(step).__name__ for step in again.plan.steps] == ["PutHook", "PutHook"]
    shown = plan_text(again.plan) + str(again.as_dict()) + repr(again)
    assert SECRET not in shown
    assert "sandbox-triage-bot" not in shown
    (hook,) = (h for h in newcomer.project().hooks.list(get_all=True) if h.name == HOOK)
    assert newcomer.server.world.project(EAST).hooks[hook.id].token == SECRET


def test_a_hook_keeps_the_further_events_that_somebody_switched_on(newcomer: Newcomer) -> None:
    project = newcomer.project()
    hook = project.hooks.create({"url": f"{URL}/hooks/gitlab", "issues_events": True, "push_events": True})
    assert not newcomer.run(boards=("triage-east",), overwrite=True).failed
    after = project.hooks.get(hook.id)
    assert (after.push_events, after.note_events, after.token_present) == (True, True, True)
    newcomer.run(boards=("triage-west",))
    (made,) = newcomer.project(WEST).hooks.list(get_all=True)
    assert not made.push_events


def test_an_address_that_is_none_is_refused(newcomer: Newcomer) -> None:
    with pytest.raises(ConfigError, match="--url"):
        newcomer.run(url="triage.example.com")


def triage_setup(newcomer: Newcomer, *words: str) -> subprocess.CompletedProcess[str]:
    """The command itself, without a terminal."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TRIAGE_")}
    told = {
        "TRIAGE_GITLAB_URL": newcomer.server.url,
        "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
        "TRIAGE_SETUP_TOKEN": "sandbox-maria",
        "TRIAGE_WEBHOOK_SECRET": SECRET,
        "TRIAGE_RULES": str(newcomer.folder / "rules"),
        "NO_PROXY": "127.0.0.1",
    }
    line = [sys.executable, "-m", "app", "setup", "--board", "triage-east", *words]
    return subprocess.run(
        line, cwd=ROOT, env=kept | told, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90
    )


def test_the_exit_code_tells_pending_changes_from_none_and_from_slips(newcomer: Newcomer) -> None:
    words = ("--url", URL, "--dry-run", "--detailed-exitcode", "--format", "json")
    pending = triage_setup(newcomer, *words)
    assert pending.returncode == 3
    found = json.loads(pending.stdout)
    assert not found["applied"]
    assert {step["verb"] for step in found["steps"]} == {"make"}
    done = triage_setup(newcomer, "--url", URL, "--format", "json")  # nobody is there to ask
    assert done.returncode == 0, done.stderr
    assert all(step["done"] for step in json.loads(done.stdout)["steps"])
    assert triage_setup(newcomer, *words).returncode == 0
    assert SECRET not in pending.stdout + done.stdout
    assert triage_setup(newcomer, "--remove", "--overwrite").returncode == 2
