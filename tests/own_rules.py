"""Rules written in a test, on the shipped boards: loaded as files are, each alone."""

from dataclasses import replace

from app.core.checks.condition import OwnCondition
from app.core.condition_faults import condition_faults
from app.core.document import Document, parse
from app.core.rule import Rule
from app.core.ruleset import Ruleset

FRAME = """
id: {id}
summary: What is so.
why: A test.
check:
  kind: condition
  when: {when}
{more}
examples:
  - {{name: a, board: us-east, timeline: x, now: x, expect: []}}
  - {{name: b, board: us-east, timeline: x, now: x, expect: []}}
"""


def rule_of(text: str) -> tuple[Rule, Document]:
    """The rule in a YAML text, which must be right."""
    document = parse(text, "own.yaml")
    rule = document.read(Rule)
    assert rule is not None, [str(problem) for problem in document.problems]
    return rule, document


def faults_of(text: str) -> list[str]:
    """What is wrong with a YAML text as a rule."""
    document = parse(text, "own.yaml")
    document.read(Rule)
    return [str(problem) for problem in document.problems]


def with_rules(ruleset: Ruleset, *texts: str) -> Ruleset:
    """The boards with these rules only."""
    read = [rule_of(text) for text in texts]
    rules, documents = tuple(rule for rule, _ in read), {rule.id: document for rule, document in read}
    found = replace(ruleset, rules=rules, documents=documents)
    assert not [fault for rule in rules for fault in condition_faults(rule, found)]
    return found


def own_rule(when: str, more: str = "", id_: str = "own") -> str:
    """A rule with that condition, on one line of YAML, and these further lines."""
    return FRAME.format(id=id_, when=when, more=more)


def condition(when: str) -> OwnCondition:
    """The check with that condition, on one line of YAML."""
    rule, _ = rule_of(own_rule(when, "while_failing: {labels: [own]}"))
    assert isinstance(rule.check, OwnCondition)
    return rule.check
