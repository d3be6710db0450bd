"""What a clock looked at and found, for whoever asks why: with the present instant in it, unlike what a note says."""

from collections.abc import Sequence

from app.core.condition import Conditions
from app.core.cycles import Cycle, Turn
from app.core.facts import Facts
from app.core.given import clause, holds
from app.core.ladder import Reached
from app.core.plan import Clause, stamp
from app.core.promise import Deadline
from app.core.sla_words import target_words
from app.core.text import duration

BEGUN = "the clock has begun"


def clauses(facts: Facts, cycle: Cycle, due: Deadline) -> tuple[Clause, ...]:
    """What was looked at of a clock that is open."""
    pause = cycle.pauses[-1] if cycle.pauses and cycle.pauses[-1].end is None else None
    over = due.due_at is not None and facts.now >= due.due_at
    spent = due.spent(cycle, facts.now)
    target = target_words(due)
    asked = f"{target} have passed" if target else "the day that is named has passed"
    return (
        Clause(BEGUN, f"at {stamp(cycle.start)}", True),
        Clause(
            "it runs",
            f"paused since {stamp(pause.start)}: {pause.label}" if pause else "yes",
            pause is None,
        ),
        Clause(asked, f"{duration(spent)} counted", over),
        Clause("it is due", stamp(due.due_at) if due.due_at else "not known yet", over),
    )


def idle_clauses(last: Turn | None, starts: Sequence[str]) -> tuple[Clause, ...]:
    """The same of a clock that was answered, or never began; it begins with any of `starts`."""
    ended = f"answered at {stamp(last.end)}" if last and last.end else "never"
    return (Clause(BEGUN, f"{ended}; begins with {' or '.join(starts)}", False),)


def other_clauses(when: Conditions, unless: Conditions, facts: Facts) -> tuple[Clause, ...]:
    """Why the clock is for other requests. All of `unless` together take a request out."""
    found = [clause(condition, facts) for condition in when]
    if unless:
        so = all(holds(condition, facts) for condition in unless)
        seen = "; ".join(f"{c.asks}: {c.value}" for c in (clause(condition, facts) for condition in unless))
        found.append(Clause(f"not so: {' and '.join(map(str, unless))}", seen, not so))
    return tuple(found)


def reason(state: str, due: Deadline, reached: tuple[Reached, ...]) -> str:
    """How it stands, in a line."""
    at = stamp(due.due_at) if due.due_at else ""
    if state == "breached":
        return f"due at {at}, not answered"
    if state == "paused":
        return "the clock stands still"
    step = f"; {reached[-1].step.at} since {stamp(reached[-1].at)}" if reached else ""
    return f"due at {at}{step}" if at else "no day is named by which it is due"
