"""What the repository promises around the code: pipeline, image, words."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pipeline() -> Any:
    return yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())


def test_the_pipeline_sweeps_on_a_schedule_and_never_twice_at_once(pipeline: Any) -> None:
    assert pipeline["sweep"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert pipeline["sweep"]["resource_group"]
    assert any("triage sweep" in line for line in pipeline["sweep"]["script"])


def test_every_make_target_that_is_named_exists(pipeline: Any) -> None:
    targets = set(re.findall(r"^([\w.$()/-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = re.findall(r"^\s*(?:- )?make ([\w./-]+)", (ROOT / ".gitlab-ci.yml").read_text(), re.MULTILINE)
    named += re.findall(r"^make ([\w-]+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    named += re.findall(r"^make ([\w-]+)", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    assert {n for n in named if not n.startswith(".venv")} <= targets


def test_the_image_copies_what_it_needs_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text()
    copied = {
        word for line in re.findall(r"^COPY (?!--)(.*)$", text, re.MULTILINE) for word in line.split()[:-1]
    }
    assert all((ROOT / name).exists() for name in copied), copied
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == allowed
    assert "\nUSER 10001\n" in text
    assert "HEALTHCHECK" in text


def test_locks_pin_by_hash_and_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        assert "://" not in text
        pinned = re.findall(r"^[\w.\[\]-]+==", text, re.MULTILINE)
        entries = [block for block in re.split(r"\n(?=\S)", text) if "==" in block]
        assert len(pinned) == len(entries)
        assert all("--hash=sha256:" in block for block in entries)


def test_core_imports_only_core() -> None:
    for path in (ROOT / "app" / "core").rglob("*.py"):
        for module in re.findall(r"^(?:from|import) (app[\w.]*)", path.read_text(), re.MULTILINE):
            assert module.startswith("app.core"), f"{path.name} imports {module}"


def test_only_the_command_knows_the_sandbox() -> None:
    for path in (ROOT / "app").rglob("*.py"):
        if "sandbox" not in path.parts and path.name != "cli.py":
            assert "app.sandbox" not in path.read_text(), path.name


def test_every_rule_is_a_file_and_every_check_is_used(ruleset: Any) -> None:
    checks = {p.stem for p in (ROOT / "app" / "core" / "checks").glob("*.py") if p.stem != "__init__"}
    # One check is for rules that others write; those of tests/example_rules and docs/rules.md use it.
    assert {rule.check.kind for rule in ruleset.rules} | {"condition"} == checks


def test_templates_carry_their_marker_and_no_front_matter(ruleset: Any) -> None:
    for template in ruleset.templates.values():
        marker = f"<!-- triage-template: {template.file.id} v{template.file.version} -->"
        assert template.text.startswith(marker)


def test_no_module_outgrows_its_reader() -> None:
    long = {
        p.name: n for p in Path(ROOT / "app").rglob("*.py") if (n := len(p.read_text().splitlines())) > 280
    }
    assert long == {}


def test_no_pattern_is_one_that_an_older_python_reads_wrongly() -> None:
    """Up to 3.11.4 a group that is repeated without giving back may find nothing.

    https://github.com/python/cpython/issues/106052
    """
    wrong = re.compile(r"\)(?:[+*?]|\{\d*,?\d*\})\+|\(\?>")
    found = [str(file) for file in (ROOT / "app").rglob("*.py") if wrong.search(file.read_text("utf-8"))]
    assert found == []
