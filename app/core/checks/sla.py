"""Finds a promise about time that was not kept."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property, partial
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from app.core.clock_shape import Clock
from app.core.clock_state import clock_at
from app.core.condition import Conditions
from app.core.cycles import Cycle, Meaning, Turn, ended, turns
from app.core.document import Path
from app.core.effects import NOTHING, Effects, all_of, label, none_if_all
from app.core.facts import Facts
from app.core.given import holds
from app.core.labels import label_stretches
from app.core.ladder import Reached, Step
from app.core.moments import ANSWERS, MomentName
from app.core.pauses import held, pauses
from app.core.promise import GITLABS, Deadline, deadline, terms_of
from app.core.result import Result
from app.core.shares import shares
from app.core.sla_told import clauses, idle_clauses, other_clauses, reason
from app.core.sla_words import PLACEHOLDERS, Says, idle_values, open_values, owner_at
from app.core.terms import Earlier, Terms
from app.core.text import Ours
from app.core.words import fill_again

OTHERS = "the clock is for other requests"


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
    says: Says = Field(default=Says(), description="The line in the status note, by the clock's state.")

    @model_validator(mode="after")
    def _ladder_fits(self) -> "Sla":
        names = [str(step.at) for step in self.ladder]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f'the step "{twice[0]}" is given twice; make it one')
        if self.only_while and f"-{self.only_while}" in self.starts:
            raise ValueError("a clock cannot begin where its only_while ends")
        return self

    def effects(self) -> Effects:
        """It reads what `when`, `unless` and `only_while` say, and no activity of the bot's."""
        only = frozenset({label(self.only_while)}) if self.only_while else NOTHING
        still = (
            frozenset({label(self.only_while, on=False)}) if self.only_while in self.paused_while else NOTHING
        )
        return Effects((all_of(self.when) | only | still,)).only_where(*none_if_all(self.unless))

    def block_names(self) -> Iterator[tuple[Path, str, list[str]]]:
        """The blocks that are named, with their places and the choices in them."""
        versions: list[tuple[Path, Terms]] = [((), self)]
        versions += [(("earlier", i), old) for i, old in enumerate(self.earlier)]
        for path, terms in versions:
            if terms.by_date and terms.by_date != GITLABS:
                yield (*path, "by_date"), terms.by_date, []
            if terms.by_quarter_end:
                yield (*path, "by_quarter_end", "block"), terms.by_quarter_end.block, []

    def still(self, facts: Facts) -> str:
        """Why there is no clock."""
        return "" if self._meant(facts) else OTHERS

    def look(self, facts: Facts) -> Result:
        if not self._meant(facts):
            return Result(False, OTHERS, partial(other_clauses, self.when, self.unless, facts))
        return self.find(facts)

    def find(self, facts: Facts) -> Result:
        """As `look`, for a request for which the clock is."""
        found = self._turns(facts)
        if not found or found[-1].end is not None:
            return self._idle(facts, found)
        cycle = found[-1].cycle(pauses(facts, self._pausing))
        due = self.deadline(facts, cycle)
        failing = due.due_at is not None and facts.now >= due.due_at
        paused = bool(cycle.pauses) and cycle.pauses[-1].end is None
        state = "breached" if failing else "paused" if paused else "running"
        reached, next_at = self._steps(facts, cycle, due, failing=failing, paused=paused)
        texts = self._texts(state, reached, paused=paused)
        return Result(
            failing,
            reason(state, due, reached),
            partial(clauses, facts, cycle, due),
            since=due.due_at if failing else None,
            cause_at=cycle.start,
            recheck_at=next_at,
            values=partial(open_values, facts, cycle, due),
            steps=reached,
            says=partial(self._says, facts, texts, cycle, due, reached) if texts else "",
            asks=paused and bool(self.says.paused),
            over_since=found[-2].end if len(found) > 1 else None,
            clocks=partial(self._told, facts),
        )

    def _meant(self, facts: Facts) -> bool:
        """Whether the clock is for this request."""
        if self.unless and all(holds(condition, facts) for condition in self.unless):
            return False
        return not self.when or all(holds(condition, facts) for condition in self.when)

    def _turns(self, facts: Facts) -> list[Turn]:
        only = held(facts, self.only_while) if self.only_while else None
        return turns(facts.moments, facts.names_of_moments, self._meaning, only)

    def cycles(self, facts: Facts) -> tuple[Cycle, ...]:
        """The clock's cycles on the issue, oldest first."""
        stood = pauses(facts, self._pausing)
        return tuple(turn.cycle(stood) for turn in self._turns(facts))

    @cached_property
    def _meaning(self) -> Meaning:
        """What begins a cycle, what ends it, and what begins it anew. Of labels put on or off only that ends one which
        SAs did, or holders of a role on the board. Where a label is what the clock is for, it ends with it, whoever
        took it off."""
        answers = [f"{name}{ANSWERS}" if name[0] in "+-" else name for name in self.answered_by]
        ends = [*answers, *([f"-{self.only_while}"] if self.only_while else [])]
        return Meaning(self.starts, ends, self.restarts)

    @cached_property
    def _pausing(self) -> tuple[str, ...]:
        return tuple(self.paused_while)

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

    def _told(self, facts: Facts) -> tuple[Clock, ...]:
        return self.clocks(facts, self.cycles(facts))

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

    def _steps(
        self, facts: Facts, cycle: Cycle, due: Deadline, *, failing: bool, paused: bool
    ) -> tuple[tuple[Reached, ...], datetime | None]:
        """The steps in force, and when the next step or the due instant comes.

        Before the due instant that is the last step that was reached (or several, if they come at one instant), and
        none while the clock stands still; from then on each that was reached, so that it makes no difference when the
        bot looked.
        """
        if not failing and due.promise and paused:
            return (), None  # nothing comes while it stands still
        # Up to the due instant what comes after it does not matter, and from then on what came before.
        ladder = self._after if failing else self._before if due.due_at else self.ladder
        known = [(at, step) for step in ladder if (at := due.at(step.at, cycle))]
        reached = [Reached(step, at) for at, step in known if at <= facts.now]
        after = [r for r in reached if r.step.at.side == "after"]
        early = [r for r in reached if r.step.at.side != "after"]
        before = [r for r in early if r.at == max(one.at for one in early)]
        in_force = [] if paused else after if failing else before
        coming = [at for at, _ in known if at > facts.now]
        coming += [due.due_at] if due.due_at and not failing else []
        return tuple(in_force), min(coming, default=None)

    @cached_property
    def _before(self) -> tuple[Step, ...]:
        return tuple(step for step in self.ladder if step.at.side != "after")

    @cached_property
    def _after(self) -> tuple[Step, ...]:
        return tuple(step for step in self.ladder if step.at.side == "after")

    def _texts(self, state: str, reached: tuple[Reached, ...], *, paused: bool) -> tuple[str, ...]:
        """The line of the state, late and waiting both; then that of the last step."""
        states = [state, "paused"] if paused and state != "paused" else [state]
        texts = [getattr(self.says, name) for name in states] + [r.step.says for r in reached[-1:]]
        return tuple([text for text in texts if text])

    @staticmethod
    def _says(
        facts: Facts, texts: tuple[str, ...], cycle: Cycle, due: Deadline, reached: tuple[Reached, ...]
    ) -> Ours:
        def filled(names: tuple[str, ...]) -> dict[str, Any]:
            found = open_values(facts, cycle, due, names)
            if reached and "owner" in names:  # whoever owned it when the step was reached
                found["owner"] = owner_at(facts, reached[-1].at)
            return found

        said = facts.description.said
        # Before anything is late, or a step is reached, nothing else that people did comes into it.
        made_of = None if reached or (due.due_at and due.due_at <= facts.now) else (cycle, due)
        kept = said.get(texts) if made_of else None
        if kept is not None and kept[0] == made_of:
            return kept[1]
        line = Ours(" ".join([fill_again(text, filled, said) for text in texts]))
        if made_of:
            said[texts] = (made_of, line)
        return line

    def _idle(self, facts: Facts, found: list[Turn]) -> Result:
        last = found[-1] if found else None
        answered = last is not None and last.ended_by is not None and "closed" not in last.ended_by.names
        waits = False
        if self.says.paused and facts.in_force.label == facts.labels.waiting:
            still = [p for p in pauses(facts, self._pausing) if p.end is None]
            waits = bool(still) and still[-1].label == facts.in_force.label
        text = self.says.paused if waits else self.says.answered if answered else ""
        return Result.nothing(
            "answered" if last else "not started",
            partial(idle_clauses, last, self.starts),
            last.end if last else None,
            partial(self._line, facts, text, last) if text else "",
            partial(self._told, facts),
            asks=waits and bool(text),
        )

    def _line(self, facts: Facts, text: str, last: Turn | None) -> Ours:
        """The line once the clock is answered."""
        cycle = last.cycle(pauses(facts, self._pausing)) if last else None
        issue, said = facts.issue, facts.description.said
        faster = label_stretches(issue, self.expedite.label) if self.expedite else ()
        # What the deadline is made of, so that it need not be worked out for what was said before.
        made_of = (
            id(self),
            cycle,
            facts.in_force,
            faster,
            issue.labels,
            issue.due_date,
            len(facts.stays) == 1,
        )
        kept = said.get((text,))
        if kept is not None and kept[0] == made_of and made_of[-1]:
            return kept[1]
        due = self.deadline(facts, cycle) if cycle else None
        line = fill_again(text, partial(idle_values, facts, cycle, due), said)
        said[(text,)] = (made_of, line)
        return line
