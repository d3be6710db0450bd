"""A sweep's plan is looked at, applied and taken back: on a whole board, over real HTTP, with people in between."""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from app import plans_text, undoing
from app.applying import Application, apply_plan
from app.database import open_database
from app.errors import ConfigError
from app.inbox import Inbox
from app.journal import Journal, new_run
from app.json_file import check_place, write_file
from app.plan_file import PlanFile, read_plan
from app.reports import as_data, as_text
from app.sandbox.stage import PROJECT
from app.sweep import Report
from app.sweeping import Asked, write_plan
from app.tools import Tools
from app.undoing import Undo
from tests.conftest import ROOT
from tests.histories import staffed
from tests.town import Town

SAS = "gitlab-com/customer-success/solution-architects"
Board = dict[int, dict[str, Any]]


@pytest.fixture
def engine(tmp_path: Path) -> Any:
    engine = open_database(f"sqlite:///{tmp_path}/triage.db")
    yield engine
    engine.dispose()


@pytest.fixture
def tools(town: Town, engine: Engine) -> Tools:
    town.journal = Journal(engine)
    return Tools(town.bot, town.ruleset, town.clock, ROOT / "rules", town.journal, Inbox(engine))


@pytest.fixture
def busy(town: Town) -> Town:
    """Six requests on US East that want all sorts of things, seen on a day on which most of them are late."""
    full, gaps = town.stage().template(), town.stage().template(("SA Asks",))
    alice, sam = town.project("alice"), town.project("sam")
    for title, description in (
        ("gaps", gaps),
        ("late", full),
        ("claimed", full),
        ("two", full),
        ("told", gaps),
    ):
        alice.issues.create({"title": title, "description": description})
    alice.issues.create({"title": "canary", "description": gaps, "confidential": True})
    town.look(sam.issues.get(5))
    for iid, labels in ((3, ["SA Doing"]), (4, ["SA Triaged", "SA Doing", "SA POV"])):
        theirs = sam.issues.get(iid)
        theirs.labels = labels
        theirs.save()
    told = alice.issues.get(5)
    told.description = full
    told.save()
    town.set_clock(frozen=True, advance="P4D")
    return town


def plan(town: Town, tools: Tools, folder: Path, **options: Any) -> PlanFile:
    """What `triage sweep --plan` writes, read again."""
    kept, town.journal = town.journal, None
    report = town.sweep("us-east", apply=False, run=new_run(), **options)
    town.journal = kept
    write_plan(folder / "plan.json", report, tools, Asked(alone=options.get("alone", True)))
    return read_plan(folder / "plan.json", gitlab=town.url, ruleset=town.ruleset.version)


def board(town: Town) -> Board:
    """All that people see of each request, but for GitLab's own lines."""
    found: Board = {}
    for issue in town.project("maria").issues.list(get_all=True, state="all"):
        notes = [(n.id, n.author["username"], n.body) for n in issue.notes.list(get_all=True) if not n.system]
        found[issue.iid] = {
            "state": issue.state,
            "labels": sorted(issue.labels),
            "assignees": sorted(u["username"] for u in issue.assignees),
            "notes": sorted(notes),
            "description": issue.description,
        }
    return found


def outcomes(done: Application) -> dict[int, str]:
    return {row.kept.ref.iid: row.outcome for row in done.rows}


def label(town: Town, who: str, iid: int, *labels: str) -> None:
    issue = town.project(who).issues.get(iid)
    issue.labels = [*issue.labels, *labels]
    issue.save()


def test_a_plan_writes_nothing_but_its_file_and_applying_it_is_the_sweep(
    busy: Town, tools: Tools, tmp_path: Path
) -> None:
    before, written = board(busy), len(busy.writes())
    found = plan(busy, tools, tmp_path)
    assert (board(busy), len(busy.writes())) == (before, written)
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600
    text = (tmp_path / "plan.json").read_text()
    assert ("canary" in text, busy.token in text) == (False, False)
    assert {each.ref.iid for each in found.issues} == {1, 2, 3, 4, 5, 6}
    done = apply_plan(tools, found)
    assert done.complete
    assert set(outcomes(done).values()) == {"done"}
    assert busy.sweep("us-east", apply=False).pending == 0
    assert "Take it back with: triage undo" in plans_text.applied_text(done)


def test_its_dry_run_says_all_and_writes_nothing(busy: Town, tools: Tools, tmp_path: Path) -> None:
    found, written = plan(busy, tools, tmp_path), len(busy.writes())
    done = apply_plan(tools, found, dry_run=True)
    assert (done.complete, len(busy.writes())) == (True, written)
    text = plans_text.applied_text(done)
    assert "| @sofia" in text or "    | " in text
    assert "+sla::breached" in text
    assert f"{PROJECT}#6: four actions, not shown" in text
    assert tools.journal is not None
    assert tools.journal.runs() == []


def test_what_a_person_changed_since_is_skipped_by_name(busy: Town, tools: Tools, tmp_path: Path) -> None:
    found = plan(busy, tools, tmp_path)
    label(busy, "maria", 2, "SA POV")
    busy.project("sam").issues.get(2).notes.create({"body": "Mine."})
    busy.project("sam").issues.get(6).notes.create({"body": "Mine, too."})
    touched = board(busy)
    done = apply_plan(tools, found)
    assert outcomes(done) == {1: "done", 2: "skipped", 3: "done", 4: "done", 5: "done", 6: "skipped"}
    text = plans_text.applied_text(done)
    assert f"{PROJECT}#2: skipped: changed since the plan: labels, a comment" in text
    assert f"{PROJECT}#6: skipped: changed since the plan\n" in text
    assert "Of the others 2 skipped." in text
    assert not done.complete
    now = board(busy)
    assert [now[iid] == touched[iid] for iid in (1, 2, 6)] == [False, True, True]


def test_a_plan_is_applied_once(busy: Town, tools: Tools, tmp_path: Path) -> None:
    found = plan(busy, tools, tmp_path)
    apply_plan(tools, found)
    first, written = board(busy), len(busy.writes())
    again = apply_plan(tools, found)
    assert set(outcomes(again).values()) == {"already so"}
    assert (again.complete, board(busy), len(busy.writes())) == (True, first, written)
    busy.project("sam").issues.get(3).notes.create({"body": "Thanks."})
    assert outcomes(apply_plan(tools, found))[3] == "already so"


def test_an_edited_plan_does_nothing_that_the_rules_would_not(
    busy: Town, tools: Tools, tmp_path: Path
) -> None:
    plan(busy, tools, tmp_path)
    path = tmp_path / "plan.json"
    data = json.loads(path.read_text())
    by_iid = {each["ref"]["iid"]: each for each in data["issues"]}
    by_iid[2]["actions"][0]["label"] = "canary"
    by_iid[3]["actions"].append(
        {"kind": "Reply", "rule": "x", "key": "x", "body": "@all canary", "internal": False}
    )
    by_iid[4]["at"] = (datetime.now(UTC) + timedelta(days=400)).isoformat()
    by_iid[6]["seal"] = "0" * 64
    by_iid[1]["ref"]["iid"], by_iid[5]["ref"]["iid"] = 5, 1
    path.write_text(json.dumps(data))
    before, written = board(busy), len(busy.writes())
    done = apply_plan(tools, read_plan(path, gitlab=busy.url, ruleset=busy.ruleset.version))
    assert set(outcomes(done).values()) == {"skipped"}
    assert (board(busy), len(busy.writes())) == (before, written)
    assert "the rules say something else" in plans_text.applied_text(done)


def test_gitlab_asking_for_less_in_the_middle_of_an_issue_is_waited_for(
    busy: Town, tools: Tools, tmp_path: Path
) -> None:
    found = plan(busy, tools, tmp_path)
    before = board(busy)
    busy.fault(kind="429", retry_after=1, method="POST", path="/issues/2/notes", times=1)
    done = apply_plan(tools, found)
    assert done.complete
    deeds = {row.kept.ref.iid: row.done for row in done.rows}[2]
    assert len(deeds) == {row.kept.ref.iid: row.kept.number for row in done.rows}[2]
    assert busy.sweep("us-east", apply=False).pending == 0
    result = tmp_path / "result.json"
    write_file(result, plans_text.applied_data(done))
    undo(busy, tools, str(result))
    assert board(busy)[2] == before[2]


def test_what_was_not_reached_is_named(busy: Town, tools: Tools, tmp_path: Path) -> None:
    found = plan(busy, tools, tmp_path)
    third, fourth = (each.ref.iid for each in found.issues[2:4])
    busy.fault(kind="401", path=f"/issues/{third}", times=1)
    done = apply_plan(tools, found)
    assert [row.outcome for row in done.rows] == [
        "done",
        "done",
        "failed",
        "not done",
        "not done",
        "not done",
    ]
    assert not done.complete
    said = f"{PROJECT}#{fourth}: not done: not begun: GitLab does not accept the token"
    assert said in plans_text.applied_text(done)


def test_who_is_an_sa_by_now_counts(town: Town, tools: Tools, tmp_path: Path) -> None:
    """The rules are the same, and the request is, but its group has lost a member."""
    town.ruleset = staffed(town.ruleset, us_east=[SAS])
    tools = replace(tools, ruleset=town.ruleset)
    issue = town.project("alice").issues.create({"title": "Acme", "description": "x"})
    town.set_clock(frozen=True, advance="P4D")
    town.project("sam").issues.get(issue.iid).notes.create({"body": "I look at it."})
    found = plan(town, tools, tmp_path)
    people = town.person("root").groups.get(SAS)
    people.members.delete(people.members.list(query="sam")[0].id)
    town.become(town.token)
    done = apply_plan(replace(tools, gitlab=town.bot), found)
    assert outcomes(done) == {issue.iid: "skipped"}
    assert "who is who has changed" in plans_text.applied_text(done)


def test_a_call_is_left_to_the_service_in_the_plan_as_in_the_sweep(
    busy: Town, tools: Tools, tmp_path: Path
) -> None:
    at = busy.look(busy.project("sam").issues.get(2), apply=False).plan.clocks
    due = min(clock.due_at for clock in at if clock.name == "activity" and clock.due_at)
    busy.set_clock(set=(due + timedelta(minutes=5)).isoformat())
    found = plan(busy, tools, tmp_path, alone=False)
    assert not found.alone
    busy.set_clock(advance="PT1H")
    assert outcomes(apply_plan(tools, found))[2] == "done"
    assert not any(
        "late-activity/failing" in note for note in busy.bot_notes(busy.project("sam").issues.get(2))
    )


# Undo


def undo(town: Town, tools: Tools, name: str, **options: Any) -> Undo:
    return undoing.undo(name, undoing.past_of(name, tools), tools, **options)


def swept(town: Town) -> Report:
    return town.sweep("us-east", run=new_run())


def test_undo_brings_the_board_back(busy: Town, tools: Tools) -> None:
    label(busy, "maria", 6, "SA POV")
    issue = busy.project("sam").issues.get(6)
    issue.confidential = False  # of a confidential one nothing is kept
    issue.save()
    before = board(busy)
    report = swept(busy)
    after = board(busy)
    assert all(after[iid] != before[iid] for iid in before)
    kinds = {type(deed.action).__name__ for row in report.rows for deed in row.done}
    assert {"AddLabel", "RemoveLabel", "Assign", "PutNote", "Summon"} <= kinds
    dry = undo(busy, tools, report.run, dry_run=True)
    assert board(busy) == after
    assert "would take back: +sla::breached" in plans_text.undone_text(dry)
    done = undo(busy, tools, report.run)
    assert (done.complete, board(busy)) == (True, before)
    text = plans_text.undone_text(done)
    assert "took back: +sla::breached" in text
    assert "The next sweep or event does the same again, unless the rules change first." in text
    again = undo(busy, tools, report.run)
    assert (again.complete, board(busy)) == (True, before)
    assert "gone already: +sla::breached" in plans_text.undone_text(again)
    swept(busy)
    assert {iid: each["labels"] for iid, each in board(busy).items()} == {
        iid: each["labels"] for iid, each in after.items()
    }


def test_what_people_touched_is_left_and_the_rest_goes_back(busy: Town, tools: Tools) -> None:
    before = board(busy)
    report = swept(busy)
    label(busy, "maria", 3, "SA POV")  # another label: no reason to leave ours
    late = busy.project("sam").issues.get(2)
    late.labels = [name for name in late.labels if name != "sla::breached"]
    late.save()
    late.labels = [*late.labels, "sla::breached"]
    late.save()
    claimed = busy.project("maria").issues.get(4)
    claimed.assignee_ids = [busy.person("maria").users.list(username="maria")[0].id]
    claimed.save()
    (call,) = [n for n in late.notes.list(get_all=True) if "late-activity/failing" in n.body]
    (thread,) = [d for d in late.discussions.list(get_all=True) if d.attributes["notes"][0]["id"] == call.id]
    thread.notes.create({"body": "On it."})
    told = busy.project("root").issues.get(5)
    (status,) = [n for n in told.notes.list(get_all=True) if "triage:status" in n.body]
    status.body += "\n\nEdited by hand."
    status.save()
    done = undo(busy, tools, report.run)
    assert not done.complete
    text = plans_text.undone_text(done)
    assert "left: +sla::breached: sam put it on at 2026-03-06T" in text
    assert "left: assign sam: maria changed the assignees at" in text
    assert "somebody answered the note in its thread" in text
    assert "left: edit note status: the note was edited since" in text
    assert f"{PROJECT}#6: four actions left: not kept, since the issue is confidential" in text
    now = board(busy)
    assert now[1] == before[1]
    assert now[3] == before[3] | {"labels": [*before[3]["labels"], "SA POV"]}
    assert "sla::breached" in now[2]["labels"]
    assert "sla::breached" not in now[4]["labels"]


def test_a_card_that_a_person_moved_on_is_not_moved_back(town: Town, tools: Tools) -> None:
    made = town.project("alice").issues.create({"title": "one", "description": town.stage().template()})
    for state in ("SA Triaged", "SA Doing", "SA Waiting"):
        _drag(town, made.iid, state)
    town.project("alice").issues.get(made.iid).notes.create({"body": "They use Jenkins."})
    town.set_clock(advance="PT10M")
    run = new_run()
    assert town.sweep("us-east", run=run).done > 0  # back from SA Waiting to SA Doing
    _drag(town, made.iid, "SA Followup")
    undo(town, tools, run)
    assert town.project("maria").issues.get(made.iid).labels == ["SA Followup"]


def _drag(town: Town, iid: int, state: str) -> None:
    issue = town.project("sam").issues.get(iid)
    issue.labels = [state]
    issue.save()
    town.set_clock(advance="PT10M")


def test_undo_needs_no_database_where_the_result_was_kept(busy: Town, tools: Tools, tmp_path: Path) -> None:
    before = board(busy)
    report = swept(busy)
    write_file(tmp_path / "result.json", as_data(report))
    assert "canary" not in (tmp_path / "result.json").read_text()
    elsewhere = open_database(f"sqlite:///{tmp_path}/other.db")
    fresh = replace(tools, journal=Journal(elsewhere))
    done = undo(busy, fresh, str(tmp_path / "result.json"))
    now = board(busy)
    assert {iid: now[iid] for iid in range(1, 6)} == {iid: before[iid] for iid in range(1, 6)}
    assert [row.past.reference for row in done.rows if not row.complete] == [f"{PROJECT}#6"]
    assert fresh.journal
    assert [(run.run, run.trigger) for run in fresh.journal.runs()] == [(done.run, "undo")]
    elsewhere.dispose()


def test_an_undoing_can_be_undone_as_far_as_that_goes(busy: Town, tools: Tools) -> None:
    report = swept(busy)
    after = board(busy)
    first = undo(busy, tools, report.run)
    back = undo(busy, tools, first.run)
    now = board(busy)
    assert [now[i]["labels"] for i in now] == [after[i]["labels"] for i in after]
    assert [now[i]["assignees"] for i in now] == [after[i]["assignees"] for i in after]
    assert now[5]["notes"][0] == after[5]["notes"][0]  # the text of the status note
    assert not back.complete
    assert "a note that was deleted cannot be brought back" in plans_text.undone_text(back)


def test_gitlab_asking_for_less_in_the_middle_of_an_undoing_is_waited_for(busy: Town, tools: Tools) -> None:
    before = board(busy)
    report = swept(busy)
    busy.fault(kind="429", retry_after=1, method="DELETE", path="/issues/2/notes", times=1)
    done = undo(busy, tools, report.run)
    (row,) = [row for row in done.rows if row.past.ref.iid == 2]
    assert (row.complete, row.gone, len(row.taken)) == (True, (), len(row.past.deeds))
    assert board(busy)[2] == before[2]


def test_a_sweep_knows_all_that_it_did_though_it_took_two_attempts(
    busy: Town, tools: Tools, tmp_path: Path
) -> None:
    before = board(busy)
    busy.fault(kind="429", retry_after=1, method="POST", path="/issues/2/notes", times=1)
    report = swept(busy)
    assert (report.complete, as_data(report)["pending"]) == (True, 0)
    (row,) = [row for row in report.rows if row.ref.iid == 2]
    assert "+sla::breached" in map(str, row.done)
    assert any(str(deed).startswith("summon") for deed in row.done)
    for number, name in enumerate(("journal", "file")):
        write_file(tmp_path / "result.json", as_data(report))
        done = undo(busy, tools, report.run if name == "journal" else str(tmp_path / "result.json"))
        (undone,) = [each for each in done.rows if each.past.ref.iid == 2]
        assert (len(undone.taken), len(undone.gone)) == [(len(row.done), 0), (0, len(row.done))][number]
        assert board(busy)[2] == before[2]


def test_a_request_that_is_gone_is_told_and_the_others_go_back(busy: Town, tools: Tools) -> None:
    before = board(busy)
    report = swept(busy)
    busy.project("root").issues.delete(2)
    done = undo(busy, tools, report.run)
    assert f"{PROJECT}#2: not done: GitLab answered 404" in plans_text.undone_text(done)
    assert board(busy)[3] == before[3]


def test_a_confidential_request_is_a_reference_in_all_that_is_said(
    busy: Town, tools: Tools, tmp_path: Path
) -> None:
    found = plan(busy, tools, tmp_path)
    done = apply_plan(tools, found)
    back = undo(busy, tools, done.run)
    said = [plans_text.applied_text(done), json.dumps(plans_text.applied_data(done))]
    said += [plans_text.undone_text(back), json.dumps(plans_text.undone_data(back))]
    hidden = busy.project("sam").issues.get(6)
    assert busy.bot_notes(hidden), "nothing was at stake"
    assert all(f"{PROJECT}#6" in text and "canary" not in text for text in said)
    (ref,) = [each.ref for each in found.issues if each.confidential]
    kept = tools.journal.recent(ref) if tools.journal else []
    assert [(entry.run, entry.done, "deeds" in entry.plan) for entry in kept] == [(done.run, 4, False)]


def test_a_request_that_became_confidential_is_taken_back_without_a_word(busy: Town, tools: Tools) -> None:
    report = swept(busy)
    issue = busy.project("sam").issues.get(2)
    issue.confidential = True
    issue.save()
    done = undo(busy, tools, report.run)
    assert "sla::breached" not in busy.project("sam").issues.get(2).labels
    lines = [line for line in plans_text.undone_text(done).splitlines() if line.startswith(f"{PROJECT}#2")]
    assert len(lines) == 1
    assert "not shown: the issue is confidential" in lines[0]


def test_runs_are_listed_the_last_one_first(busy: Town, tools: Tools) -> None:
    assert tools.journal
    busy.look(busy.project("sam").issues.get(1))  # a worker's look is of no run
    report = swept(busy)
    done = undo(busy, tools, report.run)
    second, first = tools.journal.runs()
    assert [(r.run, r.trigger, r.issues) for r in (first, second)] == [
        (report.run, "sweep", 6),
        (done.run, "undo", 4),  # the first was looked at before, and of the sixth nothing is kept
    ]
    assert (first.done, second.done) == (report.done, sum(len(row.done) for row in done.rows))
    assert [run.run for run in tools.journal.runs(limit=1)] == [done.run]
    assert f"{report.run}  sweep  " in plans_text.runs_text([first])
    assert f"Take it back with: triage undo {report.run}" in as_text(report)


def test_names_of_runs_can_be_sorted_and_are_safe() -> None:
    early, later = (
        new_run(datetime(2026, 3, 2, 14, tzinfo=UTC)),
        new_run(datetime(2026, 11, 26, 5, 3, 12, tzinfo=UTC)),
    )
    assert early < later
    assert later.startswith("20261126T050312-")
    assert all(c.isalnum() or c == "-" for c in later)


WRONG = {
    "an unknown run": ("20261126T050312-3fa1", None, "there is no run '20261126T050312-3fa1'"),
    "no file": ("none.json", None, "none.json cannot be read: No such file"),
    "no result": ("x.json", {"ok": True}, "issues, gitlab: they are missing"),
    "another GitLab": ("x.json", {"gitlab": "http://other", "issues": []}, "gitlab: the run was on http://other"),
    "no ref": ("x.json", {"gitlab": "", "issues": [{"reference": "a#1"}]}, "issues.0: ref is missing"),
    "no deed": (
        "x.json",
        {"gitlab": "", "issues": [{"ref": {"project_id": 1, "iid": 1}, "reference": "a#1", "done": [], "deeds": [{}]}]},
        "issues.0: action: it is missing",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_run_is_refused_with_the_remedy(
    town: Town, tools: Tools, tmp_path: Path, name: str
) -> None:
    run, data, said = WRONG[name]
    if data is not None:
        (tmp_path / run).write_text(
            json.dumps(data | ({"gitlab": town.url} if data.get("gitlab") == "" else {}))
        )
    with pytest.raises(ConfigError, match=said):
        undoing.past_of(str(tmp_path / run) if run.endswith("json") else run, tools)


def test_a_plan_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no folder"):
        check_place(tmp_path / "no" / "plan.json")
    with pytest.raises(ConfigError, match="is a folder"):
        check_place(tmp_path)
