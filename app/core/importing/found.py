"""What is collected while one rule is mapped: what changes in meaning, and what cannot be taken."""

from dataclasses import dataclass, field
from typing import Any

from app.core.importing.source import PolicyRule
from app.core.problem import Problem

Leaf = dict[str, Any]  # a condition as our files write it


@dataclass
class Found:
    """Remarks on one rule, each with its place in the policies file."""

    rule: PolicyRule
    changed: list[Problem] = field(default_factory=list)
    lacking: list[Problem] = field(default_factory=list)

    def change(self, message: str, *path: str | int) -> None:
        """It is taken, and means something else here."""
        problem = self.rule.problem(message, *path)
        if problem not in self.changed:
            self.changed.append(problem)

    def lack(self, message: str, *path: str | int) -> None:
        """It cannot be taken, and so the rule is left out."""
        self.lacking.append(self.rule.problem(message, *path))


def as_list(value: object) -> list[Any]:
    """One thing as a list of it; nothing as an empty list."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def nameless(value: object) -> bool:
    """Whether something in it is no name: a list, a mapping, or nothing."""
    return any(each is None or isinstance(each, list | dict) for each in as_list(value))


def named(value: object) -> list[str]:
    """Names, one or several, as text."""
    return [str(each) for each in as_list(value)]
