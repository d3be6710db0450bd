"""Which rules look at the requests of one board: found out once for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.core.condition import Condition
from app.core.facts import Facts
from app.core.plan import Outcome
from app.core.rule import Rule


class Seat(NamedTuple):
    """A rule on one board. `elsewhere` says why it is not for the board at all; empty where it is."""

    rule: Rule
    source: str
    board: str
    elsewhere: str
    templates: frozenset[str]
    where: tuple[Condition, ...]
    also_closed: bool

    def why_not(self, facts: Facts) -> str:
        """Why the rule is not for this issue; empty when it is."""
        if self.elsewhere:
            return self.elsewhere
        if self.templates and facts.match.template.name not in self.templates:
            return f"not for the template {facts.match.template.name}"
        for condition in self.where:
            if not condition.holds(facts.by_key, facts.issue.labels):
                return f"on the board {self.board} only where {condition}"
        return CLOSED if not self.also_closed and facts.issue.state == "closed" else ""


CLOSED = "the issue is closed"


@dataclass(frozen=True)
class BoardRules:
    """`seats` are the rules that may look at the board's requests; `guests` those of other boards that own labels,
    since such a label may have come along from there. `outcomes` have every rule by its id, in order: None where it
    may look."""

    seats: tuple[Seat, ...]
    guests: tuple[Seat, ...]
    outcomes: Mapping[str, Outcome | None]

    def looking(self, labels: frozenset[str]) -> tuple[Seat, ...]:
        """The seats that matter to a request with these labels."""
        came_along = [seat for seat in self.guests if not labels.isdisjoint(seat.rule.owns)]
        return (*self.seats, *came_along) if came_along else self.seats


def board_rules(rules: Iterable[Rule], sources: Mapping[str, str], board: str) -> BoardRules:
    """The rules as they are on the board of that id; `sources` tell where each of them stands."""
    seats = [_seat(rule, sources[rule.id], board) for rule in rules]
    return BoardRules(
        tuple(seat for seat in seats if not seat.elsewhere),
        tuple(seat for seat in seats if seat.elsewhere and seat.rule.owns),
        {seat.rule.id: _outcome(seat) for seat in seats},
    )


def _seat(rule: Rule, source: str, board: str) -> Seat:
    applies = rule.applies_to
    away = applies.boards and board not in applies.boards
    elsewhere = f"not for the board {board}" if away else ""
    where = tuple(applies.where.get(board, ()))
    return Seat(rule, source, board, elsewhere, frozenset(applies.templates), where, rule.check.ALSO_CLOSED)


def _outcome(seat: Seat) -> Outcome | None:
    if not seat.elsewhere:
        return None
    return Outcome(seat.rule.id, seat.source, "not for this issue", seat.elsewhere)
