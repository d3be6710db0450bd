"""What tests have seen of rules: each verdict, and both answers of each clause. Only where a test expects something."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from app.core.plan import Outcome, Verdict

NEEDED: tuple[Verdict, ...] = ("failing", "fine")  # the others may not exist for a rule
BESIDE: tuple[Verdict, ...] = ("not for this issue", "waived")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


@dataclass
class Seen:
    """Of one rule: how often each verdict came, and which answers each clause gave."""

    verdicts: dict[Verdict, int] = field(default_factory=dict)
    clauses: dict[str, set[bool]] = field(default_factory=dict)

    def unseen(self) -> list[str]:
        """What is still to be seen, in words."""
        found = [f"never {verdict}" for verdict in NEEDED if verdict not in self.verdicts]
        for asks, answers in self.clauses.items():
            found += [
                f'"{asks}" never {"held" if each else "failed"}'
                for each in (True, False)
                if each not in answers
            ]
        return found

    @property
    def counts(self) -> tuple[int, int]:
        """How many of how many things were seen."""
        possible = len(NEEDED) + 2 * len(self.clauses)
        return possible - len(self.unseen()), possible


class Coverage:
    """What was seen of each rule."""

    def __init__(self, rules: Iterable[str]) -> None:
        self.rules = {rule: Seen() for rule in rules}

    def see(self, outcome: Outcome) -> None:
        """Takes in what a rule said where a test expected something of it."""
        if outcome.rule not in self.rules:
            return
        seen = self.rules[outcome.rule]
        seen.verdicts[outcome.verdict] = seen.verdicts.get(outcome.verdict, 0) + 1
        if outcome.verdict in NEEDED:
            for clause in outcome.clauses:
                seen.clauses.setdefault(_STAMP.sub("…", clause.asks), set()).add(clause.holds)

    @property
    def percent(self) -> int:
        """How much was seen of what there is to see, rounded down; all of it where there is nothing."""
        pairs = [seen.counts for seen in self.rules.values()]
        possible = sum(of for _, of in pairs)
        return sum(n for n, _ in pairs) * 100 // possible if possible else 100

    def as_dict(self) -> dict[str, Any]:
        """All of it as data."""
        rules = {
            rule: {
                "verdicts": {each: seen.verdicts.get(each, 0) for each in (*NEEDED, *BESIDE)},
                "clauses": {asks: sorted(answers) for asks, answers in seen.clauses.items()},
                "unseen": seen.unseen(),
            }
            for rule, seen in self.rules.items()
        }
        return {"percent": self.percent, "rules": rules}
