"""What examples show of a rule once its plan was carried out: with checks by hand that do what a check must not."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

import pytest

from app.core.codes.behaviour import NEVER_SETTLES
from app.core.document import Model
from app.core.facts import Facts
from app.core.lint import example_faults
from app.core.lint.examples import unsettled
from app.core.ruleset import Ruleset
from app.core.timeline import parse, read_instant
from app.rulebook import opened
from tests.small_rules import STATED, small_rules


class Forgetful(Model):
    """Finds a cause anew each day, and so calls each day for the same."""

    PLACEHOLDERS: ClassVar = frozenset[str]()
    ALSO_CLOSED: ClassVar = False

    kind: Literal["forgetful"] = "forgetful"
    anew: bool = True

    def look(self, facts: Facts) -> Any:
        from app.core.result import Result

        midnight = facts.now.replace(hour=0, minute=0, second=0, microsecond=0)
        cause: datetime = max(midnight, facts.issue.created_at) if self.anew else facts.issue.created_at
        return Result(True, "as ever", since=cause, cause_at=cause, recheck_at=facts.now + timedelta(days=1))


@pytest.fixture
def ruleset(tmp_path: Path) -> Ruleset:
    """The small rules, of which one calls whoever answers for the board."""
    folder = small_rules(tmp_path)
    call = '  summon: {who: [board.escalation], text: "Look."}\nexamples:'
    text = STATED.replace("  labels: [needs-pov]\nexamples:", call)
    (folder / "pov-wanted.yaml").write_text(text.replace("expect: [+needs-pov]", "expect: [summon]"))
    book, problems = opened(folder)
    assert book is not None, problems
    return book.ruleset


def with_check(ruleset: Ruleset, check: Model) -> Ruleset:
    rules = [r.model_copy(update={"check": check}) if r.id == "pov-wanted" else r for r in ruleset.rules]
    return replace(ruleset, rules=tuple(rules))


def again(ruleset: Ruleset) -> str:
    from app.core.evaluate import evaluate
    from app.core.example import in_the_cast

    ruleset = in_the_cast(ruleset)
    issue = parse('2026-03-02T14:00Z alice opens "x"', ruleset.templates, project="group/one")
    plan = evaluate(issue, ruleset, read_instant("2026-03-02T15:00Z"))
    assert any(action.rule == "pov-wanted" for action in plan.actions)
    return unsettled(issue, plan, ruleset, "pov-wanted")


def test_a_call_that_is_made_again_though_nobody_did_anything_is_found(ruleset: Ruleset) -> None:
    assert again(with_check(ruleset, Forgetful())) == "summon pov-wanted/failing 1 days later"


def test_a_call_that_is_made_once_for_its_cause_is_fine(ruleset: Ruleset) -> None:
    assert again(with_check(ruleset, Forgetful(anew=False))) == ""


def test_the_finding_names_the_example_and_its_place(ruleset: Ruleset) -> None:
    spoilt = with_check(ruleset, Forgetful())
    found = [p for p in example_faults(spoilt, spoilt.rules) if p.code is NEVER_SETTLES]
    assert [(p.file.rpartition("/")[2], p.line > 1) for p in found] == [("pov-wanted.yaml", True)]
    assert '"without the label"' in found[0].message


def test_steps_that_come_later_are_no_repetition(tmp_path: Path) -> None:
    book, _ = opened(small_rules(tmp_path))
    assert book is not None
    assert [p for p in example_faults(book.ruleset, book.ruleset.rules) if p.code is NEVER_SETTLES] == []
