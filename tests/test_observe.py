"""The dashboard and the alerts ask for what `/metrics` gives, are of the shape that their readers take, and lead to the
runbook."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, Literal

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.model import IssueRef
from app.database import open_database
from app.gitlab.line import Line
from app.inbox import Inbox
from app.journal import Entry, Journal
from app.metrics import Numbers, RulesState, exposition, tell_calls
from app.metrics.exposition import written
from app.metrics.telling import tell_worker
from tests.conftest import ROOT

OBSERVE = ROOT / "docs" / "observe"
ALERTS = yaml.safe_load((OBSERVE / "alerts.yaml").read_text())
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((OBSERVE / "dashboard.json").read_text())
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
RUNBOOK = (ROOT / "docs" / "operations.md").read_text()
OF_PROMETHEUS = {"instance", "job"}  # labels that the scrape adds
QUERIES = {f"alert {rule['alert']}": rule["expr"] for rule in RULES} | {
    f"panel {panel['title']}, {target['refId']}": target["expr"]
    for panel in PANELS
    for target in panel["targets"]
}

Exposed = dict[str, dict[str, set[str]]]


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> Exposed:
    """What `/metrics` gives when all is known: by the name of each series its labels, with their values."""
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('observe')}/triage.db")
    inbox, line = Inbox(engine), Line()
    line.counted.add("GET 200")
    tell_calls(inbox, line)
    state = {"circuit": "closed", "paused_for": 0, "requests_used": 0, "requests_limit": 600}
    state |= {
        "notes_used": 0,
        "notes_limit": 50,
        "allowed_left": 5,
        "allowed": 10,
        "version": "v",
        "faulty": False,
    }
    tell_worker(inbox, "w:1", state)
    numbers = Numbers(
        inbox, rules=lambda: RulesState("v", False, ("us-east",), ("activity",)), gitlab_ok=lambda: True
    )
    numbers.begin()
    now = datetime.now(UTC)
    plan = {"done": ["x"], "deeds": [{"action": {"kind": "AddLabel"}}], "outcomes": [], "silent": ""}
    entry = Entry(IssueRef(1, 1), now, now, now, "us-east", "sweep", "v", "done", True, plan, done=1)
    Journal(engine).record(entry)
    text = written(exposition(numbers, {}), "")[0].decode()
    found: Exposed = {}
    for sample in (sample for family in text_string_to_metric_families(text) for sample in family.samples):
        labels = found.setdefault(sample.name, {})
        for label, value in sample.labels.items():
            labels.setdefault(label, set()).add(value)
    engine.dispose()
    return found


def nodes(node: Any) -> Iterator[Any]:
    """The query's parts, each before what is in it."""
    yield node
    for name in ("expr", "lhs", "rhs", "param", "vector_selector"):
        if (below := getattr(node, name, None)) is not None:
            yield from nodes(below)
    for each in getattr(node, "args", None) or ():
        yield from nodes(each)


def selectors(query: str) -> list[promql_parser.VectorSelector]:
    found = nodes(promql_parser.parse(query))
    return [node for node in found if isinstance(node, promql_parser.VectorSelector)]


def test_there_is_something_to_check() -> None:
    assert len(RULES) >= 15
    assert len(PANELS) >= 15


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_every_metric_label_and_value_that_is_asked_for_is_given(query: str, exposed: Exposed) -> None:
    found = selectors(query)
    assert found
    for selector in found:
        assert selector.name in exposed
        labels = exposed[selector.name]
        for matcher in selector.matchers.matchers:
            assert matcher.name in labels, f"{selector.name} has no label {matcher.name}"
            if not matcher.value.startswith("$"):
                for value in matcher.value.split("|"):
                    assert value in labels[matcher.name], f"{selector.name} has no {matcher.name} {value}"


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_every_label_that_is_grouped_by_is_one_of_the_metric(query: str, exposed: Exposed) -> None:
    for node in nodes(promql_parser.parse(query)):
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            for selector in (each for each in nodes(node) if isinstance(each, promql_parser.VectorSelector)):
                assert set(node.modifier.labels) <= exposed[selector.name].keys() | OF_PROMETHEUS


def test_a_metric_that_is_not_there_would_be_noticed(exposed: Exposed) -> None:
    with pytest.raises(AssertionError):
        test_every_metric_label_and_value_that_is_asked_for_is_given("triage_nothing > 1", exposed)
    with pytest.raises(AssertionError, match="no outcome fine"):
        test_every_metric_label_and_value_that_is_asked_for_is_given(
            'triage_reconciles_total{outcome="fine"}', exposed
        )
    with pytest.raises(AssertionError):
        test_every_label_that_is_grouped_by_is_one_of_the_metric("sum by (iid) (triage_workers)", exposed)
    with pytest.raises(ValueError, match="unclosed left parenthesis"):
        promql_parser.parse("sum by (board (triage_workers)")


def test_every_metric_of_ours_is_told_of_in_the_docs(exposed: Exposed) -> None:
    told = set(re.findall(r"`(triage_\w+)`", RUNBOOK))
    for line in RUNBOOK.splitlines():  # `triage_inbox_depth`, `_due`, ...: what stands for the last word
        if line.startswith("| `triage_"):
            first, *more = re.findall(r"`(\w+)`", line.split("|")[1])
            told |= {first.rpartition("_")[0] + each for each in more if each.startswith("_")}
            told |= {first.removesuffix("_left") + each for each in more if each.startswith("_")}
    names = {re.sub(r"_(bucket|count|sum)$", "", name) for name in exposed if name.startswith("triage_")}
    assert sorted(names - told) == []


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Annotations(Strict):
    summary: str = Field(min_length=10)
    description: str = Field(min_length=10)
    runbook_url: str


class Rule(Strict):
    """https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/"""

    alert: str = Field(pattern=r"^Triage[A-Za-z]+$")
    expr: str
    for_: str = Field(default="0m", alias="for", pattern=r"^\d+[smhd]$")
    labels: dict[Literal["severity"], Literal["critical", "warning", "info"]]
    annotations: Annotations


class Group(Strict):
    name: str
    rules: list[Rule]


class Alerts(Strict):
    groups: list[Group]


class Position(Strict):
    x: int = Field(ge=0)
    y: int = Field(ge=0)
    w: int = Field(ge=1, le=24)
    h: int = Field(ge=1)


class Source(Strict):
    type: Literal["prometheus"]
    uid: Literal["${datasource}"]


class Target(Strict):
    datasource: Source
    expr: str
    legendFormat: str
    refId: str = Field(pattern="^[A-F]$")
    instant: bool = False


class Panel(Strict):
    id: int
    type: Literal["stat", "table", "timeseries"]
    title: str
    description: str
    datasource: Source
    gridPos: Position
    targets: list[Target] = Field(min_length=1)
    fieldConfig: dict[str, Any]
    options: dict[str, Any]


def test_the_alerts_are_of_the_shape_that_prometheus_reads() -> None:
    Alerts.model_validate(ALERTS)
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names)
    with pytest.raises(ValidationError):
        Alerts.model_validate({"groups": [{"name": "x", "rules": [{**RULES[0], "fro": "5m"}]}]})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_has_its_heading_in_the_runbook_and_leads_there(rule: dict[str, Any]) -> None:
    address, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert address.endswith("/docs/operations.md")
    assert anchor == rule["alert"].lower()
    section = RUNBOOK.partition(f"\n### {rule['alert']}\n")[2].partition("\n### ")[0]
    assert section.startswith("\n*"), "what it means stands first"
    assert "See it: " in section
    assert "Do: " in section or "triage sweep" in section


def test_no_heading_of_the_runbook_is_of_an_alert_that_is_gone() -> None:
    assert set(re.findall(r"^### (Triage\w+)$", RUNBOOK, re.MULTILINE)) == {rule["alert"] for rule in RULES}


def test_every_link_within_the_runbook_leads_somewhere() -> None:
    headings = re.findall(r"^#+ (.*)$", RUNBOOK, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", RUNBOOK)) <= anchors
    for path in re.findall(r"\]\(([\w./-]+)\)", RUNBOOK):
        assert (ROOT / "docs" / path).is_file(), path


def test_each_failure_has_its_section() -> None:
    part = RUNBOOK.partition("\n## When something fails\n")[2]
    assert re.findall(r"^### (.*)$", part, re.MULTILINE) == [
        "The database is gone",
        "GitLab is down",
        "The token expired or was revoked",
        "A hook is switched off",
        "The rules are faulty",
        "The disk is full",
        "A lease is lost",
        "Two serves on one SQLite file",
    ]


def test_what_alerts_say_uses_labels_that_they_have() -> None:
    for rule in RULES:
        used = set(re.findall(r"\$labels\.(\w+)", json.dumps(rule["annotations"])))
        kept = promql_parser.parse(rule["expr"])
        grouped = {
            label
            for node in nodes(kept)
            if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None
            for label in node.modifier.labels
        }
        assert used <= grouped


def test_the_dashboard_is_of_the_shape_that_grafana_reads() -> None:
    panels = [Panel.model_validate(panel) for panel in PANELS]
    every = DASHBOARD["panels"]
    assert len({panel["id"] for panel in every}) == len(every)
    assert (DASHBOARD["uid"], DASHBOARD["title"]) == ("triage-boards", "Triage boards")
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == ["datasource", "board"]
    assert len({panel.title for panel in panels}) == len(panels)
    for panel in panels:
        assert len({target.refId for target in panel.targets}) == len(panel.targets)


def test_no_panel_covers_another() -> None:
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for a, b in combinations(places, 2):
        beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
        above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
        assert beside or above, (a, b)


def test_what_series_are_called_on_the_dashboard_uses_their_labels(exposed: Exposed) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            used = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            have = OF_PROMETHEUS.union(*(exposed[s.name].keys() for s in selectors(target["expr"])))
            assert used <= have, (panel["title"], used)


def test_the_choice_of_boards_asks_for_a_label_that_is_there(exposed: Exposed) -> None:
    board = DASHBOARD["templating"]["list"][1]
    match = re.fullmatch(r"label_values\((\w+), (\w+)\)", board["definition"])
    assert match
    assert match[2] in exposed[match[1]]
    assert board["query"]["query"] == board["definition"]
