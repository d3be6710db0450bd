"""Conditions looked at on an issue: whether they hold, what was found, and since when they can have held."""

from collections.abc import Iterable
from datetime import datetime

from app.core.condition import Condition
from app.core.facts import Facts
from app.core.labels import label_since, last_person_act
from app.core.plan import Clause
from app.core.sections import heading_key


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether the condition holds on the issue."""
    return condition.holds(facts.by_key, facts.issue.labels)


def clause(condition: Condition, facts: Facts, *, unless: bool = False) -> Clause:
    """The condition with what was found; `unless` speaks for a finding where the condition does not hold."""
    asks = f"not so: {condition}" if unless else str(condition)
    return Clause(asks, _found(condition, facts), holds(condition, facts) != unless)


def _found(condition: Condition, facts: Facts) -> str:
    if condition.label:
        return "on" if condition.label in facts.issue.labels else "off"
    answer = facts.by_key.get(heading_key(condition.block))
    return (answer.shown if answer else "") or "nothing"


def since(conditions: Iterable[Condition], facts: Facts) -> datetime:
    """The earliest instant from which all of them can have held: what a block says, since the description was last
    written; a label, since it was put on or taken off; else since the opening."""
    return max((_since(c, facts) for c in conditions), default=facts.issue.created_at)


def _since(condition: Condition, facts: Facts) -> datetime:
    if condition.block:
        return written_at(facts)
    if condition.on:
        return label_since(facts.issue, condition.label) or facts.issue.created_at
    act = last_person_act(facts.acts, condition.label)
    return act.at if act and act.kind == "label_off" else facts.issue.created_at


def written_at(facts: Facts) -> datetime:
    """When the description was last written by people: its last edit, or the opening."""
    return facts.edited_at
