"""`triage sweep` as pipelines use it: its exit codes, the files it writes, and what other rules would do."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.board import Board
from app.reports import FORMATS, as_data, as_text
from tests.conftest import ROOT
from tests.in_process import UNCLOSED
from tests.test_cli import at_town as at_town
from tests.town import Town

pytestmark = UNCLOSED

EMEA = "gitlab-com/customer-success/sa-triage-boards/emea-triage"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A rules folder of our own that may be changed."""
    for name in ("rules", "issue_templates"):
        shutil.copytree(ROOT / name, tmp_path / "policy" / name)
    return tmp_path / "policy" / "rules"


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


def reports(folder: Path) -> list[str]:
    """The options for a report of each kind."""
    return [word for kind in FORMATS for word in ("--report", f"{kind}={folder / kind}")]


def test_a_sweep_that_did_all_of_it_ends_with_0_and_so_does_one_with_nothing_to_do(
    town: Town, at_town: Any, tmp_path: Path
) -> None:
    town.project("alice").issues.create({"title": "x", "description": "y"})
    for done in (1, 0):
        ended = at_town("sweep", "--board", "us-east", "--detailed-exitcode", *reports(tmp_path))
        assert ended.returncode == 0, ended.stderr
        assert json.loads((tmp_path / "json").read_text())["done"] == done
    assert all((tmp_path / kind).is_file() for kind in FORMATS)
    assert not list(tmp_path.glob(".*.part"))


def test_pending_changes_end_with_3_when_that_is_asked_for(town: Town, at_town: Any, tmp_path: Path) -> None:
    town.project("alice").issues.create({"title": "x", "description": "y"})
    words = ["sweep", "--dry-run", "--board", "us-east"]
    assert at_town(*words, "--detailed-exitcode", *reports(tmp_path)).returncode == 3
    assert (tmp_path / "markdown").read_text().startswith("### This would touch 1 request\n")
    assert at_town(*words).returncode == 0


def test_an_incomplete_sweep_ends_with_4_and_its_reports_say_so(
    town: Town, at_town: Any, tmp_path: Path, policy: Path
) -> None:
    change(policy / "boards" / "emea.yaml", "emea-triage", "gone")
    words = ["--board", "us-east", "--board", "emea", "--detailed-exitcode", *reports(tmp_path)]
    assert at_town("sweep", *words, TRIAGE_RULES=str(policy)).returncode == 4
    for kind in FORMATS:
        assert re.search("(?i)incomplete|boards_failed", (tmp_path / kind).read_text()), kind


def test_a_sweep_that_failed_ends_with_1_and_its_reports_say_why(at_town: Any, tmp_path: Path) -> None:
    done = at_town("sweep", *reports(tmp_path), TRIAGE_GITLAB_TOKEN="sandbox-nobody")
    assert (done.returncode, "TRIAGE_GITLAB_TOKEN" in done.stderr) == (1, True)
    for kind in FORMATS:
        assert "TRIAGE_GITLAB_TOKEN" in (tmp_path / kind).read_text(), kind


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--report", "yaml=x"], "--report yaml=x: write KIND=FILE, where KIND is text, json, junit"),
        (["--report", "json"], "write KIND=FILE"),
        (["--report", "json="], "write KIND=FILE"),
        (["--report", "json={}/none/x"], "cannot be written: No such file or directory"),
        (["--report", "json={}"], "is there, and is no file"),
        (
            ["--report", "json={}/x", "--report", "text={}/./x"],
            "another report is written to that file already",
        ),
        (["--against", "main"], "--against only compares; add --dry-run"),
        (["--dry-run", "--against", "no-such-ref"], "--against no-such-ref: there is no such folder"),
        (["--max-time", "soon"], "--max-time"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_what_is_wrongly_asked_ends_with_2_before_anything_is_read(
    town: Town, at_town: Any, tmp_path: Path, words: list[str], said: str
) -> None:
    before = len(town.requests())
    done = at_town("sweep", *(word.format(tmp_path) for word in words))
    assert done.returncode == 2
    assert said in re.sub(r"\s+", " ", done.stderr)
    assert len(town.requests()) == before
    assert list(tmp_path.iterdir()) == []


def test_the_page_tells_every_exit_code() -> None:
    page = (ROOT / "docs" / "pipelines.md").read_text()
    assert set(re.findall(r"^\| (\d) \|", page, re.MULTILINE)) == set("01234")
    assert all(f"| `{kind}` |" in page for kind in FORMATS)


def test_rules_compared_with_themselves_touch_nothing(town: Town) -> None:
    town.project("alice").issues.create({"title": "x", "description": "y"})
    report = town.sweep("us-east", apply=False, against=town.ruleset)
    report.against = "the same"
    assert report.pending == 1
    assert as_data(report)["issues"] == []
    assert as_text(report) == "Compared with the same, this change would touch 0 requests: nothing differs."


def test_only_what_differs_is_told_and_of_confidential_requests_how_much(town: Town) -> None:
    project = town.project("alice").issues
    project.create({"title": "one", "description": "y"})
    project.create({"title": "Secret", "description": "Secret", "confidential": True})
    board = town.ruleset.boards["us-east"]
    later = Board(board.file.model_copy(update={"since": date(2026, 3, 3)}), board.calendar)
    other = replace(town.ruleset, boards={**town.ruleset.boards, "us-east": later})
    report = town.sweep("us-east", apply=False, against=other)
    report.against = "other"
    first, second = as_data(report)["issues"]
    assert [new["does"] for new in first["difference"]["new"]] == ["write note status"]
    assert second["difference"] == {"new": 1, "gone": 0}
    assert "Secret" not in as_text(report)
    assert town.writes() == []


def test_what_a_folder_with_other_rules_would_do_is_compared(
    town: Town, at_town: Any, tmp_path: Path, policy: Path
) -> None:
    town.project("alice", EMEA).issues.create({"title": "x", "description": "y"})
    town.project("alice").issues.create({"title": "x", "description": "y"})
    change(policy / "boards" / "emea.yaml", "calendar: emea", "calendar: emea\nactive: false")
    words = [
        "sweep",
        "--dry-run",
        "--against",
        str(ROOT / "rules"),
        *reports(tmp_path),
        "--detailed-exitcode",
    ]
    done = at_town(*words, TRIAGE_RULES=str(policy))
    assert done.returncode == 3, done.stderr
    assert "  no longer: write note status" in done.stdout
    data = json.loads((tmp_path / "json").read_text())
    assert (data["touched"], data["counts"], data["counts_gone"]) == (1, {}, {"PutNote": 1})
    assert "emea-triage#1" in (tmp_path / "markdown").read_text()
    assert at_town(*words, TRIAGE_RULES=str(ROOT / "rules")).returncode == 0


def test_the_json_that_is_printed_piece_by_piece_is_the_whole_of_it(town: Town) -> None:
    empty = town.sweep("us-east", apply=False)
    for n in range(3):
        town.project("alice").issues.create({"title": f"x {n}", "description": "y\u009b31m \u2028"})
    several = town.sweep("us-east", apply=False)
    for report, issues in ((empty, 0), (several, 3)):
        text = FORMATS["json"](report, "")
        assert (json.loads(text), len(json.loads(text)["issues"])) == (as_data(report), issues)
        assert text.isascii()
        assert len([line for line in text.splitlines() if '"reference": ' in line]) == issues
