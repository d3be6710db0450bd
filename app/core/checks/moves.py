"""Finds a card that was moved in a way that the table does not expect, by somebody else, or too early."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from app.core.agreement import PARTIES, agreed
from app.core.discovery import discovery
from app.core.document import Model, Path
from app.core.effects import Effects
from app.core.facts import Facts
from app.core.history import SWAP, StateSpan
from app.core.model import User
from app.core.plan import Clause, stamp
from app.core.result import Change, Result
from app.core.text import Ours, count, quote
from app.core.validators.reading import listed

MOVED = "a person moved the card"
OPEN, CLOSED = "Open", "Closed"
DUPLICATE = "marked this issue as a duplicate of "
Mover = Literal["sa", "requester", "bystander"]
Need = Literal["complete", "discovery", "agreements"]


class MoveSpec(Model):
    """One line of the table: from any of these states to any of those."""

    from_: list[str] = Field(alias="from", min_length=1, description="State labels, or Open.")
    to: list[str] = Field(min_length=1, description="State labels, Open, or Closed.")
    by: list[Mover] = Field(
        default=["sa"], min_length=1, description="Who may; the escalation is an SA here."
    )
    needs: list[Need] = Field(
        default=[],
        description="Complete: nothing required is missing. Discovery: its questions are answered. Agreements: of an "
        "SA, the sales team and the customer.",
    )


class Moves(Model):
    """The board's columns are steps: which may follow which, who may take them, and what each needs, says one table.

    Only the last move counts, and only while it stands. A closing by a move to another board or as a duplicate needs
    nothing, nor does what the requester's answer brings back. Put back is done once: what people set again stays.
    Example: SA Demo Ready without discovery.
    """

    PLACEHOLDERS: ClassVar = frozenset({"mover", "from_", "to", "lacks", "expected", "fault", "put_back"})
    ALSO_CLOSED: ClassVar = True

    kind: Literal["moves"]
    expected: list[MoveSpec] = Field(min_length=1, description="The moves that are expected.")
    discovery: str = Field(description="The template whose questions are the discovery.")

    @model_validator(mode="after")
    def _each_once(self) -> "Moves":
        seen = set()
        for spec in self.expected:
            for pair in ((a, b) for a in spec.from_ for b in spec.to):
                if pair in seen or pair[0] == pair[1]:
                    raise ValueError(f"the move from {pair[0]} to {pair[1]} is given twice, or is none")
                seen.add(pair)
        return self

    def state_names(self) -> Iterator[tuple[Path, str]]:
        """The state labels that are named, with their places."""
        for i, spec in enumerate(self.expected):
            for key, names in (("from", spec.from_), ("to", spec.to)):
                yield from (
                    (("expected", i, key, n), name)
                    for n, name in enumerate(names)
                    if name not in (OPEN, CLOSED)
                )

    def effects(self) -> Effects:
        """It moves the state label back: that is the history's to tell, and no label that it reads."""
        return Effects(repairs=frozenset(), mover=True)

    def look(self, facts: Facts) -> Result:
        move = self._closing(facts) if self._closed(facts) else self._last(facts)
        if isinstance(move, Result):
            return move._replace(looked_at=(Clause(MOVED, move.reason, False),))
        start, end, by, at = move
        role = facts.people.role(by, at)
        mover: Mover = "sa" if role == "escalation" else role if role in ("sa", "requester") else "bystander"
        spec = self._table.get((start, end))
        lacks = self._lacking(spec, facts) if spec and spec.needs else []
        theirs = mover in self._movers
        stranger = mover not in spec.by if spec else not theirs
        fault = "person" if stranger else "order" if spec is None else "early" if lacks else ""

        def clauses() -> tuple[Clause, ...]:
            return (
                Clause(MOVED, f"{start} to {end} by {by.username} at {stamp(at)}", True),
                Clause("it is out of order, too early, or not theirs to make", fault or "no", bool(fault)),
                Clause("the table does not expect it", "it does" if spec else "so it is", spec is None),
                Clause("whoever made it may not", mover, fault == "person"),
                Clause("it lacks what it needs", "; ".join(lacks) or "nothing", bool(lacks)),
            )

        if not fault:
            return Result(False, f"{start} to {end} is as expected", clauses)
        changes = self._back(facts, start, end)
        put_back = facts.in_force.put_back or (end == CLOSED and facts.issue.state == "opened")
        return Result(
            True,
            f"{by.username} moved it from {start} to {end}: {'; '.join(lacks) or fault}",
            clauses,
            since=at,
            cause_at=at,
            by=by,
            changes=changes,
            values=lambda _names: {
                "mover": quote(by.username),
                "from_": Ours(start),
                "to": Ours(end),
                "lacks": Ours(listed(lacks, "and")),
                "expected": Ours(listed([f"**{name}**" for name in self._nexts(start, mover)])),
                "fault": Ours(fault),
                "put_back": put_back,
            },
            made_of=(by.username, start, end, lacks, mover, fault, put_back),
        )

    def _nexts(self, start: str, mover: Mover) -> Iterable[str]:
        """The moves from there that are expected of them."""
        found = [to for s in self.expected if start in s.from_ and mover in s.by for to in s.to]
        return dict.fromkeys(found)

    @cached_property
    def _table(self) -> dict[tuple[str, str], MoveSpec]:
        """The line of each move that is expected."""
        return {(a, b): spec for spec in self.expected for a in spec.from_ for b in spec.to}

    @cached_property
    def _movers(self) -> frozenset[str]:
        """Whoever may make any move but a closing."""
        return frozenset(who for spec in self.expected if CLOSED not in spec.to for who in spec.by)

    @staticmethod
    def _closed(facts: Facts) -> bool:
        """Whether people left it closed: it is, or only the bot opened it again, and nobody moved the card since."""
        events = facts.issue.state_events
        if facts.issue.state == "closed" or not events:
            return facts.issue.state == "closed"
        return facts.issue.is_bot(events[-1].user) and facts.in_force.start <= events[-1].at

    @staticmethod
    def _last(facts: Facts) -> tuple[str, str, User, datetime] | Result:
        """The move that led to the state in force, or that was put back; else why there is none to judge."""
        spans = facts.spans_that_count
        last = spans[-2] if spans[-1].put_back else spans[-1]
        if last is spans[0] or last.answered or last.by is None or facts.issue.is_bot(last.by):
            return Result(
                False, "nobody moved it" if not last.answered else "the requester's answer moved it"
            )
        if last.label is None and last is spans[-1]:
            settled = last.start + SWAP + timedelta(microseconds=1)
            if facts.now < settled:  # it may be the first half of a move
                return Result(False, "a label was taken off a moment ago", recheck_at=settled)
        before: StateSpan = spans[spans.index(last) - 1]
        if before.label == last.label:
            return Result(False, "the same state, set by somebody else")
        if before.put_back and spans[spans.index(before) - 1].label == last.label:
            return Result(False, "it was put back, and people set it again")
        return before.label or OPEN, last.label or OPEN, last.by, last.start

    @staticmethod
    def _closing(facts: Facts) -> tuple[str, str, User, datetime] | Result:
        closing = next((e for e in reversed(facts.issue.state_events) if e.state == "closed"), None)
        if closing is None or closing.user is None or facts.issue.is_bot(closing.user):
            return Result(False, "nobody closed it")
        own = [e for e in facts.issue.state_events if facts.issue.is_bot(e.user) and e.state == "reopened"]
        if facts.issue.state == "closed" and own:
            return Result(False, "it was opened again, and people closed it again")
        if facts.issue.moved:
            return Result(False, "it was moved to another board")
        if any(n.body.startswith(DUPLICATE) for n in facts.issue.system_notes):
            return Result(False, "it was closed as a duplicate")
        last = facts.in_force
        worked = (
            last.before if last.label == facts.labels.waiting else last
        )  # what was done before the wait counts
        return (worked.label if worked else None) or OPEN, CLOSED, closing.user, closing.at

    def _lacking(self, spec: MoveSpec, facts: Facts) -> list[str]:
        """What the move needs and is not there, each in a few words of ours."""
        found = []
        for need in spec.needs:
            match need:
                case "complete":
                    if missing := facts.description.required:
                        found.append(f"{count(len(missing), 'thing')} missing from the request")
                case "discovery":
                    seen = discovery(facts, facts.templates[self.discovery])
                    if not seen.complete:
                        open_ = listed([f"**{h}**" for h in seen.open], "and")
                        found.append(
                            f"{seen.answered} of {seen.asked} questions of the discovery answered "
                            f"({seen.percent} %), open under {open_}"
                        )
                case "agreements":
                    given = agreed(facts)
                    open_names = [name for party, name in PARTIES.items() if party not in given]
                    if open_names:
                        found.append(f"no word yet from {listed(open_names, 'and')}")
        return found

    @staticmethod
    def _back(facts: Facts, start: str, end: str) -> tuple[Change, ...]:
        """What takes the move back; nothing when that was done already: then people want it so."""
        issue = facts.issue
        if end == CLOSED:
            return (Change(reopen=True),) if issue.state == "closed" else ()
        if facts.in_force.put_back:
            return ()
        changes = [Change(remove=end)] if end in issue.labels else []
        if start != OPEN and start not in issue.labels:
            changes.append(Change(add=start))
        return tuple(changes)
