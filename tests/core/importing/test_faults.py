"""Faults of the original are found with their lines, of every resource; sound policies have none."""

import re

import pytest

from app.core.importing.faults import CODES, faults
from app.core.importing.source import read
from tests.conftest import ROOT

FAULTY = read((ROOT / "tests" / "policies" / "faulty.yml").read_text(), "faulty.yml")
FOUND = [
    ("GLT003", 14),
    ("GLT004", 17),
    ("GLT004", 18),
    ("GLT005", 3),
    ("GLT006", 29),
    ("GLT001", 33),
    ("GLT006", 33),
    ("GLT007", 39),
    ("GLT008", 47),
    ("GLT009", 53),
    ("GLT011", 53),
    ("GLT010", 57),
    ("GLT012", 64),
    ("GLT013", 65),
    ("GLT014", 70),
    ("GLT002", 75),
    ("GLT002", 76),
    ("GLT002", 78),
    ("GLT002", 85),
    ("GLT002", 93),
]


def test_every_fault_is_found_at_its_line() -> None:
    found = [(fault.code, fault.problem.line) for fault in faults(FAULTY)]
    assert sorted({*found}) == sorted({*FOUND})


def test_there_is_an_example_of_every_code() -> None:
    assert {fault.code for fault in faults(FAULTY)} == {*CODES}


def test_sound_policies_have_no_fault_but_timers_that_restart() -> None:
    sound = read((ROOT / "tests" / "policies" / "ten.yml").read_text(), "ten.yml")
    assert {fault.code for fault in faults(sound)} == {"GLT005"}


RULE = "resource_rules: {{issues: {{rules: [{{name: a, conditions: {{{0}}}, actions: {{{1}}}}}]}}}}"


@pytest.mark.parametrize(
    ("conditions", "actions"),
    [
        ("labels: [a]", "remove_labels: [a], comment: x"),
        ("labels: ['p::{a, b}']", "remove_labels: ['p::*'], comment: x"),
        ("labels: [None]", "labels: [x], comment: x"),
        ("forbidden_labels: [x]", "labels: [x], comment: x"),
        ("forbidden_labels: [x]", 'comment: "x\\n/label ~x"'),
        ("state: opened", "status: close, comment: x"),
        ("state: opened", 'comment: "x\\n/close"'),
        (
            "date: {attribute: updated_at, condition: older_than, interval_type: days, interval: 1}",
            "comment: x",
        ),
        ("ruby: labels.empty?", "labels: [x], comment: x"),
        ("ruby: who_knows?", "comment: x"),
        ("state: opened", "labels: [x]"),
        ("state: opened", "comment: /lock"),
        ("state: opened", "move: a/b, comment: x"),
    ],
)
def test_a_comment_that_ends_its_condition_is_no_fault(conditions: str, actions: str) -> None:
    document = read(RULE.format(conditions, actions), "p.yml")
    assert [fault for fault in faults(document) if fault.code == "GLT003"] == []


@pytest.mark.parametrize(
    ("conditions", "actions"),
    [
        ("labels: [a]", "comment: x"),
        ("labels: [a]", "mention: [maria]"),
        ("labels: [a]", "remove_labels: [b], comment: x"),
        ("forbidden_labels: [x]", "labels: [y], comment: x"),
        ("labels: [a]", "status: close, comment: x"),
        ("ruby: 'resource[:weight].nil?'", "labels: [x], comment: x"),
        (
            "date: {attribute: created_at, condition: older_than, interval_type: days, interval: 1}",
            "comment: x",
        ),
    ],
)
def test_a_comment_that_does_not_is_one(conditions: str, actions: str) -> None:
    document = read(RULE.format(conditions, actions), "p.yml")
    assert [fault.code for fault in faults(document) if fault.code == "GLT003"] == ["GLT003"]


def test_the_documentation_tells_of_every_code() -> None:
    told = re.findall(r"^\| (GLT\d+) \|", (ROOT / "docs" / "importing.md").read_text(), re.MULTILINE)
    assert told == sorted(CODES)
