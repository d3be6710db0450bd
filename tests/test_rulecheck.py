"""`triage rules check` as people and pipelines use it: formats, severities, exit codes, generated pages."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.core.codes import CODES
from app.rules_cli import rules_app
from tests.small_rules import small_rules
from tests.town import Town


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_rules(tmp_path)


def run(*words: str, **environment: str) -> Any:
    return CliRunner().invoke(rules_app, [*words], env=environment)


def check(folder: Path, *words: str) -> Any:
    return run("check", "--rules", str(folder), *words)


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))


WARNING = ("pov-wanted.yaml", "why: The handbook says so.", 'why: ""')
ERROR = ("late-answer.yaml", "target: 2h", "target: 2 hours")


def test_rules_without_a_fault_are_counted(folder: Path) -> None:
    done = check(folder)
    assert (done.exit_code, done.stdout.startswith("2 rules, 2 boards, 1 templates; 5 examples pass")) == (
        0,
        True,
    )
    assert "examples pass" not in check(folder, "--no-examples").stdout


def test_a_warning_fails_only_where_that_is_asked_for(folder: Path) -> None:
    spoil(folder, *WARNING)
    done = check(folder)
    assert done.exit_code == 0
    assert "pov-wanted.yaml:3:6: warning: it does not say why" in done.stdout
    assert "(TRI019)" in done.stdout
    assert "0 errors, 1 warning. What a code means: triage rules explain-code CODE" in done.stdout
    assert check(folder, "--fail-level", "warning").exit_code == 1


def test_an_error_is_told_where_errors_go_and_ends_with_2(folder: Path) -> None:
    spoil(folder, *ERROR)
    done = check(folder, "--fail-level", "error")
    assert (done.exit_code, done.stdout) == (2, "")
    assert (
        "late-answer.yaml:9:11: '2 hours' is no length of time; write it as 48h, 90m or 5d (TRI008)"
        in done.stderr
    )


def test_a_folder_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    done = check(tmp_path / "nowhere")
    assert (done.exit_code, "there is no rules folder" in done.stderr) == (2, True)


def test_as_json_each_problem_has_its_code_and_place(folder: Path) -> None:
    spoil(folder, *WARNING)
    found = json.loads(check(folder, "--format", "json").stdout)
    assert (found["ok"], found["errors"], found["warnings"], found["rules"]) == (True, 0, 1, 2)
    (problem,) = found["problems"]
    assert problem["file"].endswith("pov-wanted.yaml")
    assert (problem["line"], problem["column"], problem["code"], problem["severity"]) == (
        3,
        6,
        "TRI019",
        "warning",
    )
    spoil(folder, *ERROR)
    assert json.loads(check(folder, "--format", "json").stdout)["ok"] is False


def test_as_code_quality_a_finding_is_known_again_when_lines_come_above_it(folder: Path) -> None:
    spoil(folder, *WARNING)
    (found,) = json.loads(check(folder, "--format", "codequality").stdout)
    assert set(found) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert (found["check_name"], found["severity"], found["location"]["lines"]) == (
        "TRI019",
        "minor",
        {"begin": 3},
    )
    assert not found["location"]["path"].startswith("/")
    spoil(folder, "pov-wanted.yaml", "id: pov-wanted", "# more\nid: pov-wanted")
    (moved,) = json.loads(check(folder, "--format", "codequality").stdout)
    assert moved["location"]["lines"] == {"begin": 4}
    assert moved["fingerprint"] == found["fingerprint"]
    spoil(folder, *ERROR)
    found = json.loads(check(folder, "--format", "codequality").stdout)
    assert {each["severity"] for each in found} == {"critical"}
    assert json.loads(check(small_rules(folder / "fresh"), "--format", "codequality").stdout) == []


def test_a_code_is_explained_whatever_its_case_and_a_wrong_one_is_named(folder: Path) -> None:
    done = run("explain-code", "tri044")
    assert done.exit_code == 0
    assert done.stdout.startswith("TRI044 (error): a rule whose label ends what put it on")
    assert json.loads(run("explain-code", "TRI044", "--format", "json").stdout)["id"] == "TRI044"
    wrong = run("explain-code", "TRI999")
    assert wrong.exit_code != 0
    assert "there is no code 'TRI999'" in str(wrong.exception)


def test_all_codes_are_listed() -> None:
    lines = run("codes").stdout.splitlines()
    assert [line.split()[0] for line in lines] == [*CODES]
    assert len(json.loads(run("codes", "--format", "json").stdout)) == len(CODES)


def test_generated_files_are_written_and_found_stale(folder: Path) -> None:
    page = folder.parent / "codes.md"
    for words in (["schema", "--rules", str(folder)], ["page", "--rules", str(folder)]):
        assert run(*words, "--check").exit_code == 1
        assert run(*words, *(["--write"] if words[0] == "schema" else [])).exit_code == 0
        assert run(*words, "--check").exit_code == 0
    assert run("codes", "--check", str(page)).exit_code == 1
    assert run("codes", "--write", str(page)).exit_code == 0
    assert run("codes", "--check", str(page)).exit_code == 0
    page.write_text(page.read_text() + "\n")
    assert run("codes", "--check", str(page)).exit_code == 1


def test_schemas_are_printed_by_kind() -> None:
    assert "check" in json.loads(run("schema").stdout)["properties"]
    assert "escalation" in json.loads(run("schema", "--for", "board").stdout)["properties"]


def test_what_gitlab_lacks_is_told_with_1(folder: Path, town: Town) -> None:
    given = {"TRIAGE_GITLAB_URL": town.url, "TRIAGE_GITLAB_TOKEN": town.token}
    done = run("check", "--rules", str(folder), "--online", "--no-examples", **given)
    assert done.exit_code == 1
    assert "boards/one.yaml:3:10: GitLab shows the bot no project group/one" in done.stderr
    spoil(folder, *ERROR)
    assert run("check", "--rules", str(folder), "--online", **given).exit_code == 2
