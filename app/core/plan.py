"""What should be done to one issue, as data: findings, actions, and when to look again."""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from app.core.actions import Assign as Assign
from app.core.actions import Close as Close
from app.core.actions import Comment as Comment
from app.core.actions import OpenIssue as OpenIssue
from app.core.actions import SetConfidential as SetConfidential
from app.core.actions import SetDue as SetDue
from app.core.actions import Unassign as Unassign
from app.core.clock_shape import Clock
from app.core.listed import Listed
from app.core.model import IssueRef
from app.core.plain import parts, plain
from app.core.plain import stamp as stamp

if TYPE_CHECKING:
    from app.core.waiver import Waiver


@dataclass(frozen=True)
class AddLabel:
    rule: str
    label: str

    def __str__(self) -> str:
        return f"+{self.label}"


@dataclass(frozen=True)
class RemoveLabel:
    rule: str
    label: str

    def __str__(self) -> str:
        return f"-{self.label}"


@dataclass(frozen=True)
class PutNote:
    """The status note: written when `note_id` is None, edited in place otherwise. Mentions nobody."""

    rule: str
    key: str
    body: str
    note_id: int | None

    def __str__(self) -> str:
        return f"{'edit' if self.note_id else 'write'} note {self.key}"


@dataclass(frozen=True)
class Summon:
    """A short new note to those who must act, once per key. `since` is the instant from which the call is due, `to` are
    the usernames that it mentions."""

    rule: str
    key: str
    body: str
    since: datetime | None = None
    to: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"summon {self.key}"


@dataclass(frozen=True)
class Reply:
    """A short new note that answers an order, once per key; internal where the order was."""

    rule: str
    key: str
    body: str
    internal: bool = False

    def __str__(self) -> str:
        return f"reply {self.key}"


@dataclass(frozen=True)
class DeleteNote:
    """A note of ours that says again what an older one says."""

    rule: str
    key: str
    note_id: int

    def __str__(self) -> str:
        return f"delete the second note {self.key}"


@dataclass(frozen=True)
class Reopen:
    rule: str

    def __str__(self) -> str:
        return "reopen"


@dataclass(frozen=True)
class Move:
    """The issue moved to another board's project, the last thing done to it here. `refusal` is a note with that key,
    written instead when GitLab does not let the bot."""

    rule: str
    key: str
    board: str
    project: str
    refusal: str

    def __str__(self) -> str:
        return f"move to {self.board}"


Verdict = Literal["failing", "fine", "not for this issue", "waived"]
Change = AddLabel | RemoveLabel | Assign | Unassign | Reopen | Close | SetDue | SetConfidential
Written = PutNote | Summon | Reply | Comment
Action = Change | Written | DeleteNote | Move | OpenIssue


@dataclass(frozen=True)
class Postponed:
    """A call that waits until then, since the service may be about to make it."""

    action: Summon
    until: datetime


@dataclass(frozen=True)
class Clause:
    """One thing a rule looked at: what it asks, the value it found, and whether it speaks for a finding."""

    asks: str
    value: str
    holds: bool


class Outcome(NamedTuple):
    """What one rule said of the issue. `verdict` tells why it is silent where it is."""

    rule: str
    source: str
    verdict: Verdict
    reason: str
    since: datetime | None = None
    recheck_at: datetime | None = None
    actions: tuple[str, ...] = ()
    # A rule looks at so much that telling it takes longer than deciding, and it is told to few: to whoever asks why,
    # and to the journal. What these give is the same whenever they are called.
    looked_at: Callable[[], tuple[Clause, ...]] = tuple
    counted: Callable[[], tuple[Clock, ...]] = tuple
    waiver: "Waiver | None" = None  # who lets it pass, whether it would fire or not

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """What the rule looked at."""
        return self.looked_at()

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """The cycles of its clock."""
        return self.counted()

    @property
    def failed(self) -> int | None:
        """Which of the clauses is the first that keeps the rule silent, from 0; None where it is not silent by them."""
        if self.verdict in ("failing", "waived"):
            return None
        return next((n for n, clause in enumerate(self.clauses) if not clause.holds), None)

    def as_dict(self) -> dict[str, Any]:
        """All of it as data, lengths and instants as they are."""
        return {
            "rule": self.rule,
            "source": self.source,
            "verdict": self.verdict,
            "reason": self.reason,
            "clauses": self.clauses,
            "failed": self.failed,
            "since": self.since,
            "recheck_at": self.recheck_at,
            "actions": self.actions,
            "clocks": self.clocks,
            "waiver": self.waiver,
        }

    def __repr__(self) -> str:
        return f"Outcome({self.as_dict()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Outcome) and self.as_dict() == other.as_dict()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.rule, self.verdict, self.reason, self.since, self.recheck_at, self.actions))


@dataclass(frozen=True)
class Plan:
    """The decision on one issue at one instant. `silent` says why nothing is done although rules may be failing, and
    `because` by whose order that is, or that people are left in peace.

    `unseen` are groups of boards on which the issue was before, of whose members the bot may not know: whoever was an
    SA there by one of them only, counts as a bystander. `listed` are its lines in the issues in which rules list what
    they find.
    """

    ref: IssueRef
    reference: str
    board: str
    at: datetime
    ruleset: str
    actions: tuple[Action, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    recheck_at: datetime | None = None
    silent: str = ""
    confidential: bool = False
    watched: bool = False
    unseen: tuple[str, ...] = ()
    postponed: tuple[Postponed, ...] = ()
    because: str = ""
    listed: tuple[Listed, ...] = ()

    @property
    def findings(self) -> tuple[Outcome, ...]:
        """What is open: the rules that are failing."""
        return tuple(o for o in self.outcomes if o.verdict == "failing")

    @property
    def clocks(self) -> tuple[Clock, ...]:
        """Every cycle of every clock, as it stands at `at`."""
        return tuple(clock for outcome in self.outcomes for clock in outcome.clocks)

    def in_short(self) -> "Plan":
        """The plan for whoever keeps thousands of them: its findings only, and what they were decided on only where
        something is to be done."""
        acting = {action.rule for action in self.actions}
        kept = [o for o in self.outcomes if o.verdict in ("failing", "waived") or o.rule in acting]
        return replace(self, outcomes=tuple(_bare(o, told=o.rule in acting) for o in kept))

    def in_brief(self) -> "Plan":
        """The plan without what its rules looked at, and without those that found nothing and count no time."""
        kept = [o for o in self.outcomes if o.verdict in ("failing", "waived") or o.counted is not tuple]
        return replace(self, outcomes=tuple(o._replace(looked_at=tuple) for o in kept))

    def as_dict(self) -> dict[str, Any]:
        """The plan as JSON takes it, instants and lengths in ISO 8601. Of a confidential issue only how much there is
        to do."""
        if self.confidential:
            shown = {"reference": self.reference, "board": self.board, "at": self.at, "ruleset": self.ruleset}
            data = {"ref": self.ref._asdict(), **shown, "confidential": True, "actions": len(self.actions)}
        else:
            data = {each.name: getattr(self, each.name) for each in fields(self)}
            data["ref"] = self.ref._asdict()
            data["actions"] = [{"kind": type(a).__name__, **parts(a)} for a in self.actions]
            data["outcomes"] = [outcome.as_dict() for outcome in self.outcomes]
        found: dict[str, Any] = plain(data)
        return found


def _bare(outcome: Outcome, *, told: bool) -> Outcome:
    """The outcome without all that it would be told from, which keeps a whole issue."""
    return outcome._replace(looked_at=partial(tuple, outcome.clauses if told else ()), counted=tuple)
