"""The parts put together: rules that change under a running service."""

import shutil
from pathlib import Path
from time import monotonic, sleep

import pytest
from pydantic import SecretStr

from app.background import CatchUp, Rules
from app.clock import SystemClock
from app.core.model import IssueRef
from app.database import open_database
from app.inbox import Inbox
from app.settings import Settings
from app.tools import gitlab_of
from tests.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    return tmp_path / "rules"


def test_a_faulty_change_is_told_and_the_last_good_rules_hold(folder: Path) -> None:
    changes: list[str] = []
    rules = Rules(folder, on_change=lambda: changes.append("x"))
    good = rules.current().version
    rule = folder / "answered-wait.yaml"
    text = rule.read_text()
    rule.write_text(text.replace("summary:", "sumary:"))
    rules.refresh()
    assert rules.current().version == good
    assert 'unknown key "sumary"' in rules.error
    rule.write_text(text.replace("summary: A request", "summary: Any request"))
    rules.refresh()
    assert rules.current().version != good
    assert (rules.error, changes) == ("", ["x"])


def test_faulty_rules_are_loaded_once_and_hold_nobody_up(folder: Path) -> None:
    rules = Rules(folder)
    rule = folder / "answered-wait.yaml"
    rule.write_text(rule.read_text().replace("summary:", "sumary:"))
    rules.refresh()
    rules.error = "told"
    began = monotonic()
    for _ in range(5):
        rules.refresh()  # loads nothing, or it would say again what is wrong
        rules.current()
    assert (rules.error, monotonic() - began < 2) == ("told", True)


@pytest.mark.parametrize("name", ["rules/answered-wait.yaml", "issue_templates/SA Activity.md"])
def test_a_file_that_is_no_text_stops_nothing_and_stays_told(folder: Path, name: str) -> None:
    rules = Rules(folder)
    good = rules.current().version
    (folder.parent / name).write_bytes(b"\xff\xfe")
    for _ in range(2):
        rules.refresh()
        assert rules.current().version == good
        assert "UTF-8" in rules.error


def test_a_folder_that_vanishes_stops_nothing(folder: Path) -> None:
    rules = Rules(folder)
    good = rules.current().version
    shutil.rmtree(folder)
    rules.refresh()
    assert rules.current().version == good
    assert rules.error


def test_a_worker_with_nothing_to_do_notices_that_rules_have_changed(folder: Path, tmp_path: Path) -> None:
    inbox = Inbox(open_database(f"sqlite:///{tmp_path}/triage.db"))
    inbox.put(IssueRef(1, 1))
    settings = Settings(gitlab_url="http://127.0.0.1:9", gitlab_token=SecretStr("none"), rules=folder)
    rules = CatchUp(folder, inbox, SystemClock(), lambda: gitlab_of(settings)).rules
    rule = folder / "answered-wait.yaml"
    rule.write_text(rule.read_text().replace("summary:", "sumary:"))
    end = monotonic() + 60
    while not rules.error and monotonic() < end:
        sleep(0.1)
    assert 'unknown key "sumary"' in rules.error
