"""docs/rules.md: its rules load and do what they say, and each of its conditions is as its table says."""

import re
from dataclasses import replace

import pytest

from app.core.conditions.tree import KEYS
from app.core.does import Does
from app.core.evaluate import facts_of
from app.core.example import run_examples
from app.core.faults import faults_across
from app.core.rule import Rule
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from tests.conftest import ROOT
from tests.own_rules import condition, rule_of

TEXT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
RULES = re.findall(r"^```yaml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
(STORY,) = re.findall(r"^```timeline\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
(NOW,) = re.findall(r"on US East at `(\S+)`:", TEXT)
ROWS = re.findall(r"^\| `(\w+)` \| `(\{.*?\})` \| .* \| (yes|no) \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("text", RULES, ids=[text.partition("\n")[0] for text in RULES])
def test_its_rules_do_what_their_examples_say(ruleset: Ruleset, text: str) -> None:
    rule, document = rule_of(text)
    own = replace(ruleset, rules=(rule,), documents={rule.id: document})
    assert [str(problem) for problem in (*faults_across(own), *run_examples(own, rule))] == []


def test_every_condition_has_a_row() -> None:
    assert {key for key, _, _ in ROWS} == set(KEYS)


@pytest.mark.parametrize(("key", "example", "so"), ROWS, ids=[example for _, example, _ in ROWS])
def test_a_condition_is_as_the_table_says(ruleset: Ruleset, key: str, example: str, so: str) -> None:
    if key == "cel":
        pytest.importorskip("cel_expr_python")
    board = ruleset.boards["us-east"]
    issue = parse(STORY, ruleset.templates, project=board.file.project)
    found = condition(example).found(facts_of(issue, board, ruleset, read_instant(NOW)))
    assert found.seen.holds is (so == "yes"), found.seen


def test_all_that_a_rule_does_once_is_told() -> None:
    assert all(f"| `{name}` |" in TEXT for name in Does.model_fields)


def test_all_that_texts_may_use_is_told() -> None:
    rule, _ = rule_of(RULES[0])
    assert isinstance(rule, Rule)
    assert {name for name in rule.check.PLACEHOLDERS if f"{{{{ {name} }}}}" not in TEXT} == set()
