"""What is wrong with rules that can be read: what they do to themselves, to each other, and to nobody at all. Pure."""

from collections.abc import Iterator
from datetime import date

from app.core.effects import Effects
from app.core.lint.book import Book
from app.core.lint.described import described, effects_of
from app.core.lint.examples import example_faults
from app.core.lint.labels import label_faults
from app.core.lint.lines import line_faults, manner_faults
from app.core.lint.loops import Finding, alone, together
from app.core.lint.people import people_faults
from app.core.lint.scope import block_faults, shadow_faults, template_faults
from app.core.problem import Problem

__all__ = ["Book", "behaviour_faults", "effects_of", "example_faults", "lint"]


def behaviour_faults(book: Book) -> Iterator[Problem]:
    """What rules do to themselves and to each other, wherever they meet, each told once."""
    states = frozenset(book.ruleset.labels.state)
    told: set[Finding] = set()
    seen: list[dict[str, Effects]] = []
    for rules in described(book.ruleset).values():
        if rules in seen:  # most boards have the same
            continue
        seen.append(rules)
        found = [f for id_, effects in rules.items() for f in alone(id_, effects, states)]
        for finding in [*found, *together(rules)]:
            if finding not in told:
                told.add(finding)
                yield _placed(finding, book)


def _placed(finding: Finding, book: Book) -> Problem:
    text = finding.fact.name if finding.fact else ""
    return book.at_text(finding.rule, text, finding.message, finding.code)


def lint(book: Book, today: date) -> Iterator[Problem]:
    """All that is worth a second look in rules that can be loaded."""
    effects = {rule.id: effects_of(rule) for rule in book.ruleset.rules}
    for rule in book.ruleset.rules:
        yield from line_faults(book, rule, effects[rule.id])
        yield from template_faults(book, rule)
    yield from label_faults(book, effects)
    yield from shadow_faults(book)
    yield from block_faults(book)
    yield from manner_faults(book)
    yield from people_faults(book, today)
