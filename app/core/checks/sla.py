"""Finds a promise about time that was not kept."""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from app.core.clock_shape import Clock
from app.core.clock_state import clock_at
from app.core.condition import Conditions
from app.core.cycles import Cycle, cycles, ended
from app.core.document import Path
from app.core.facts import Facts
from app.core.given import holds
from app.core.ladder import Reached, Step
from app.core.moments import ANSWERS, MomentName
from app.core.pauses import held, pauses
from app.core.plan import Clause, stamp
from app.core.promise import GITLABS, Deadline, deadline, terms_of
from app.core.result import Result
from app.core.shares import shares
from app.core.sla_words import PLACEHOLDERS, Says, idle_values, open_values, target_words
from app.core.terms import Earlier, Terms
from app.core.text import Ours, duration, quote
from app.core.validators.reading import listed
from app.core.words import render_again


class Sla(Terms):
    """A promise about time: the clock runs from what starts it to what answers it, and stands still in its pauses.
    It is a breach from the due instant on.

    Moments are `opened`, `reopened`, `closed`, `requester_activity` (a comment, or an edit of the description),
    `sa_activity` (a comment, a label, an assignment), `sa_note`, `claimed`, `note of ROLE`, `+LABEL` and `-LABEL`. What
    the bot does is none. Example: opened on Friday at 16:00, 48 hours on working days: due on Tuesday at 16:00.
    """

    PLACEHOLDERS: ClassVar = PLACEHOLDERS
    ALSO_CLOSED: ClassVar = False

    kind: Literal["sla"]
    clock: str = Field(description="The clock's name.")
    starts: list[MomentName] = Field(min_length=1, description="What begins a cycle.")
    answered_by: list[MomentName] = Field(min_length=1, description="What ends a cycle.")
    restarts: list[MomentName] = Field(
        default=[], description="What ends a cycle and begins the next at once."
    )
    only_while: str = Field(
        default="", description="A label without which no cycle begins, and every cycle ends."
    )
    paused_while: list[str] = Field(default=[], description="Labels while which the clock stands still.")
    when: Conditions = Field(default=[], description="Only for requests for which all of this holds.")
    unless: Conditions = Field(default=[], description="Not for requests for which all of this holds.")
    calendar: str = Field(default="", description="Another calendar than the board's, by its id.")
    earlier: list[Earlier] = Field(default=[], description="Terms of cycles that began before a day.")
    ladder: list[Step] = Field(default=[], description="Steps before it is due and after.")
    says: Says = Says()

    @model_validator(mode="after")
    def _ladder_fits(self) -> "Sla":
        names = [str(step.at) for step in self.ladder]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f'the step "{twice[0]}" is given twice; make it one')
        if self.only_while and f"-{self.only_while}" in self.starts:
            raise ValueError("a clock cannot begin where its only_while ends")
        return self

    def block_names(self) -> Iterator[tuple[Path, str, list[str]]]:
        """The blocks that are named, with their places and the choices in them."""
        versions: list[tuple[Path, Terms]] = [((), self)]
        versions += [(("earlier", i), old) for i, old in enumerate(self.earlier)]
        for path, terms in versions:
            if terms.by_date and terms.by_date != GITLABS:
                yield (*path, "by_date"), terms.by_date, []
            if terms.by_quarter_end:
                yield (*path, "by_quarter_end", "block"), terms.by_quarter_end.block, []

    def look(self, facts: Facts) -> Result:
        if not self._meant(facts):
            return Result(False, "the clock is for other requests")
        found = self.cycles(facts)
        if not found or found[-1].end is not None:
            return self._idle(facts, found)
        cycle = found[-1]
        due = self.deadline(facts, cycle)
        failing = due.due_at is not None and facts.now >= due.due_at
        paused = bool(cycle.pauses) and cycle.pauses[-1].end is None
        state = "breached" if failing else "paused" if paused else "running"
        reached, next_at = self._steps(facts, cycle, due, failing=failing, paused=paused)
        values = partial(open_values, facts, cycle, due)
        return Result(
            failing,
            self._reason(state, due, reached),
            partial(self._clauses, facts, cycle, due),
            since=due.due_at if failing else None,
            cause_at=cycle.start,
            recheck_at=next_at,
            values=values,
            steps=reached,
            says=partial(self._says, facts, state, values, reached, paused=paused),
            asks=paused and bool(self.says.paused),
            over_since=partial(self._over_since, found),
            clocks=partial(self.clocks, facts, found),
        )

    def _meant(self, facts: Facts) -> bool:
        """Whether the clock is for this request."""
        if self.unless and all(holds(condition, facts) for condition in self.unless):
            return False
        return all(holds(condition, facts) for condition in self.when)

    def cycles(self, facts: Facts) -> tuple[Cycle, ...]:
        """The clock's cycles on the issue, oldest first."""
        if not any(name in facts.moments_by_name for name in self.starts):
            return ()
        only = tuple((p.start, p.end) for p in held(facts, self.only_while)) if self.only_while else None
        restarts = self._begins_anew | self._of_families(facts)
        return cycles(
            facts.moments_of(self._heard | restarts),
            starts=self._begins,
            ends=self._ends,
            restarts=restarts,
            only_in=only,
            pauses=pauses(facts, self.paused_while),
        )

    @cached_property
    def _heard(self) -> frozenset[str]:
        """What means anything to the clock, beside what begins it anew."""
        return self._begins | self._ends | {"closed", "reopened"}

    @cached_property
    def _begins(self) -> frozenset[str]:
        return frozenset(self.starts)

    @cached_property
    def _ends(self) -> frozenset[str]:
        """What ends a cycle: of labels put on or off, only what SAs did, or holders of a role on the board. Where a
        label is what the clock is for, it ends with it, whoever took it off."""
        answers = [f"{name}{ANSWERS}" if name[0] in "+-" else name for name in self.answered_by]
        return frozenset([*answers, *([f"-{self.only_while}"] if self.only_while else [])])

    def _of_families(self, facts: Facts) -> frozenset[str]:
        """What began a cycle anew of that which is written with a star: `+quarter::*`."""
        begins = tuple(name[:-1] for name in self.restarts if name.endswith("*"))
        return frozenset(n for n in facts.moments_by_name if n.startswith(begins)) if begins else frozenset()

    @cached_property
    def _begins_anew(self) -> frozenset[str]:
        return frozenset(self.restarts)

    def deadline(self, facts: Facts, cycle: Cycle) -> Deadline:
        """When that cycle is or was due, by the terms of its day."""
        terms: Terms = self
        if self.earlier:
            terms = terms_of(self, self.earlier, cycle.start, facts.zone_at(cycle.start))
        return deadline(terms, cycle, facts, self.calendar)

    def clocks(self, facts: Facts, found: tuple[Cycle, ...]) -> tuple[Clock, ...]:
        """Every cycle as it stands now; none where it waits for a day, and none is named."""
        known = ((cycle, self.deadline(facts, cycle)) for cycle in found)
        return tuple(self._clock(facts, cycle, due) for cycle, due in known if due.promise or due.due_at)

    def past(self, facts: Facts) -> tuple[Clock, ...]:
        """The cycles of a closed request, as they ended: with the closing, where nothing had ended them before."""
        if not self._meant(facts):
            return ()
        closed_at = facts.issue.closed_at or facts.issue.newest_event_at
        return self.clocks(facts, tuple(ended(cycle, closed_at) for cycle in self.cycles(facts)))

    def _clock(self, facts: Facts, cycle: Cycle, due: Deadline) -> Clock:
        until = min(cycle.end or facts.now, facts.now)
        steps = [(str(s.at), at) for s in self.ladder if (at := due.at(s.at, cycle)) and at <= until]
        late = due.due_at is not None and due.due_at <= until
        held = shares(facts, due.calendar, cycle.start, until) if late else {}
        return clock_at(self.clock, cycle, due, facts.now, steps=tuple(steps), shares=held)

    @staticmethod
    def _over_since(found: tuple[Cycle, ...]) -> datetime | None:
        """When the last cycle ended: whatever its labels spoke of was over then."""
        return max((cycle.end for cycle in found if cycle.end), default=None)

    def _steps(
        self, facts: Facts, cycle: Cycle, due: Deadline, *, failing: bool, paused: bool
    ) -> tuple[tuple[Reached, ...], datetime | None]:
        """The steps in force, and when the next step or the due instant comes.

        Before the due instant that is the last step that was reached (or several, if they come at one instant), and
        none while the clock stands still; from then on each that was reached, so that it makes no difference when the
        bot looked.
        """
        known = [(at, step) for step in self.ladder if (at := due.at(step.at, cycle))]
        reached = [Reached(step, at) for at, step in known if at <= facts.now]
        after = [r for r in reached if r.step.at.side == "after"]
        early = [r for r in reached if r.step.at.side != "after"]
        before = [r for r in early if r.at == max(one.at for one in early)]
        in_force = [] if paused else after if failing else before
        coming = [at for at, _ in known if at > facts.now]
        coming += [due.due_at] if due.due_at and not failing else []
        return tuple(in_force), min(coming, default=None)

    def _says(
        self,
        facts: Facts,
        state: str,
        values: Callable[[], dict[str, Any]],
        reached: tuple[Reached, ...],
        *,
        paused: bool,
    ) -> Ours:
        """The line of the state, late and waiting both; then that of the last step."""
        states = [state, "paused"] if paused and state != "paused" else [state]
        texts = [getattr(self.says, name) for name in states] + [r.step.says for r in reached[-1:]]
        filled = values() if any(texts) else {}
        if reached:  # whoever owned it when the step was reached
            filled["owner"] = Ours(listed([quote(name) for name in facts.owners_at(reached[-1].at)], "and"))
        return Ours(" ".join(render_again(text, filled) for text in texts if text))

    def _idle(self, facts: Facts, found: tuple[Cycle, ...]) -> Result:
        last = found[-1] if found else None
        answered = last is not None and last.ended_by is not None and "closed" not in last.ended_by.names
        still = [p for p in pauses(facts, self.paused_while) if p.end is None]
        waits = bool(still) and still[-1].label == facts.in_force.label == facts.labels.waiting
        text = self.says.paused if waits else self.says.answered if answered else ""

        def line() -> Ours:
            due = self.deadline(facts, last) if last else None
            return render_again(text, idle_values(facts, last, due)) if text else Ours()

        def clauses() -> tuple[Clause, ...]:
            ended = f"answered at {stamp(last.end)}" if last and last.end else "no"
            return (Clause("the clock runs", ended, False),)

        reason = "answered" if last else "not started"
        return Result(
            False,
            reason,
            clauses,
            says=line if text else "",
            asks=waits and bool(text),
            over_since=partial(self._over_since, found),
            clocks=partial(self.clocks, facts, found),
        )

    def _clauses(self, facts: Facts, cycle: Cycle, due: Deadline) -> tuple[Clause, ...]:
        pause = cycle.pauses[-1] if cycle.pauses and cycle.pauses[-1].end is None else None
        over = due.due_at is not None and facts.now >= due.due_at
        spent = due.spent(cycle, facts.now)
        asked = f"{target_words(due) or 'the day that is named'} has passed"
        return (
            Clause("the clock has begun", f"at {stamp(cycle.start)}", True),
            Clause(
                "it runs",
                f"paused since {stamp(pause.start)}: {pause.label}" if pause else "yes",
                pause is None,
            ),
            Clause(asked, f"{duration(spent)} counted", over),
            Clause("due", stamp(due.due_at) if due.due_at else "not known yet", over),
        )

    @staticmethod
    def _reason(state: str, due: Deadline, reached: tuple[Reached, ...]) -> str:
        at = stamp(due.due_at) if due.due_at else ""
        if state == "breached":
            return f"due at {at}, not answered"
        if state == "paused":
            return "the clock stands still"
        step = f"; {reached[-1].step.at} since {stamp(reached[-1].at)}" if reached else ""
        return f"due at {at}{step}" if at else "no day is named by which it is due"
