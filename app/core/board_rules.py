"""Which rules look at the requests of one board: found out once for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol, runtime_checkable

from app.core.board import Board, Manner
from app.core.clock_shape import Clock
from app.core.condition import Condition
from app.core.facts import Facts
from app.core.given import clause
from app.core.made import made
from app.core.plan import Clause, Outcome
from app.core.readings import Known
from app.core.result import Result
from app.core.rule import Rule
from app.core.waiver import Excepting, excepting

CLOSED = "the issue is closed"
CLOSED_CLAUSE = Clause("the request is open", "closed", False)
_CLOSED_CLAUSES = partial(tuple, (CLOSED_CLAUSE,))


class Seat(NamedTuple):
    """A rule on one board, with what is asked of it at each look.

    `still` tells why it finds nothing, where that follows from the request's words and labels alone, and from whether
    anybody is assigned; else it is empty. Then `find` looks as `look` does, and does not ask that again.
    `does` tells whether it does anything once, `manner` how far the rule goes here (None: as far as it says); `ended`
    gives the clocks of a closed request.
    """

    rule: Rule
    id: str
    goes_with: str
    source: str
    board: str
    look: Callable[[Facts], Result]
    find: Callable[[Facts], Result]
    still: Callable[[Facts], str]
    where: tuple[Condition, ...]
    owns: tuple[str, ...]
    does: bool
    manner: Manner | None
    ended: Callable[[Facts], tuple[Clock, ...]] | None = None

    def why_not(self, facts: Facts) -> str:
        """Why the rule is not for this request of the board; empty when it is."""
        for condition in self.where:
            if not condition.holds(facts.by_key, facts.issue.labels):
                return f"on the board {self.board} only where {condition}"
        return ""

    def elsewhere(self, facts: Facts, why: str) -> Outcome:
        """The outcome where that is why, with each condition of the board's."""
        return self.not_for(why, *(clause(condition, facts) for condition in self.where))

    def as_ended(self, facts: Facts) -> Outcome:
        """The outcome for a closed request: its clocks as they ended, unless they go on where it moved to."""
        if why := self.why_not(facts):
            return self.elsewhere(facts, why)
        counted = tuple if facts.issue.moved or self.ended is None else partial(self.ended, facts)
        why, looked_at = CLOSED, _CLOSED_CLAUSES
        fields = (self.id, self.source, "not for this issue", why, None, None, (), looked_at, counted, None)
        return made(Outcome, fields)

    def as_still(self, facts: Facts, reason: str) -> Outcome:
        """The outcome where that is why it finds nothing."""
        looked_at = partial(self._clauses, facts)
        return made(Outcome, (self.id, self.source, "fine", reason, None, None, (), looked_at, tuple, None))

    def _clauses(self, facts: Facts) -> tuple[Clause, ...]:
        return self.look(facts).clauses

    def as_found(self, found: Result) -> Outcome:
        """The outcome of a look."""
        told: Callable[[], tuple[Clause, ...]] | tuple[Clause, ...] = found.looked_at
        looked_at = told if callable(told) else partial(tuple, told)
        verdict, counted = "failing" if found.failing else "fine", found.clocks or tuple
        return made(
            Outcome,
            (
                self.id,
                self.source,
                verdict,
                found.reason,
                found.since,
                found.recheck_at,
                (),
                looked_at,
                counted,
                None,
            ),
        )

    def not_for(self, why: str, *clauses: Clause) -> Outcome:
        """The outcome of a rule that is not for the issue."""
        return Outcome(self.id, self.source, "not for this issue", why, looked_at=partial(tuple, clauses))


class Lineup(NamedTuple):
    """The rules as they are for one template on one board, open or closed. `seats` are those that look; `ended` those
    that do not, as the issue is closed, but have more to say. `outcomes` have every rule by its id, in order; those of
    `seats` only hold its place."""

    seats: tuple[Seat, ...]
    ended: tuple[Seat, ...]
    outcomes: Mapping[str, Outcome]

    def known(self, facts: Facts) -> Known:
        """What follows for these rules from the request's words and labels, and from whether anybody is assigned: found
        out once for all of them."""
        kept = facts.description.known
        found = kept.get(id(self))
        labels, owned = facts.issue.labels, bool(facts.issue.assignees)
        if found is None or found.by is not self or found.labels != labels or found.owned is not owned:
            # It is kept with whoever made it, so that nobody else can have the same id.
            found = kept[id(self)] = Known(self, labels, owned, *self._found(facts))
        return found

    def _found(
        self, facts: Facts
    ) -> tuple[dict[str, Outcome], tuple[tuple[Seat, str], ...], tuple[Seat, ...]]:
        outcomes = {**self.outcomes}
        still, looking = [], []
        for seat in self.seats:
            if why := seat.why_not(facts):
                outcomes[seat.id] = seat.elsewhere(facts, why)
            elif reason := seat.still(facts):
                still.append((seat, reason))
            else:
                looking.append(seat)
        return outcomes, tuple(still), tuple(looking)


@dataclass(frozen=True)
class BoardRules:
    """The rules on a board. `owned` are the labels that they put on and take off, each with the rules that do; `guests`
    are the labels of other boards' rules, since one may have come along from there."""

    seats: Mapping[str, Seat]
    away: Mapping[str, str]
    owned: Mapping[str, tuple[str, ...]]
    guests: Mapping[str, tuple[str, ...]]
    excepting: Excepting
    _lineups: dict[tuple[str, bool], Lineup] = field(default_factory=dict, init=False, compare=False)

    def lineup(self, template: str, *, closed: bool) -> Lineup:
        """The rules for requests of that template."""
        found = self._lineups.get((template, closed))
        if found is None:
            found = self._lineups[(template, closed)] = self._lineup(template, closed=closed)
        return found

    def _lineup(self, template: str, *, closed: bool) -> Lineup:
        looking, ended, outcomes = [], [], dict[str, Outcome]()
        for seat in self.seats.values():
            boards, templates = seat.rule.applies_to.boards, seat.rule.applies_to.templates
            why, looked = self.away.get(seat.id, ""), list[Clause]()
            if why:
                looked = [Clause(f"the board is {' or '.join(boards)}", seat.board, False)]
            elif templates and template not in templates:
                why = f"not for the template {template}"
                looked = [Clause(f"the template is {' or '.join(templates)}", template, False)]
            elif closed and not seat.rule.check.ALSO_CLOSED:
                why, looked = CLOSED, [CLOSED_CLAUSE]
                if seat.where or seat.ended:
                    ended.append(seat)
            else:
                looking.append(seat)
            outcomes[seat.id] = seat.not_for(why, *looked)
        return Lineup(tuple(looking), tuple(ended), outcomes)


def board_rules(rules: Sequence[Rule], sources: Mapping[str, str], board: Board) -> BoardRules:
    """The rules as they are on that board; `sources` tell where each of them stands."""
    seats = {rule.id: _seat(rule, sources[rule.id], board) for rule in rules}
    named = {rule.id: rule.applies_to.boards for rule in rules}
    away = {id_: f"not for the board {board.id}" for id_, ids in named.items() if ids and board.id not in ids}
    here, others = [[s for s in seats.values() if (s.id in away) == there] for there in (False, True)]
    return BoardRules(seats, away, _owned(here), _owned(others), excepting(rules, board))


def _owned(seats: Iterable[Seat]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for seat in seats:
        for label in seat.owns:
            found[label] = (*found.get(label, ()), seat.id)
    return found


@runtime_checkable
class _Still(Protocol):
    """A check that may find nothing for a reason that lasts while description and labels stay as they are, and while
    somebody is assigned or nobody."""

    def still(self, facts: Facts) -> str: ...


def _seat(rule: Rule, source: str, board: Board) -> Seat:
    check = rule.check
    return Seat(
        rule,
        rule.id,
        rule.goes_with,
        source,
        board.id,
        check.look,
        check.find if check.kind == "sla" else check.look,
        check.still if isinstance(check, _Still) else _never,
        tuple(rule.applies_to.where.get(board.id, ())),
        rule.owns,
        rule.does is not None,
        board.file.manners.get(rule.id, rule.manner),
        check.past if check.kind == "sla" else None,
    )


def _never(_facts: Facts) -> str:
    return ""
