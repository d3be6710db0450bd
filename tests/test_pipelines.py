"""Our pipeline and the component: what GitLab's schema says, every command line, and the jobs run against a sandbox."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from app.core.length import read_length
from app.core.ruleset import Ruleset
from tests.conftest import ROOT
from tests.pipelines import COMPONENT, Job, component, declared, jobs, pipeline, run
from tests.town import Town

NEEDED = {
    "source": "https://gitlab.example.com/tools/triage-boards.git",
    "ref": "1.0.0",
    "boards": ["us-east"],
}
OTHERS = {
    **NEEDED,
    "rules": "policy/rules",
    "stage": "check",
    "job_prefix": "boards",
    "dry_run": True,
    "alone": True,
    "max_actions": 7,
    "max_time": "2h",
    "timeout": "3h",
    "schedule_only": False,
}
FILES = {
    "our own": pipeline(),
    "the component": component(**NEEDED),
    "the component, all inputs given": component(**OTHERS),
}


def sweep_job(file: dict[str, Any]) -> Job:
    return next(job for name, job in jobs(file).items() if name.endswith("sweep"))


def preview_job(file: dict[str, Any]) -> Job:
    return next(job for name, job in jobs(file).items() if name.endswith("preview"))


def schema_says(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / ".gitlab-ci.yml"
    file.write_text(text)
    words = ["--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci", str(file)]
    return subprocess.run(
        [sys.executable, "-m", "check_jsonschema", *words], capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("name", FILES)
def test_gitlabs_schema_has_nothing_against_it(name: str, tmp_path: Path) -> None:
    done = schema_says(yaml.safe_dump(FILES[name]), tmp_path)
    assert done.returncode == 0, done.stdout


def test_nor_against_the_components_inputs(tmp_path: Path) -> None:
    header = COMPONENT.read_text().partition("\n---\n")[0]
    done = schema_says(header, tmp_path)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "wrong", [{"retry": {"max": 2, "when": ["bad_weather"]}}, {"artifacts": {"path": ["x"]}}, {"timeout": 5}]
)
def test_the_schema_would_find_a_slip(wrong: Job, tmp_path: Path) -> None:
    file = pipeline()
    file["sweep"] |= wrong
    assert schema_says(yaml.safe_dump(file), tmp_path).returncode == 1


def test_every_input_is_used_and_told_of() -> None:
    body = COMPONENT.read_text().partition("\n---\n")[2]
    page = (ROOT / "docs" / "pipelines.md").read_text()
    for name, spec in declared().items():
        assert f"$[[ inputs.{name} ]]" in body, name
        assert spec["description"], name
        assert f"`{name}`" in page, name


def test_our_pipeline_sweeps_the_boards_that_we_ship(ruleset: Ruleset) -> None:
    (row,) = sweep_job(pipeline())["parallel"]["matrix"]
    assert row == {"BOARD": sorted(ruleset.active_boards)}


def test_the_component_sweeps_the_boards_that_it_is_told() -> None:
    assert sweep_job(FILES["the component"])["parallel"] == {"matrix": [{"BOARD": ["us-east"]}]}


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_sweep_is_alone_on_its_board_and_ends_before_it_is_killed(file: dict[str, Any]) -> None:
    job = sweep_job(file)
    assert job["resource_group"] == "triage-sweep-$BOARD"
    assert job["interruptible"] is False
    assert "allow_failure" not in job
    assert not {"always", "script_failure", "unknown_failure"} & {*job["retry"]["when"]}
    script = " ".join(job["script"])
    longest = script.partition("--max-time ")[2].split()[0].strip('"')
    assert read_length(longest) < read_length(job["timeout"])


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_what_is_known_is_cached_for_each_board_and_never_an_artifact(file: dict[str, Any]) -> None:
    job = sweep_job(file)
    folder = job["variables"]["TRIAGE_DATABASE_URL"].removeprefix("sqlite:///").rpartition("/")[0]
    (cache,) = (each for each in job["cache"] if each["paths"] == [f"{folder}/"])
    assert (cache["key"], cache["when"]) == ("triage-known-$BOARD", "always")
    for each in jobs(file).values():
        kept = each.get("artifacts", {})
        paths = [*kept.get("paths", []), *kept.get("reports", {}).values()]
        assert not [path for path in paths if "db" in path or path.startswith(".triage") or "*" in path]


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_a_preview_has_a_token_of_its_own_and_without_it_says_so(file: dict[str, Any]) -> None:
    found = jobs(file)
    (left_out,) = (job for name, job in found.items() if name.endswith("left-out"))
    (preview,) = preview_job(file)["rules"]
    merge_request = '$CI_PIPELINE_SOURCE == "merge_request_event"'
    assert preview["if"] == f"{merge_request} && $TRIAGE_PREVIEW_TOKEN"
    assert left_out["rules"] == [
        {"if": "$TRIAGE_PREVIEW_TOKEN", "when": "never"},
        {"if": merge_request, "changes": preview["changes"]},
    ]
    script = preview_job(file)["script"]
    assert script[0] == 'export TRIAGE_GITLAB_TOKEN="$TRIAGE_PREVIEW_TOKEN"'
    assert "--dry-run" in script[-1]


def parsed(words: list[str]) -> dict[str, Any]:
    """What the command makes of the words. Fails on an option that there is not, or a value that it does not take."""
    from typer.main import get_command

    from app.cli import app

    command: Any = get_command(app)
    context, name = None, "triage"
    while True:
        context = command.make_context(name, list(words), parent=context)
        if not hasattr(command, "resolve_command"):
            params: dict[str, Any] = context.params
            return params
        name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])


# In place of the command: writes down the words that it is called with.
STUB = """#!/usr/bin/env python3
import json, os, sys
with open(os.environ["HOME"] + "/said", "a") as said:
    print(json.dumps(sys.argv[1:]), file=said)
"""


def command_lines(job: Job, folder: Path) -> list[list[str]]:
    """The words of each call of `triage` in the job, as its shell passes them."""
    (folder / "bin").mkdir(exist_ok=True)
    stub = folder / "bin" / "triage"
    stub.write_text(STUB)
    stub.chmod(0o755)
    done = run(job, folder, first=folder / "bin", BOARD="us-east", CI_MERGE_REQUEST_DIFF_BASE_SHA="abc")
    assert done.returncode == 0, done.stderr
    said = folder / "said"
    lines = [json.loads(line) for line in said.read_text().splitlines()] if said.exists() else []
    said.unlink(missing_ok=True)
    return lines


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_the_real_command_takes_every_command_line(file: dict[str, Any], tmp_path: Path) -> None:
    found: Counter[str] = Counter()
    for job in jobs(file).values():
        if any("triage " in line for line in job["script"]):
            lines = command_lines(job, tmp_path)
            assert len(lines) == sum(line.startswith("triage ") for line in job["script"])
            for words in lines:
                parsed(words)
                found[words[0]] += 1
    assert found["sweep"] == 2
    assert found["rules"] >= 1


def test_the_test_of_command_lines_would_find_a_slip() -> None:
    for words in (
        ["sweep", "--max-tim", "50m"],
        ["sweep", "--max-actions", "many"],
        ["swep"],
        ["rules", "chek"],
    ):
        with pytest.raises(Exception, match=r"(?i)no such|valid integer"):
            parsed(words)


def test_the_inputs_of_the_component_become_options(tmp_path: Path) -> None:
    plain = parsed(command_lines(sweep_job(FILES["the component"]), tmp_path)[0])
    given = parsed(command_lines(sweep_job(FILES["the component, all inputs given"]), tmp_path)[0])
    names = ("board", "dry_run", "alone", "max_actions", "max_time")
    assert [plain[name] for name in names] == [["us-east"], False, False, 200, "50m"]
    assert [given[name] for name in names] == [["us-east"], True, True, 7, "2h"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A repository with our rules, as a job finds it."""
    folder = tmp_path / "builds"
    for name in ("rules", "issue_templates"):
        shutil.copytree(ROOT / name, folder / name)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Rules")
    return folder


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Maria", "-c", "user.email=maria@example.com"]
    done = subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def variables(town: Town, **more: str) -> dict[str, str]:
    found = {"CI_SERVER_URL": town.url, "TRIAGE_CLOCK": "sandbox", "BOARD": "us-east"}
    return {**found, "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot", **more}


def artifacts(job: Job, folder: Path) -> dict[str, str]:
    """What the job would keep; fails where a file is missing."""
    kept = job["artifacts"]
    names = [*kept.get("paths", []), *kept["reports"].values()]
    return {name: (folder / name).read_text() for name in names}


@pytest.mark.parametrize("name", ["our own", "the component"])
def test_the_sweep_job_sweeps_and_the_next_one_goes_by_what_is_known(
    name: str, town: Town, checkout: Path
) -> None:
    for title in ("one", "two"):
        town.project("alice").issues.create({"title": title, "description": "y"})
    job = sweep_job(FILES[name])
    done = run(job, checkout, **variables(town))
    assert done.returncode == 0, done.stderr
    kept = artifacts(job, checkout)
    data = json.loads(kept["sweep.json"])
    assert (data["complete"], data["done"], data["boards"]) == (True, 2, ["us-east"])
    assert ElementTree.fromstring(kept["sweep.xml"]).get("failures") == "0"
    (cached,) = (each["paths"][0] for each in job["cache"] if "known" in each["key"])
    assert [path.suffix for path in (checkout / cached).glob("*.db")] == [".db"]
    town.set_clock(advance="PT10M")
    for _ in range(2):  # what was written is read once more
        assert run(job, checkout, **variables(town)).returncode == 0
    data = json.loads(artifacts(job, checkout)["sweep.json"])
    assert (data["done"], data["looked_at"], data["unchanged"]) == (0, 0, 2)


def test_a_fuse_that_blows_fails_the_job_and_its_artifacts_say_why(town: Town, checkout: Path) -> None:
    town.project("alice").issues.create({"title": "one", "description": "y"})
    job = sweep_job(FILES["our own"])
    done = run(job, checkout, **variables(town, TRIAGE_MAX_ACTIONS="0"))
    assert done.returncode == 4
    assert town.writes() == []
    kept = artifacts(job, checkout)
    data = json.loads(kept["sweep.json"])
    assert "--max-actions" in data["stopped"]
    assert (data["complete"], data["counts"]) == (False, {"PutNote": 1})
    assert "--max-actions" in kept["sweep.xml"]


def test_a_sweep_that_cannot_begin_says_so_in_its_artifacts(town: Town, checkout: Path) -> None:
    job = sweep_job(FILES["our own"])
    done = run(job, checkout, **variables(town, TRIAGE_GITLAB_TOKEN="sandbox-nobody"))
    assert done.returncode == 1
    assert "TRIAGE_GITLAB_TOKEN" in json.loads(artifacts(job, checkout)["sweep.json"])["stopped"]


@pytest.mark.parametrize("name", ["our own", "the component"])
def test_the_preview_job_says_what_the_change_touches(name: str, town: Town, checkout: Path) -> None:
    town.project("alice").issues.create({"title": "one", "description": "y"})
    town.project("alice").issues.create({"title": "two", "description": town.stage().template()})
    base = git(checkout, "rev-parse", "HEAD")
    status = checkout / "rules" / "texts" / "status.md"
    status.write_text(
        status.read_text().replace("Your request follows no template", "It follows no template")
    )
    more = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "TRIAGE_PREVIEW_TOKEN": "sandbox-triage-bot"}
    job = preview_job(FILES[name])
    done = run(job, checkout, **variables(town, TRIAGE_GITLAB_TOKEN="", **more))
    assert done.returncode == 0, done.stderr
    kept = artifacts(job, checkout)
    assert kept["preview.md"].startswith("### This change would touch 1 request\n")
    (entry,) = json.loads(kept["preview.json"])
    assert (checkout / entry["location"]["path"]).is_file()
    assert ElementTree.fromstring(kept["preview.xml"]).get("failures") == "1"
    assert town.writes() == []
