"""`triage rules import` as its users run it: files in, rules and a report out."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from app.errors import ConfigError
from app.importing import import_policies, write
from app.rulebook import load
from tests.conftest import ROOT
from tests.in_process import UNCLOSED
from tests.test_cli import triage

pytestmark = UNCLOSED

POLICIES = ROOT / "tests" / "policies"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Our boards, with no rules yet."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    for path in (tmp_path / "rules").glob("*.yaml"):
        if path.name not in ("labels.yaml", "quarters.yaml"):
            path.unlink()
    return tmp_path / "rules"


@pytest.fixture
def few(folder: Path) -> Path:
    """The same with two of our rules: one of them puts a label on whatever is late."""
    for name in ("late-activity.yaml", "quiet-request.yaml"):
        shutil.copy(ROOT / "rules" / name, folder)
    return folder


def run(policies: Path, into: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return triage("rules", "import", str(policies), "--into", str(into), "--board", "us-east", *more)


def test_policies_become_rules_that_are_sound(folder: Path) -> None:
    done = run(POLICIES / "ten.yml", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "10 rules of issues; " in done.stdout
    assert 'ten.yml:15 "Fade out" -> fade-out.yaml' in done.stdout
    assert len(load(folder).rules) == 10  # with all their examples run


def test_they_are_sound_beside_our_own_rules(few: Path) -> None:
    done = run(POLICIES / "ten.yml", few)
    assert done.returncode == 4  # a request that is late has a label of ours, and so is not without labels
    assert "line 5: in the way: the example that should fire does not come out" in done.stdout
    assert len(load(few).rules) == 2 + 9


def test_nothing_is_written_that_breaks_our_own_rules(few: Path, tmp_path: Path) -> None:
    rule = "{name: Close it, conditions: {state: opened}, actions: {status: close}}"
    (tmp_path / "p.yml").write_text(f"resource_rules: {{issues: {{rules: [{rule}]}}}}")
    done = run(tmp_path / "p.yml", few)
    assert done.returncode == 4
    assert "In the way: examples of your own rules" in done.stdout
    assert not (few / "close-it.yaml").exists()


def test_what_is_left_out_is_told_and_makes_it_incomplete(folder: Path) -> None:
    done = run(POLICIES / "faulty.yml", folder)
    assert done.returncode == 4
    assert 'faulty.yml:42 "On and off"' in done.stdout
    assert "faulty.yml:1:1: host_url is not taken; say it with TRIAGE_GITLAB_URL" in done.stdout
    assert (
        'faulty.yml:33:13: "interval_type" is given twice, first at 32:13; keep one (GLT001)' in done.stdout
    )
    load(folder)


def test_a_dry_run_writes_nothing_and_says_the_same(folder: Path) -> None:
    before = sorted(folder.iterdir())
    dry = run(POLICIES / "ten.yml", folder, "--dry-run", "--format", "json")
    assert sorted(folder.iterdir()) == before
    wet = run(POLICIES / "ten.yml", folder, "--format", "json")
    data = json.loads(wet.stdout)
    assert data["rules"] == json.loads(dry.stdout)["rules"]
    assert {rule["outcome"] for rule in data["rules"]} == {"whole"}
    assert (folder / "fade-out.yaml").read_text() == data["rules"][1]["text"]


def test_again_it_replaces_what_it_wrote_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    shutil.copy(POLICIES / "ten.yml", tmp_path / "policies.yml")
    write(import_policies(tmp_path / "policies.yml", folder, "us-east"), folder)
    first = {path.name: path.read_text() for path in folder.glob("*.yaml")}
    write(import_policies(tmp_path / "policies.yml", folder, "us-east"), folder)
    assert {path.name: path.read_text() for path in folder.glob("*.yaml")} == first
    text = (tmp_path / "policies.yml").read_text()
    (tmp_path / "policies.yml").write_text(text.replace("name: Fade out", "name: Go quiet"))
    write(import_policies(tmp_path / "policies.yml", folder, "us-east"), folder)
    assert {path.name for path in folder.glob("*.yaml")} == {*first} - {"fade-out.yaml"} | {"go-quiet.yaml"}


def test_people_s_text_is_no_template(folder: Path, tmp_path: Path) -> None:
    rule = "{name: A, conditions: {labels: [a]}, actions: {comment: '{{7*7}} {% x'}}"
    (tmp_path / "p.yml").write_text(f"resource_rules: {{issues: {{rules: [{rule}]}}}}")
    write(import_policies(tmp_path / "p.yml", folder, "us-east"), folder)
    assert load(folder).rules[0].does is not None


def test_names_steer_no_terminal_and_break_no_file(folder: Path, tmp_path: Path) -> None:
    name = "\\e[2Jevil\\u202e\\U0001F600: # x"
    rule = f'{{name: "{name}", conditions: {{labels: ["a\\nb: #"], titel: 1}}, actions: {{labels: [x]}}}}'
    fine = rule.replace(", titel: 1", "")
    (tmp_path / "p.yml").write_text(f"resource_rules: {{issues: {{rules: [{rule}, {fine}]}}}}")
    done = run(tmp_path / "p.yml", folder)
    assert done.returncode == 4
    assert "\x1b" not in done.stdout
    assert "\u202e" not in done.stdout
    assert load(folder).rules[0].summary == "\x1b[2Jevil\u202e\U0001f600: # x"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: [", "p.yml:2:1: this is no YAML"),
        (b"\xff\xfe", "no UTF-8 text"),
        (None, "cannot be read: No such file"),
        ("", 'p.yml:1:1: there is no "resource_rules" in it'),
        ("resource_rules: []", 'p.yml:1:1: there is no "resource_rules" in it'),
        ("&a [*a]", "p.yml:1:1: this is nested too deeply, or contains itself"),
    ],
)
def test_files_that_cannot_be_read_are_refused(
    text: str | bytes | None, told: str, folder: Path, tmp_path: Path
) -> None:
    if text is not None:
        (tmp_path / "p.yml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ConfigError) as error:
        import_policies(tmp_path / "p.yml", folder)
    assert told in str(error.value)


def test_an_unknown_board_is_refused(folder: Path) -> None:
    done = triage("rules", "import", str(POLICIES / "ten.yml"), "--into", str(folder), "--board", "mars")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--board mars: there is no such board; known: apac" in done.stderr


def test_a_file_of_others_is_not_written_over(folder: Path) -> None:
    found = import_policies(POLICIES / "ten.yml", folder, "us-east")
    (folder / "fade-out.yaml").write_text("id: fade-out\n")
    with pytest.raises(ConfigError, match="is there already"):
        write(found, folder)
    assert (folder / "fade-out.yaml").read_text() == "id: fade-out\n"
    assert not (folder / "one-stage-only.yaml").exists()
