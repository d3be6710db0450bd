"""How one request stands at an instant, as its plan says it: late or not, on whom it waits, what it lacks."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from app.core.board import Board
from app.core.clock_shape import Clock, Holder
from app.core.evaluate import facts_of, left_out
from app.core.facts import Facts
from app.core.model import Issue, IssueRef
from app.core.plan import Plan
from app.core.ruleset import Ruleset
from app.core.shares import INSTANT, holder_at
from app.core.template import LIKENESS_NEEDED

OPEN = "Open"
Place = Literal["late", "at risk", "in time", "waiting", "left alone", "confidential"]
PLACES: tuple[Place, ...] = get_args(Place)  # in the order in which they are shown
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Standing:
    """One request as it stands at `at`. Of a confidential one nothing is known but its reference, whether it is open,
    and when it came to the board, which is for counting alone.

    `state` is the state label in force, since `state_since`, set by `state_by`; `owners` those who are assigned or else
    claimed it, `holder` who has it now. `template` is empty where it follows none; `missing` are the blocks without
    which an SA cannot start. `answered` tells that it waits on the board for what the requester has answered. `silent`
    is why the bot does nothing; `adopted` is false for what is older than the board's `since`.
    """

    board: str
    ref: IssueRef
    reference: str
    at: datetime
    open: bool
    arrived_at: datetime
    confidential: bool = False
    title: str = ""
    requester: str = ""
    template: str = ""
    state: str = ""
    owners: tuple[str, ...] = ()
    holder: Holder = "nobody"
    state_since: datetime = _NEVER
    state_by: str = ""
    waiting_label: str = ""
    clocks: tuple[Clock, ...] = ()
    missing: tuple[str, ...] = ()
    answered: bool = False
    silent: str = ""
    adopted: bool = True

    @property
    def running(self) -> tuple[Clock, ...]:
        """The clocks that still wait for an answer: what is late first, then by what is due next."""
        return tuple(sorted((c for c in self.clocks if c.open), key=_urgency))

    @property
    def place(self) -> Place:
        """What a manager does about it: late is a clock that is over, at risk one of which a step has come."""
        clocks = self.running
        if self.confidential:
            return "confidential"
        if not self.adopted:
            return "left alone"
        if any(clock.state == "breached" for clock in clocks):
            return "late"
        if self.holder == "requester":
            return "waiting"
        return "at risk" if any(clock.steps and clock.state != "paused" for clock in clocks) else "in time"

    @property
    def next_due_at(self) -> datetime | None:
        """When something is due next; of a late request, since when it has been late."""
        return self.running[0].due_at if self.running else None

    @property
    def waits_on(self) -> str:
        """The requester's name, if an SA waits for them."""
        return self.requester if self.holder == "requester" else ""

    def paused_on(self, clock: Clock) -> str:
        """Who must act before the clock goes on: the requester's name, or the label that says who; empty if it runs."""
        if clock.paused_since is None:
            return ""
        return self.requester if clock.paused_for == self.waiting_label else clock.paused_for


def urgency(standing: Standing) -> tuple[int, datetime, datetime, IssueRef]:
    """The order in which a manager asks: by place, then by what is due next, the oldest first."""
    due = None if standing.confidential else standing.next_due_at
    return PLACES.index(standing.place), due or _NEVER, standing.arrived_at, standing.ref


def standing(issue: Issue, plan: Plan, board: Board, ruleset: Ruleset) -> Standing | None:
    """How the request stands; None for what is no request of the board: another kind of issue, a report, moved away."""
    if not plan.outcomes or issue.moved:
        return None
    facts = facts_of(issue, board, ruleset, plan.at)
    arrived_at = facts.stays[-1].start
    is_open = issue.state == "opened"
    if issue.confidential:
        return Standing(
            plan.board, issue.ref, issue.reference, plan.at, is_open, arrived_at, confidential=True
        )
    return Standing(
        plan.board,
        issue.ref,
        issue.reference,
        plan.at,
        is_open,
        arrived_at,
        title=issue.title,
        requester=issue.author.username,
        template=facts.match.template.name if facts.match.likeness >= LIKENESS_NEEDED else "",
        state=facts.in_force.label or OPEN,
        owners=_owners(facts),
        holder=holder_at(facts, plan.at),
        state_since=facts.in_force.start,
        state_by=facts.in_force.by.username if facts.in_force.by else "",
        waiting_label=facts.labels.waiting,
        clocks=plan.clocks,
        missing=_missing(facts, plan, ruleset),
        answered=_fails(plan, ruleset, "answered_wait"),
        silent=plan.silent,
        adopted=not left_out(facts),
    )


def _owners(facts: Facts) -> tuple[str, ...]:
    users = facts.issue.assignees or facts.holders_at(facts.now + INSTANT)
    return tuple(sorted({user.username for user in users}))


def _missing(facts: Facts, plan: Plan, ruleset: Ruleset) -> tuple[str, ...]:
    """The blocks that a rule finds missing, be it let pass here or not."""
    if not _fails(plan, ruleset, "missing_information"):
        return ()
    return tuple(gap.title for gap in facts.description.required)


def _fails(plan: Plan, ruleset: Ruleset, kind: str) -> bool:
    """Whether a rule of that kind fails, waived or not."""
    rules = {rule.id for rule in ruleset.rules if rule.check.kind == kind}
    return any(o.verdict in ("failing", "waived") for o in plan.outcomes if o.rule in rules)


def _urgency(clock: Clock) -> tuple[bool, datetime, str]:
    return clock.state != "breached", clock.due_at or _NEVER, clock.name
