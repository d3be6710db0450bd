"""What came of a sweep: one row for each issue, small enough for tens of thousands, and the whole."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from app.core.deed import Deed
from app.core.missed import Missed
from app.core.model import IssueRef
from app.core.plan import Plan, Summon
from app.core.planned import Planned
from app.core.preview import Difference, difference
from app.gitlab.hooks import HookSeen
from app.sweep.summaries import Summary


@dataclass(frozen=True)
class Swept:
    """One issue of a sweep: its plan and what was done of it, or the error that kept it from being looked at.

    The plan is in short (`Plan.in_short`), and so is `before`: what other rules would do, where they were asked.
    `planned` is what a plan's file keeps of it, where something is to be done and nothing is written. `done` is what
    was done however it ended. `changed_at` is when a person last did something there of which GitLab sends an event,
    as far as is known.
    """

    ref: IssueRef
    reference: str
    board: str
    plan: Plan | None = None
    done: tuple[Deed, ...] = ()
    error: str = ""
    unavailable: bool = False
    changed_at: datetime | None = None
    opened_at: datetime | None = None
    planned: Planned | None = None
    before: Plan | None = None

    @property
    def difference(self) -> Difference:
        """What is done here only now, and what is not any more, by the rules that were compared."""
        return difference(self.before, self.plan)


@dataclass
class Report:
    """A sweep's outcome. `run` is its name in the journal, `gitlab` the address where it was; `boards` are those that
    were to be swept.

    `boards_failed` are boards whose issues could not be listed; `stopped` says what ended it before its end,
    `too_much` why a fuse would have; `hooks`
    are those of the boards, by which events come, and `missed` what changed without one; `summaries` are the issues in
    which rules list what they find. `unchanged` are issues that
    were not looked at, since nothing had changed since the last time and nothing was due. `against` names rules that
    these are compared with; then only what differs is told. `plan` is the file to which it was written.
    """

    applied: bool
    run: str = ""
    gitlab: str = ""
    boards: tuple[str, ...] = ()
    rows: list[Swept] = field(default_factory=list)
    boards_failed: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    too_much: str = ""
    hooks: list[HookSeen] = field(default_factory=list)
    missed: list[Missed] = field(default_factory=list)
    summaries: list[Summary] = field(default_factory=list)
    unchanged: int = 0
    against: str = ""
    plan: str = ""

    @property
    def pending(self) -> int:
        """Actions that are planned, whether or not they were done."""
        return sum(max(len(r.plan.actions) if r.plan else 0, len(r.done)) for r in self.rows)

    @property
    def done(self) -> int:
        return sum(len(r.done) for r in self.rows)

    @property
    def failed(self) -> list[Swept]:
        return [r for r in self.rows if r.error]

    @property
    def complete(self) -> bool:
        """Whether every issue that there is was looked at, and everything planned was done if it was to be."""
        written = not any(each.error for each in self.summaries)
        return not self.boards_failed and not self.failed and not self.stopped and written

    @property
    def called(self) -> Counter[str]:
        """How often each person is called by the summonses that are planned."""
        plans = [r.plan for r in self.rows if r.plan]
        return Counter(name for plan in plans for a in plan.actions if isinstance(a, Summon) for name in a.to)
