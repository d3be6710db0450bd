"""The command as people and pipelines use it: its words, its output, its exit code. That it is the same as a process of
its own is shown in `tests/test_pipelines.py`, `tests/journeys/test_first_steps.py` and here, once."""

import json
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.sandbox.stage import PROJECT
from tests.conftest import ROOT
from tests.in_process import UNCLOSED, run
from tests.town import Town

pytestmark = UNCLOSED


def triage(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ran = run([*words], environment, ROOT)
    return subprocess.CompletedProcess(words, ran.code, ran.out, ran.err)


@pytest.fixture
def at_town(town: Town, tmp_path: Path) -> Any:
    """The command with its environment set for the sandbox."""
    settings = {
        "TRIAGE_GITLAB_URL": town.url,
        "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot",
        "TRIAGE_DATABASE_URL": f"sqlite:///{tmp_path}/triage.db",
        "TRIAGE_CLOCK": "sandbox",
    }
    return lambda *words, **more: triage(*words, **{**settings, **more})


def test_the_rules_beside_the_code_serve_where_there_are_none(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "app", "rules", "check"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "examples pass" in done.stdout) == (0, True)


def test_the_shipped_rules_are_checked() -> None:
    done = triage("rules", "check")
    assert (done.returncode, "examples pass" in done.stdout) == (0, True)
    assert json.loads(triage("rules", "check", "--format", "json").stdout)["ok"] is True


def test_a_misspelt_key_is_named_with_its_place(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    rule = tmp_path / "rules" / "unexplained-expedite.yaml"
    rule.write_text(rule.read_text().replace("  label:", "  lable:"))
    done = triage("rules", "check", "--rules", str(tmp_path / "rules"))
    assert done.returncode == 2
    assert done.stderr.strip().endswith(
        'unexplained-expedite.yaml:8:3: unknown key "lable", did you mean "label"? (TRI004)\n'
        "1 error, 0 warnings. What a code means: triage rules explain-code CODE"
    )
    as_json = triage("rules", "check", "--format", "json", TRIAGE_RULES=str(tmp_path / "rules"))
    assert (as_json.returncode, json.loads(as_json.stdout)["problems"][0]["line"]) == (2, 8)


def test_examples_are_run_and_a_failing_one_is_told(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    assert triage("rules", "test").returncode == 0
    rule = tmp_path / "rules" / "answered-wait.yaml"
    rule.write_text(rule.read_text().replace('expect: ["-SA Waiting"]', "expect: []"))
    done = triage("rules", "test", "--rules", str(tmp_path / "rules"))
    assert done.returncode == 1
    assert "expected nothing, got -SA Waiting" in done.stdout


def test_the_schema_of_rules_is_printed() -> None:
    schema = json.loads(triage("rules", "schema").stdout)
    assert {"id", "check", "examples"} <= set(schema["properties"])


def test_settings_that_are_missing_are_all_named() -> None:
    done = triage("sweep")
    assert done.returncode == 2
    assert "TRIAGE_GITLAB_URL" in done.stderr
    assert "TRIAGE_GITLAB_TOKEN" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_word_is_a_usage_error() -> None:
    assert triage("swep").returncode == 2
    assert triage("sweep", "--bord", "x").returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["demo"],
        ["sandbox"],
        ["serve"],
        ["sweep"],
        ["explain"],
        ["apply"],
        ["undo"],
        ["runs"],
        ["rules", "check"],
        ["calendar", "show"],
        ["calendar", "due"],
    ],
)
def test_every_command_has_help(words: list[str]) -> None:
    done = triage(*words, *([] if "--help" in words else ["--help"]))
    assert (done.returncode, "Usage" in done.stdout) == (0, True)


def test_a_sweep_says_what_it_did_and_the_next_has_nothing_to_do(town: Town, at_town: Any) -> None:
    town.project("alice").issues.create({"title": "x", "description": "y"})
    dry = at_town("sweep", "--dry-run", "--board", "us-east", "--detailed-exitcode")
    assert (dry.returncode, "Would do: 1 request: 1 status note." in dry.stdout) == (3, True)
    assert town.writes() == []
    done = at_town("sweep", "--format", "json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["done"] == 1
    again = at_town("sweep", "--detailed-exitcode")
    assert (again.returncode, "nothing to do" in again.stdout) == (0, True)


def test_a_plan_is_made_applied_and_taken_back(town: Town, at_town: Any, tmp_path: Path) -> None:
    issue = town.project("alice").issues.create({"title": "x", "description": "y"})
    file = str(tmp_path / "plan.json")
    made = at_town("sweep", "--board", "us-east", "--plan", file, "--detailed-exitcode")
    assert (made.returncode, town.writes()) == (3, [])
    assert "seven things are missing" in made.stdout
    assert made.stdout.splitlines()[-1].endswith(f"do it with: triage apply {file}")
    done = at_town("apply", file, "--format", "json")
    assert (done.returncode, json.loads(done.stdout)["complete"]) == (0, True)
    assert len(town.bot_notes(issue)) == 1
    assert at_town("apply", file).returncode == 0
    last, first = json.loads(at_town("runs", "--format", "json").stdout)
    assert (first["run"], first["done"], last["done"]) == (json.loads(done.stdout)["run"], 1, 0)
    back = at_town("undo", first["run"])
    assert (back.returncode, town.bot_notes(issue)) == (0, [])
    assert "took back: write note status" in back.stdout
    issue.notes.create({"body": "Something new."})
    skipped = at_town("apply", file)
    assert skipped.returncode == 4
    assert "#1: skipped: changed since the plan: a comment" in skipped.stdout
    wrong = at_town("undo", "20261126T050312-3fa1")
    assert (wrong.returncode, "there is no run" in wrong.stderr) == (2, True)


def test_adopting_prints_the_counts_first(town: Town, at_town: Any, tmp_path: Path) -> None:
    town.project("alice").issues.create({"title": "x", "description": "y"})
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    board = tmp_path / "rules" / "boards" / "us-east.yaml"
    board.write_text(board.read_text().replace("since: 2026-01-01", "since: 2026-03-03"))
    rules = str(tmp_path / "rules")
    assert "1 left alone" in at_town("sweep", TRIAGE_RULES=rules).stdout
    preview = at_town("sweep", "--adopt", "us-east", "--dry-run", TRIAGE_RULES=rules)
    assert "1 request: 1 label put on, 1 status note." in preview.stdout
    assert town.writes() == []
    adopted = at_town("sweep", "--adopt", "us-east", TRIAGE_RULES=rules)
    first, counts, *_ = adopted.stdout.splitlines()
    assert first.startswith("Adopting the old requests of US East")
    assert counts == "1 request: 1 label put on, 1 status note."
    assert len(town.writes()) == 2


def test_an_incomplete_sweep_says_so(town: Town, at_town: Any, tmp_path: Path) -> None:
    town.project("alice").issues.create({"title": "x", "description": "y"})
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    board = tmp_path / "rules" / "boards" / "emea.yaml"
    board.write_text(board.read_text().replace("emea-triage", "gone"))
    done = at_town("sweep", TRIAGE_RULES=str(tmp_path / "rules"))
    assert done.returncode == 4
    assert "emea: could not be listed" in done.stdout
    assert len(town.writes()) == 1


@pytest.mark.parametrize("name", ["us-east#1", f"{PROJECT}#1"])
def test_an_issue_is_explained(town: Town, at_town: Any, name: str) -> None:
    town.project("alice").issues.create({"title": "Acme", "description": "y"})
    done = at_town("explain", name)
    assert done.returncode == 0
    for rule in town.ruleset.rules:
        assert rule.id in done.stdout
    assert "alice opens" in at_town("explain", name, "--all").stdout
    assert town.writes() == []
    data = json.loads(at_town("explain", name, "--format", "json").stdout)
    assert {o["rule"] for o in data["outcomes"]} == {r.id for r in town.ruleset.rules}


def test_an_issue_that_is_not_there_fails_with_one_line(at_town: Any) -> None:
    done = at_town("explain", "us-east#99")
    assert (done.returncode, "404" in done.stderr, done.stderr.count("\n")) == (1, True, 1)
    assert "no issue us-east#99," in done.stderr
    assert at_town("explain", "nonsense").returncode == 2


def test_serving_without_a_secret_is_refused(at_town: Any) -> None:
    done = at_town("serve")
    assert done.returncode == 2
    assert "TRIAGE_WEBHOOK_SECRET" in done.stderr


def test_a_boards_days_are_shown_without_any_gitlab() -> None:
    words = ["calendar", "show", "us-east", "--from", "2026-12-24", "--to", "2026-12-27"]
    assert triage(*words).stdout.splitlines() == [
        "US East: us-east (America/New_York)",
        "Thu 24 Dec 2026  09:00–17:00  8 hours",
        "Fri 25 Dec 2026  closed       Christmas Day",
        "Sat 26 Dec 2026  closed",
        "Three days, one working day, 8 hours.",
    ]
    data = json.loads(triage(*words, "--format", "json").stdout)
    assert [day["name"] for day in data["calendars"][0]["days"]] == [None, "Christmas Day", None]


def test_it_is_told_when_something_is_due_and_what_did_not_count() -> None:
    words = ["calendar", "due", "us-east", "48h", "--at", "2026-03-20T16:00-04:00"]
    assert triage(*words).stdout.splitlines() == [
        "US East: us-east (America/New_York)",
        "48 hours on working days from Fri 20 Mar 2026, 16:00 EDT (New York)",
        "due Tue 24 Mar 2026, 16:00 EDT (New York), 2026-03-24T20:00:00Z",
        "not counted: Sat 21 Mar 2026, Sun 22 Mar 2026",
    ]
    data = json.loads(triage(*words, "--count", "wall", "--format", "json").stdout)
    assert data["calendars"][0]["due"] == "2026-03-22T20:00:00Z"


def test_calendars_are_shown_from_today_and_count_from_now() -> None:
    days = json.loads(triage("calendar", "show", "worldwide", "--format", "json").stdout)["calendars"][0][
        "days"
    ]
    assert len(days) == 14
    due = json.loads(triage("calendar", "due", "emea", "1h", "--count", "wall", "--format", "json").stdout)
    at, until = (datetime.fromisoformat(text) for text in (due["at"], due["calendars"][0]["due"]))
    assert until - at == timedelta(hours=1)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=2)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "us-eats"], 'unknown board or calendar "us-eats"; did you mean "us-east"?'),
        (["show", "emea", "--from", "2026-3-1"], "--from: '2026-3-1' is no day; write it as 2026-03-02"),
        (["show", "emea", "--to", "2026-02-30"], "--to: '2026-02-30' is no day; write it as 2026-03-02"),
        (["due", "emea", "48"], "the length: '48' is no length of time; write it as 48h, 90m or 5d"),
        (["due", "emea", "48h", "--at", "2026-03-02"], "--at: '2026-03-02' has no zone; write it as"),
        (["due", "emea", "48h", "--count", "days"], "'working_days'"),
    ],
)
def test_what_a_calendar_is_wrongly_asked_is_a_usage_error(words: list[str], said: str) -> None:
    done = triage("calendar", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert said in done.stderr


def test_a_time_that_is_none_is_a_usage_error(at_town: Any) -> None:
    wrong = at_town("sweep", "--max-time", "soon")
    assert (wrong.returncode, wrong.stderr.startswith("--max-time: 'soon' is no length")) == (2, True)


def test_a_fuse_that_blows_leaves_the_board_as_it_was(town: Town, at_town: Any) -> None:
    for n in range(3):
        town.project("alice").issues.create({"title": f"{n}", "description": "Call me."})
    done = at_town("sweep", "--board", "us-east", "--max-actions", "2")
    assert (done.returncode, town.writes()) == (4, [])
    assert "nothing was written: there is more to do (3) than the 2 of --max-actions" in done.stdout
    dry = at_town("sweep", "--board", "us-east", "--max-actions", "2", "--dry-run")
    assert (
        "Nothing of it would be written: there is more to do (3) than the 2 of --max-actions." in dry.stdout
    )


@pytest.fixture
def rules_copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    return tmp_path / "rules"


def test_the_shipped_cases_pass_and_coverage_is_told(tmp_path: Path) -> None:
    done = triage("rules", "test", "--junit", str(tmp_path / "junit.xml"), "--min-coverage", "90")
    assert (done.returncode, "cases pass, 0 fail" in done.stdout) == (0, True)
    assert "% of what rules can say was seen" in done.stdout
    suites = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert sum(int(s.get("tests", "")) for s in suites) == len(suites.findall(".//testcase")) > 280
    assert not suites.findall(".//failure")
    data = json.loads(triage("rules", "test", "--format", "json").stdout)
    assert data["failed"] == []
    assert data["coverage"]["rules"]["late-activity"]["verdicts"]["failing"] > 3


def test_a_failing_case_prints_the_difference_and_the_explanation(rules_copy: Path, tmp_path: Path) -> None:
    case = rules_copy / "tests" / "orders.yaml"
    case.write_text(case.read_text().replace("2026-03-02T19:00Z}", "2026-03-02T20:00Z}"))
    words = ["rules", "test", "--rules", str(rules_copy), "--rule", "late-activity"]
    done = triage(*words, "--junit", str(tmp_path / "junit.xml"))
    assert done.returncode == 1
    assert "orders.yaml:" in done.stdout
    assert "    - 2026-03-02T20:00:00Z\n    + 2026-03-02T19:00:00Z\n" in done.stdout
    assert "✗ 4 hours of working time have passed" in done.stdout
    assert "incomplete-request" not in done.stdout
    (failure,) = ElementTree.parse(tmp_path / "junit.xml").getroot().findall(".//failure")
    assert "2026-03-02T19:00:00Z" in (failure.text or "")
    (told,) = [c for c in json.loads(triage(*words, "--format", "json").stdout)["cases"] if not c["passed"]]
    assert told["failures"][0]["differences"][0]["surplus"] == ["2026-03-02T19:00:00Z"]


def test_a_wrong_case_file_is_a_configuration_error(rules_copy: Path) -> None:
    case = rules_copy / "tests" / "orders.yaml"
    case.write_text(case.read_text().replace("board: us-east", "board: us-eats", 1))
    done = triage("rules", "test", "--rules", str(rules_copy))
    assert done.returncode == 2
    assert done.stderr.strip().endswith(
        'orders.yaml:4:12: unknown board "us-eats"; did you mean "us-east"? (TRI008)'
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--rule", "late-actvity"], 2, '--rule: unknown rule "late-actvity"; did you mean "late-activity"?'),
        (["--board", "x"], 2, '--board: unknown board "x"; known: '),
        (["--min-coverage", "100"], 1, "less than 100 % was seen"),
        (["--junit", "/nowhere/x.xml"], 2, "--junit: /nowhere/x.xml cannot be written: No such file"),
    ],
)
def test_what_rules_test_refuses(words: list[str], code: int, said: str) -> None:
    done = triage("rules", "test", *words)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert said in done.stderr


def test_cases_decide_nothing_so_rules_are_the_same_without_them(rules_copy: Path) -> None:
    version = json.loads(triage("rules", "check", "--rules", str(rules_copy), "--format", "json").stdout)
    shutil.rmtree(rules_copy / "tests")
    without = json.loads(triage("rules", "check", "--rules", str(rules_copy), "--format", "json").stdout)
    assert version == without
    assert "0 cases pass" in triage("rules", "test", "--rules", str(rules_copy)).stdout


def test_one_rule_is_explained_whole_in_the_boards_zone(town: Town, at_town: Any) -> None:
    town.project("alice").issues.create({"title": "Acme", "description": town.stage().template()})
    town.set_clock(advance="PT60H")
    done = at_town("explain", "us-east#1", "--rule", "late-activity")
    assert "● late-activity fires since Wed 4 Mar 2026, 09:00 EST = 14:00Z" in done.stdout
    assert "answered-wait" not in done.stdout
    short, long = at_town("explain", "us-east#1").stdout, at_town("explain", "us-east#1", "--all").stdout
    assert "Silent, and not near" in short
    assert len(short.splitlines()) < 40 < len(long.splitlines())
    for rule in town.ruleset.rules:
        assert f"{rule.id} " in long
    data = json.loads(at_town("explain", "us-east#1", "--rule", "answered-wait", "--format", "json").stdout)
    (outcome,) = data["outcomes"]
    assert outcome["clauses"][outcome["failed"]]["holds"] is False
    assert at_town("explain", "us-east#1", "--rule", "answered-wiat").returncode == 2
