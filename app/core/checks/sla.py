"""Finds a promise about time that was not kept."""

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from app.core.calendar import Count
from app.core.clock import Promise, due_at, elapsed
from app.core.document import Model
from app.core.facts import Facts, Result
from app.core.history import Cycle, End, Start, cycles
from app.core.labels import label_stretches
from app.core.length import Length
from app.core.plan import Clause, stamp
from app.core.text import Ours, duration, instant
from app.core.words import render

COUNTED = {"wall": "{}", "working_days": "{} on working days", "working_hours": "{} of working time"}


class Faster(Model):
    """A label that makes the promise shorter, counted from when it was put on."""

    label: str
    target: Length
    count: Count


class Says(Model):
    """The line about this clock in the status note, by the clock's state."""

    running: str
    paused: str
    breached: str
    answered: str


class Sla(Model):
    """Whoever asks hears from an SA in time. The clock runs while the SAs have the ball, and only then.

    It is a breach from the due instant on. Example: opened on Friday at 16:00, 48 hours on working days: due on
    Tuesday at 16:00.
    """

    PLACEHOLDERS: ClassVar = frozenset({"since", "due", "target", "paused_since", "answered", "board"})
    ALSO_CLOSED: ClassVar = False

    kind: Literal["sla"]
    clock: str = Field(description="The clock's name.")
    starts: list[Start] = Field(min_length=1, description="What brings the ball to the SAs.")
    answered_by: list[End] = Field(min_length=1, description="What ends a cycle.")
    target: Length
    count: Count = Field(description="Round the clock, 24 h of each working day, or working hours.")
    expedite: Faster | None = None
    says: Says

    def look(self, facts: Facts) -> Result:
        found = self._cycles(facts)
        broken = [(c, due) for c in found if c.end and (due := self._due(facts, c)[0]) and due < c.end]
        over_since = broken[-1][0].end if broken else None
        if not found or found[-1].end is not None:
            return self._idle(facts, found, over_since)
        cycle = found[-1]
        due, target, counted = self._due(facts, cycle)
        failing = due is not None and facts.now >= due
        paused = cycle.pauses[-1][0] if cycle.pauses and cycle.pauses[-1][1] is None else None
        state = "breached" if failing else "paused" if paused else "running"
        values = self._values(facts, cycle, due, target, counted, paused)
        return Result(
            failing,
            self._reason(state, due),
            self._clauses(facts, cycle, due, target, paused),
            since=due if failing else None,
            cause_at=cycle.start,
            over_since=over_since,
            recheck_at=due if due and not failing else None,
            values=values,
            says=self._says(state, values, paused=paused is not None),
            asks=paused is not None,
        )

    def _says(self, state: str, values: dict[str, Ours], *, paused: bool) -> Ours:
        """The line of the state; late and waiting are told both."""
        states = [state, "paused"] if paused and state != "paused" else [state]
        return Ours(" ".join(render(getattr(self.says, name), values) for name in states))

    def _cycles(self, facts: Facts) -> tuple[Cycle, ...]:
        return cycles(
            facts.acts,
            facts.spans,
            facts.people,
            facts.labels.states,
            starts=self.starts,
            answered_by=self.answered_by,
        )

    def _due(self, facts: Facts, cycle: Cycle) -> tuple[datetime | None, timedelta, Count]:
        """When the cycle is due, by which target and count: the earlier of the plain promise and the faster one."""
        calendar = facts.board.counting(self.count)
        found = due_at(cycle, Promise(self.target, calendar, cycle.start)), self.target, self.count
        faster = self.expedite
        for on, off in label_stretches(facts.issue, faster.label) if faster else ():
            if faster is None or (cycle.end and on >= cycle.end) or (off and off <= cycle.start):
                continue
            fast = due_at(cycle, Promise(faster.target, facts.board.counting(faster.count), on))
            if off is not None and (fast is None or fast > off):
                continue  # taken off in time: it never ran out
            if found[0] is None or (fast is not None and fast <= found[0]):
                found = fast, faster.target, faster.count
        return found

    def _idle(self, facts: Facts, found: tuple[Cycle, ...], over_since: datetime | None) -> Result:
        last = found[-1] if found else None
        end = last.end if last else None
        values = dict.fromkeys(self.PLACEHOLDERS, Ours())
        values["answered"] = instant(end, facts.board.calendar.zone) if end else Ours()
        clause = Clause(
            "the SAs have the ball", f"answered at {stamp(end)}" if end else "never had it", False
        )
        by_sa = last is not None and last.ended_by is not None and last.ended_by.kind != "closed"
        says = render(self.says.answered, values) if by_sa else Ours()
        waits = facts.in_force.label == facts.labels.waiting
        if waits:
            values["paused_since"] = instant(facts.in_force.start, facts.board.calendar.zone)
            says = render(self.says.paused, values)
        reason = "answered" if end else "not started"
        return Result(False, reason, (clause,), over_since=over_since, says=says, asks=waits)

    def _values(
        self,
        facts: Facts,
        cycle: Cycle,
        due: datetime | None,
        target: timedelta,
        counted: Count,
        paused: datetime | None,
    ) -> dict[str, Ours]:
        zone = facts.board.calendar.zone
        return {
            "since": instant(cycle.start, zone),
            "due": instant(due, zone) if due else Ours(),
            "target": Ours(COUNTED[counted].format(duration(target))),
            "paused_since": instant(paused, zone) if paused else Ours(),
            "answered": Ours(),
            "board": Ours(facts.board.name),
        }

    def _clauses(
        self, facts: Facts, cycle: Cycle, due: datetime | None, target: timedelta, paused: datetime | None
    ) -> tuple[Clause, ...]:
        spent = elapsed(cycle, Promise(self.target, facts.board.counting(self.count), cycle.start), facts.now)
        return (
            Clause("the SAs have the ball", f"since {stamp(cycle.start)}", True),
            Clause("the clock runs", f"paused since {stamp(paused)}" if paused else "yes", paused is None),
            Clause(
                f"the target of {duration(target)} has passed",
                f"{duration(spent)} counted",
                due is not None and facts.now >= due,
            ),
            Clause(
                "due", stamp(due) if due else "when the wait is over", due is not None and facts.now >= due
            ),
        )

    @staticmethod
    def _reason(state: str, due: datetime | None) -> str:
        at = stamp(due) if due else ""
        return {"breached": f"due at {at}, not answered", "paused": "waiting for the requester"}.get(
            state, f"due at {at}"
        )
