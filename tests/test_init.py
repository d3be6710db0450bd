"""`triage init`: what it writes is right, is told of line by line, and writes over nothing."""

import json
import os
import re
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.core.starting import Answers, starting
from app.rulebook import load
from app.sandbox.server import SandboxServer
from app.shipped import shipped_texts
from tests.conftest import ROOT
from tests.in_process import UNCLOSED, run
from tests.pipelines import component, declared

pytestmark = UNCLOSED

BOARDS = ("acme/triage-east", "acme/west/triage-east")
ANSWERS = Answers(
    BOARDS, ("sam", "acme/architects"), ("maria",), date(2026, 3, 1), zone="Asia/Tokyo", holidays="JP"
)
FLAGS = ["--zone", "Europe/Berlin", "--sa", "sam", "--sa", "sofia", "--escalation", "maria"]


def init(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    ran = run(["init", str(folder), *words], {"NO_PROXY": "127.0.0.1", **environment}, ROOT)
    return subprocess.CompletedProcess(words, ran.code, ran.out, ran.err)


def written(answers: Answers, folder: Path) -> Path:
    for path, file in starting(shipped_texts(), answers).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(file.text)
    return folder


def board(folder: Path, name: str) -> Any:
    return yaml.safe_load((folder / "rules" / "boards" / f"{name}.yaml").read_text())


def test_the_folder_loads_and_only_the_newcomers_boards_are_looked_after(tmp_path: Path) -> None:
    ruleset = load(written(ANSWERS, tmp_path) / "rules")
    assert {name: b.file.project for name, b in ruleset.active_boards.items()} == {
        "triage-east": BOARDS[0],
        "west-triage-east": BOARDS[1],
    }
    east = ruleset.boards["triage-east"]
    assert str(east.calendar.zone) == "Asia/Tokyo"
    assert [p.name for p in east.file.sas] == ["sam", "acme/architects"]
    assert east.file.since == date(2026, 3, 1)
    like, ours = (
        {r.id for r in ruleset.rules if b in r.applies_to.boards} for b in ("us-east", "triage-east")
    )
    assert ours == like - {"wrong-board"}


def test_a_board_is_like_the_shipped_one_that_is_named(tmp_path: Path) -> None:
    answers = replace(ANSWERS, like="commercial-emea", zone="", holidays="", calendar="emea")
    ruleset = load(written(answers, tmp_path) / "rules")
    east = ruleset.boards["triage-east"]
    assert set(east.file.roles) == set(ruleset.boards["commercial-emea"].file.roles)
    assert {name for names in east.file.roles.values() for name in names} == {"maria"}
    assert "small-deal" in {r.id for r in ruleset.rules if "triage-east" in r.applies_to.boards}
    assert board(tmp_path, "triage-east")["calendar"] == "emea"


def test_the_project_of_a_shipped_board_keeps_that_boards_id(tmp_path: Path) -> None:
    project = board(ROOT, "emea")["project"]
    ruleset = load(written(replace(ANSWERS, projects=(project,)), tmp_path) / "rules")
    assert list(ruleset.active_boards) == ["emea"]


def test_the_pipeline_that_is_written_is_the_component_with_inputs_that_it_takes() -> None:
    files = starting(shipped_texts(), replace(ANSWERS, source="https://git.example.com/t.git", ref="v1"))
    (include,) = yaml.safe_load(files[".gitlab-ci.yml"].text)["include"]
    assert files[include["local"]].text == (ROOT / "templates/triage/template.yml").read_text()
    assert include["inputs"].keys() <= declared().keys()
    jobs = component(**include["inputs"])
    assert jobs["triage-sweep"]["parallel"]["matrix"] == [{"BOARD": ["triage-east", "west-triage-east"]}]


def test_every_file_is_told_of_and_the_environment_is_that_of_the_program() -> None:
    from app.settings import SetupSettings

    files = starting(shipped_texts(), ANSWERS)
    assert [path for path, file in files.items() if file.said in ("", "part of the rules")] == []
    named = re.findall(r"^(TRIAGE_\w+)=", files[".env.example"].text, re.MULTILINE)
    assert {n.removeprefix("TRIAGE_").lower() for n in named} <= SetupSettings.model_fields.keys()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [({"like": "mars"}, 'no shipped board "mars"'), ({"zone": "", "calendar": "mars"}, 'calendar "mars"')],
)
def test_what_is_not_known_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        starting(shipped_texts(), replace(ANSWERS, **wrong))


def test_names_that_yaml_takes_for_something_else_stay_names(tmp_path: Path) -> None:
    answers = replace(
        ANSWERS,
        projects=("acme/2026", "acme/on", "acme/null", "acme/1e3"),
        sas=("123", "no"),
        escalation=("0x10",),
        ref="1.10",
    )
    for path, file in starting(shipped_texts(), answers).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(file.text)
    ruleset = load(tmp_path / "rules")
    assert set(ruleset.active_boards) == {"2026", "on", "null", "1e3"}
    assert {p.name for p in ruleset.boards["on"].file.sas} == {"123", "no"}
    assert ruleset.boards["null"].file.escalation == ["0x10"]
    inputs = yaml.safe_load((tmp_path / ".gitlab-ci.yml").read_text())["include"][0]["inputs"]
    assert (inputs["ref"], inputs["boards"]) == ("1.10", ["2026", "on", "null", "1e3"])


def test_it_writes_over_nothing_unless_told_and_the_same_again_is_nothing(tmp_path: Path) -> None:
    words = ["--project", BOARDS[0], *FLAGS, "--since", "2026-03-01"]
    first = init(tmp_path, *words)
    assert first.returncode == 0, first.stderr
    assert "rules/boards/triage-east.yaml: the board of acme/triage-east\n" in first.stdout
    again = init(tmp_path, *words, "--format", "json")
    assert [f for f in json.loads(again.stdout)["files"] if f["written"]] == []
    ours = tmp_path / "rules" / "boards" / "triage-east.yaml"
    ours.write_text("ours")
    refused = init(tmp_path, *words)
    assert refused.returncode == 2
    assert str(ours) in refused.stderr
    assert ours.read_text() == "ours"
    assert init(tmp_path, *words, "--force").returncode == 0
    assert ours.read_text().startswith("id: triage-east\n")
    check = subprocess.run(
        [sys.executable, "-m", "app", "rules", "check", "--rules", str(tmp_path / "rules")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert check.returncode == 0, check.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "say --project or --group"),
        (["--project", "a/b"], "say --zone"),
        (
            ["--project", "a/b", "--zone", "Mars/Base", "--sa", "sam", "--escalation", "maria"],
            "unknown time zone",
        ),
        (["--project", "a/b", *FLAGS, "--since", "March"], "no day"),
        (["--group", "acme", *FLAGS], "set them, or name each project"),
        (["--group", "acme", "--project", "a/b", *FLAGS], "not both"),
    ],
)
def test_without_a_terminal_it_asks_nothing(tmp_path: Path, words: list[str], says: str) -> None:
    done = init(tmp_path / "new", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "new").exists()


def test_gitlab_is_asked_for_projects_and_people(tmp_path: Path) -> None:
    with SandboxServer(scene="new") as server:
        told = {"TRIAGE_GITLAB_URL": server.url, "TRIAGE_GITLAB_TOKEN": "sandbox-triage-bot"}
        found = init(tmp_path, "--group", "acme", "--pipeline", "acme/triage-rules", *FLAGS, **told)
        assert found.returncode == 0, found.stderr
        assert f"TRIAGE_GITLAB_URL={server.url}" in (tmp_path / ".env.example").read_text()
        assert board(tmp_path, "triage-west")["project"] == "acme/triage-west"
        assert not (tmp_path / "rules/boards/triage-rules.yaml").exists()
        wrong = init(tmp_path, "--project", "acme/mars", *FLAGS, "--sa", "nobody-at-all", **told)
        assert wrong.returncode == 2
        assert "no project acme/mars (404)" in wrong.stderr
        assert "no user nobody-at-all" in wrong.stderr
        nowhere = init(tmp_path, "--group", "mars", *FLAGS, **told)
        assert "no group mars (404)" in nowhere.stderr


def test_an_installed_package_brings_what_init_copies(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "site")
    words = [sys.executable, "-m", "app", "init", str(tmp_path / "new"), "--project", "a/b", *FLAGS]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    made = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
    assert made.returncode == 0, made.stderr
    place = "import app.shipped; print(app.shipped.shipped_folder())"
    where = subprocess.run(
        [sys.executable, "-c", place],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert where.stdout.strip() == str(tmp_path / "site" / "triage_shipped")
