"""Why a rule fires, or does not: its clauses in order, the first that failed, and when it could fire next. As lines."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from app.core.clock_shape import Clock
from app.core.plan import Clause, Outcome, stamp
from app.core.text import Ours, duration, instant
from app.core.waiver import Waiver

MARKS = {"failing": "●", "waived": "~", "fine": "○", "not for this issue": "·"}
SAYS = {
    "failing": "fires",
    "waived": "is let pass",
    "fine": "is silent",
    "not for this issue": "is for others",
}
LONGEST, FEW = 160, 6  # characters of a value; clauses that hold, and as many that do not
_STAMP = re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def failed(outcome: Outcome) -> Clause | None:
    """The first clause that keeps the rule silent; None where it fires or is let pass."""
    return None if outcome.failed is None else outcome.clauses[outcome.failed]


def is_near(outcome: Outcome) -> bool:
    """Whether the silent rule is on its way: time alone brings something, or a clock of its own is open."""
    if outcome.verdict != "fine":
        return False
    return outcome.recheck_at is not None or any(clock.ended_at is None for clock in outcome.clocks)


def there(at: datetime, zone: ZoneInfo) -> Ours:
    """An instant in that zone and in UTC: `Wed 4 Mar 2026, 09:00 EST = 14:00Z`, with the day where it is another."""
    local, utc = at.astimezone(zone), at.astimezone(UTC)
    here = instant(at, zone).partition(" (")[0]
    seconds = f":{utc:%S}" if utc.second else ""
    day = "" if local.date() == utc.date() else f"{utc:%Y-%m-%d}T"
    return Ours(here if str(zone) == "UTC" else f"{here} = {day}{utc:%H:%M}{seconds}Z")


def local(text: str, zone: ZoneInfo) -> str:
    """The text with each instant in it, as GitLab writes them, in that zone and in UTC."""
    return _STAMP.sub(lambda found: there(datetime.fromisoformat(found[0]), zone), text)


def shown(text: str, zone: ZoneInfo) -> str:
    """A value on one line, cut, its instants in that zone."""
    line = local(" ".join(text.split()), zone)
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def next_line(outcome: Outcome, zone: ZoneInfo) -> str:
    """When the rule could say something else next: by time alone, or only once something else is so."""
    if outcome.recheck_at:
        return f"next by itself: {there(outcome.recheck_at, zone)}"
    clause = failed(outcome)
    return f"not by time alone: needs that {clause.asks}" if clause else ""


def waiver_line(waiver: Waiver, zone: ZoneInfo) -> str:
    """Who lets the rule pass, since when, until when and why."""
    until = f" until {there(waiver.until, zone)}" if waiver.until else ""
    told = f", with {' and '.join(waiver.told)} told" if waiver.told else ""
    why = f": {waiver.because}" if waiver.because else ", without a reason"
    return f"let pass by {waiver.by} on {there(waiver.at, zone)}{until}{told}{why}"


def rule_lines(outcome: Outcome, zone: ZoneInfo) -> Iterator[str]:
    """What a rule says: its clauses, the first that failed marked with ✗. Only the first few."""
    return _lines(outcome, zone, FEW)


def whole_lines(outcome: Outcome, zone: ZoneInfo) -> Iterator[str]:
    """The same with every clause."""
    return _lines(outcome, zone, len(outcome.clauses))


def _lines(outcome: Outcome, zone: ZoneInfo, most: int) -> Iterator[str]:
    since = f" since {there(outcome.since, zone)}" if outcome.since and outcome.verdict == "failing" else ""
    yield f"{MARKS[outcome.verdict]} {outcome.rule} {SAYS[outcome.verdict]}{since}  ({outcome.source})"
    yield f"    {shown(outcome.reason, zone)}"
    first, left = outcome.failed, {True: most, False: most}
    for n, clause in enumerate(outcome.clauses):
        left[clause.holds] -= 1
        if n == first or left[clause.holds] >= 0:
            mark = "✓" if clause.holds else "✗" if n == first else "-"
            yield f"    {mark} {clause.asks}: {shown(clause.value, zone)}"
    if left[True] < 0 or left[False] < 0:
        yield f"    and {max(0, -left[True])} more that hold, {max(0, -left[False])} that do not"
    for clock in outcome.clocks:
        yield f"    ◷ {local(told(clock), zone)}"
    if outcome.waiver:
        yield f"    {shown(waiver_line(outcome.waiver, zone), zone)}"
    if line := next_line(outcome, zone):
        yield f"    {line}"
    for action in outcome.actions:
        yield f"    → {action}"


def short_lines(outcome: Outcome, zone: ZoneInfo) -> Iterator[str]:
    """The same of a rule that is silent, in two lines: the clause that failed, and what comes next."""
    yield f"{MARKS[outcome.verdict]} {outcome.rule} {SAYS[outcome.verdict]}  ({outcome.source})"
    clause = failed(outcome)
    why = f"✗ {clause.asks}: {shown(clause.value, zone)}" if clause else shown(outcome.reason, zone)
    yield f"    {why}"
    if outcome.waiver:
        yield f"    {shown(waiver_line(outcome.waiver, zone), zone)}"
    if outcome.recheck_at:
        yield f"    {next_line(outcome, zone)}"


def told(clock: Clock) -> str:
    """One cycle of a clock in a line: when it began, how it stands, and what that was worked out of."""
    began = f"{clock.name} since {stamp(clock.started_at)}"
    target = f" of {duration(clock.target)}" if clock.target else ""
    counted = f"{duration(clock.spent)}{target} counted ({clock.count.replace('_', ' ')})"
    due = f"due {stamp(clock.due_at)}" if clock.due_at else "no day is due yet"
    held = ", ".join(f"{duration(time)} with {who}" for who, time in clock.shares.items())
    steps = ", ".join(f"{name} at {stamp(at)}" for name, at in clock.steps)
    said = f"{began}: {_stands(clock, counted, due)}"
    return "; ".join(filter(None, [said, held, f"steps: {steps}" if steps else ""]))


def _stands(clock: Clock, counted: str, due: str) -> str:
    ended = f" at {stamp(clock.ended_at)}" if clock.ended_at else ""
    match clock.state:
        case "met":
            return f"met{ended} in {counted}; {due}"
        case "breached":
            over = f" by {duration(clock.over)}" if clock.over is not None else ""
            return f"breached{over}, {f'ended{ended}' if ended else 'still open'}; {due}"
        case "paused":
            by = f" by {clock.paused_by}" if clock.paused_by else ""
            since = stamp(clock.paused_since) if clock.paused_since else ""
            return f"paused since {since}{by} ({clock.paused_for}); {counted}"
        case "off hours":
            again = stamp(clock.runs_again_at) if clock.runs_again_at else ""
            return f"off hours, runs again {again}; {due}; {counted}"
        case "running":
            return f"running; {due}; {counted}"
        case _:
            assert_never(clock.state)
