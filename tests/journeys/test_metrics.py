"""While the demo's story plays, `/metrics` says what the journal says, and what GitLab saw."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.demo import free_port, register, service
from app.sandbox.server import SandboxServer
from app.sandbox.story import START, STEPS
from tests.played import Played, until

AT_RISK, LATE = 7, 9  # the steps after which a clock is at risk, and late


@pytest.fixture
def played(tmp_path: Path) -> Iterator[Played]:
    port = free_port()
    with SandboxServer(port=0, at=START) as sandbox:
        played = Played(sandbox, port, tmp_path)
        with service(sandbox.url, port, played.database, played.log):
            register(sandbox.url, port)
            yield played


def by_outcome(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    return dict(Counter((entry["trigger"], entry["outcome"]) for entry in entries))


def by_kind(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    return dict(Counter((d["action"]["kind"],) for e in entries for d in e["plan"].get("deeds", ())))


def clocks(entries: list[dict[str, Any]]) -> dict[tuple[str, ...], float]:
    """By board and state, of each issue's newest plan; a step before it is due makes a clock one at risk."""
    newest = {(entry["project_id"], entry["iid"]): entry for entry in entries if entry["plan"]}
    found: Counter[tuple[str, ...]] = Counter()
    for entry in newest.values():
        for clock in (c for o in entry["plan"]["outcomes"] for c in o["clocks"] if not c["ended_at"]):
            state = clock["state"].replace(" ", "_")
            found[entry["board"], "at_risk" if clock["steps"] and state == "running" else state] += 1
    return dict(found)


def agrees(played: Played) -> dict[str, Any]:
    """That all is so, once the last look is written down and told; the figures."""
    until(lambda: played.told("triage_inbox_due") == {} == played.told("triage_inbox_leased"))
    until(lambda: played.told("triage_gitlab_calls_total", "method", "status") == played.asked())
    entries = played.entries()
    until(
        lambda: played.told("triage_reconciles_total", "trigger", "outcome") == by_outcome(played.entries())
    )
    assert played.told("triage_actions_total", "kind") == by_kind(entries)
    assert played.told("triage_sla_clocks", "board", "state") == clocks(entries)
    assert played.told("triage_reconcile_seconds_count") == {(): len(entries)}
    writes = sum(n for (method, _), n in played.asked().items() if method in ("PUT", "POST"))
    assert writes == sum(by_kind(entries).values()) - merged(entries)
    return {"reconciles": by_outcome(entries), "actions": by_kind(entries), "clocks": clocks(entries)}


def merged(entries: list[dict[str, Any]]) -> int:
    """How many actions went into a call with another: all labels and assignees of one look are one."""
    together = {"AddLabel", "RemoveLabel", "Assign", "Unassign"}
    numbers = (
        sum(deed["action"]["kind"] in together for deed in entry["plan"].get("deeds", ()))
        for entry in entries
    )
    return sum(number - 1 for number in numbers if number > 1)


def test_the_numbers_agree_with_the_journal_and_with_what_gitlab_saw(played: Played) -> None:
    played.play(1, AT_RISK)
    at_risk = agrees(played)
    assert at_risk["clocks"]["us-east", "at_risk"] == 1
    played.play(AT_RISK + 1, LATE)
    late = agrees(played)
    assert late["clocks"]["us-east", "breached"] == 1
    assert ("us-east", "at_risk") not in late["clocks"]
    assert played.told("triage_sweep_age_seconds", "board")[("us-east",)] == float("inf")
    played.play(LATE + 1, len(STEPS))
    played.sweep()
    end = agrees(played)
    assert not {("us-east", "at_risk"), ("us-east", "breached")} & end["clocks"].keys()
    assert end["reconciles"]["sweep", "done"] == len(played.stage.issues)
    assert 0 <= played.told("triage_sweep_age_seconds", "board")[("us-east",)] < 60
    assert played.told("triage_workers") == {(): 1}
    assert played.told("triage_deliveries_total", "answer").keys() == {("accepted",), ("ignored",)}
    print(at_risk, late, end, sep="\n")
    entries = [entry for entry in played.entries() if entry["trigger"] == "worker"]
    lines = played.looks()
    assert len(lines) == len(entries)
    assert sum((Counter(line["actions"]) for line in lines), Counter()) == {
        kind: number for (kind,), number in by_kind(entries).items()
    }
    assert {line["ruleset"] for line in lines} == {entry["ruleset"] for entry in entries}
    assert {(line["outcome"], line["board"]) for line in lines} == {("done", "us-east")}
    assert any("recheck_at" in line for line in lines)
