"""Rules with conditions of their own, as people write them: they load beside each other, and their examples hold."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.core.example import run_examples
from app.core.faults import faults_across
from app.core.ruleset import Ruleset
from tests.own_rules import rule_of

FOLDER = Path(__file__).parent / "example_rules"


@pytest.fixture
def examples(ruleset: Ruleset) -> Ruleset:
    read = [rule_of(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))]
    return replace(
        ruleset,
        rules=tuple(rule for rule, _ in read),
        documents={rule.id: document for rule, document in read},
    )


def test_they_are_right_beside_each_other(examples: Ruleset) -> None:
    assert [str(problem) for problem in faults_across(examples)] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_their_examples_hold(examples: Ruleset, name: str) -> None:
    (rule,) = (rule for rule in examples.rules if rule.id == name)
    assert [str(problem) for problem in run_examples(examples, rule)] == []
