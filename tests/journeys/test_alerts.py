"""What goes wrong shows in the numbers that the alerts ask for, and is gone from them when it is mended."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.sandbox.demo import free_port, register, service
from app.sandbox.server import SandboxServer
from app.sandbox.story import START
from tests import plain
from tests.conftest import ROOT
from tests.played import Played, until

ASKS = {
    rule["alert"]: rule["expr"]
    for rule in yaml.safe_load((ROOT / "docs/observe/alerts.yaml").read_text())["groups"][0]["rules"]
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A copy of the rules that a test may spoil."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.copytree(ROOT / "issue_templates", tmp_path / "issue_templates")
    return tmp_path / "rules"


@pytest.fixture
def played(tmp_path: Path, rules: Path) -> Iterator[Played]:
    port = free_port()
    with SandboxServer(port=0, at=START) as sandbox:
        played = Played(sandbox, port, tmp_path)
        with service(sandbox.url, port, played.database, played.log, {"TRIAGE_RULES": str(rules)}):
            register(sandbox.url, port)
            yield played


def fault(played: Played, **fault: Any) -> None:
    plain.post(f"{played.sandbox.url}/-/sandbox/faults", json=fault).raise_for_status()


def mend(played: Played) -> None:
    plain.delete(f"{played.sandbox.url}/-/sandbox/faults").raise_for_status()


def asks(alert: str, query: str) -> str:
    """The query, which that alert asks for in these words."""
    assert query in ASKS[alert]
    return query


def test_a_refused_token_and_faulty_rules_show(played: Played, rules: Path) -> None:
    played.play(1, 1)
    refused = asks("TriageTokenRefused", "triage_token_refused")
    assert played.told(refused) == {}
    fault(played, kind="401", user="triage-bot")
    played.do(2)
    until(lambda: played.told(refused) == {(): 1})
    until(lambda: ("GET", "401") in played.told("triage_gitlab_calls_total", "method", "status"))
    reachable = asks("TriageGitLabUnreachable", "triage_gitlab_reachable")
    until(lambda: played.told(reachable) == {})
    (rules / "late-activity.yaml").write_text("id: [")
    faulty = asks("TriageRulesFaulty", "triage_ruleset_faulty")
    until(lambda: played.told(faulty, "role") == {("receiver",): 1, ("worker",): 1})
    shutil.copy(ROOT / "rules/late-activity.yaml", rules)
    until(lambda: played.told(faulty, "role") == {})


def test_a_gitlab_that_is_down_opens_the_circuit(played: Played) -> None:
    played.play(1, 1)
    circuit = asks("TriageCircuitOpen", "triage_gitlab_circuit_open")
    assert played.told(circuit) == {}
    fault(played, kind="503", user="triage-bot")
    played.do(2)
    until(lambda: played.told(circuit) == {(): 1})
    assert played.told(asks("TriageErrors", "triage_reconciles_total"), "outcome")[("unavailable",)] >= 1
    oldest = asks("TriageDueTooOld", "triage_inbox_oldest_due_age_seconds")
    depth = played.told("triage_inbox_failing")
    assert depth == {(): 1} or played.told(oldest)
    mend(played)
    until(lambda: not played.missing(2), 60)
    until(lambda: played.told(circuit) == {})
