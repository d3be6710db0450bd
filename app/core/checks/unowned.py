"""Finds a request that an SA has claimed without becoming its assignee."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.core.acts import assignment
from app.core.document import Model
from app.core.effects import Effects
from app.core.facts import Facts
from app.core.history import SWAP
from app.core.model import User
from app.core.plan import Clause
from app.core.result import Change, Result
from app.core.text import Ours, quote
from app.core.words import render


class Unowned(Model):
    """Claiming a request means owning it: as long as it has a state at all, it has as assignee the SA who was first
    to put a claiming state on, unless somebody else is assigned.

    Whom a person unassigned since then is not assigned again; the escalation never is, nor an SA of the board from
    which the request came who is none here. Given back (Open), the request loses the assignee that it got this way.
    Example: an SA puts SA Triaged on; nobody is assigned; the SA becomes the assignee.
    """

    PLACEHOLDERS: ClassVar = frozenset({"owner", "state"})
    ALSO_CLOSED: ClassVar = True

    kind: Literal["unowned"]
    nobody: str = Field(
        default="", description="The line in the status note while nobody owns what was claimed."
    )

    def effects(self) -> Effects:
        """It assigns and unassigns, by what the history tells."""
        return Effects(repairs=frozenset())

    def look(self, facts: Facts) -> Result:
        claim = facts.claim_at()
        owner = claim.by if claim else None
        vetoed = claim is not None and facts.let_go(claim)
        stale = [
            u
            for u in facts.issue.assignees
            if (owner is None or u.username != owner.username)
            and self._by_bot(facts, u)
            and self._claimed(facts, u)
        ]

        def clauses() -> tuple[Clause, ...]:
            state = facts.in_force.label
            assigned = ", ".join(u.username for u in facts.issue.assignees)
            return (
                Clause("it has a state", state or "Open", state is not None),
                Clause("an SA claimed it", owner.username if owner else "no", owner is not None),
                Clause("nobody is assigned", assigned or "nobody", not assigned),
                Clause(
                    "no person unassigned them since", "unassigned" if vetoed else "nobody did", not vetoed
                ),
            )

        settles_at = self._settles_at(facts)
        if settles_at is not None:
            return Result(False, "a label was taken off a moment ago", clauses, recheck_at=settles_at)
        changes = tuple(Change(unassign=u) for u in stale)
        ours = claim is not None and facts.people.here.role(owner, claim.start) == "sa"
        if claim and owner and ours and not vetoed and len(stale) == len(facts.issue.assignees):
            changes += (Change(assign=owner),)
        return Result(
            bool(changes),
            self._reason(facts, owner, vetoed=vetoed, stale=bool(stale)),
            clauses,
            since=claim.start if claim else facts.in_force.start,
            cause_at=claim.start if claim else facts.in_force.start,
            values=lambda _names: {
                "owner": quote(owner.username) if owner else Ours(),
                "state": Ours(facts.in_force.label or "Open"),
            },
            changes=changes,
            says=self._says(facts, changed=bool(changes)),
        )

    def _says(self, facts: Facts, *, changed: bool) -> Ours:
        """That nobody owns it, where people wanted it so, or where only the escalation claimed it."""
        state = facts.in_force.label
        orphan = state in facts.labels.claiming and not facts.issue.assignees and not changed
        return render(self.nobody, {"state": Ours(state)}) if orphan else Ours()

    @staticmethod
    def _settles_at(facts: Facts) -> datetime | None:
        """When it is sure that a label taken off is not the first half of a move; None when it is."""
        last = facts.in_force
        if last.label is not None or len(facts.spans) == 1:
            return None
        settled = last.start + SWAP + timedelta(microseconds=1)
        return settled if facts.now < settled else None

    @staticmethod
    def _by_bot(facts: Facts, user: User) -> bool:
        """Whether it was the bot that assigned the user last."""
        name, notes = user.username, facts.issue.system_notes
        last = next((n for n in reversed(notes) if name in n.body and name in assignment(n.body)[0]), None)
        return last is not None and facts.issue.is_bot(last.author)

    @staticmethod
    def _claimed(facts: Facts, user: User) -> bool:
        """Whether the user ever claimed it, for all that is known: of a label that was deleted nobody gave it back."""
        claims = (s.by for s in facts.spans_that_count if s.label in facts.labels.claiming)
        return any(by is not None and by.username == user.username for by in claims)

    @staticmethod
    def _reason(facts: Facts, owner: User | None, *, vetoed: bool, stale: bool) -> str:
        if stale:
            return "an assignee of the bot's is not the owner any more"
        if facts.issue.assignees:
            return "somebody is assigned"
        if vetoed:
            return "nobody is assigned, and a person wanted it so"
        return f"{owner.username} claimed it, and nobody is assigned" if owner else "no SA has claimed it"
