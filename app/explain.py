"""Why the bot does what it does on one issue, and why it does not do the rest: as text and as data."""

from datetime import timedelta
from typing import Any, assert_never

from app.core.clock_shape import Clock
from app.core.plan import Clause, OpenIssue, Outcome, Plan, Written, stamp
from app.core.retelling import render
from app.core.text import duration
from app.reconcile import Looked

MARKS = {"failing": "✗", "fine": "✓", "not for this issue": "·", "waived": "~"}
REDACTED = "The issue is confidential: nothing of it is shown here."


def as_text(looked: Looked) -> str:
    """Every rule, fired or not, with its reason and values; then what would be done, and the issue's history."""
    issue, plan = looked.issue, looked.plan
    if issue.confidential:
        return f"{issue.reference}\n{REDACTED}"
    labels = ", ".join(sorted(issue.labels)) or "no labels"
    lines = [
        f'{issue.reference}  "{issue.title}"',
        f"{plan.board or 'no board'}, {issue.state}, {labels}; seen at {stamp(plan.at)} by rules {plan.ruleset}",
    ]
    if plan.silent:
        lines += ["", f"Nothing is done here: {plan.silent}."]
    if plan.unseen:
        groups = ", ".join(plan.unseen)
        lines += [
            "",
            f"The bot may not see who is in {groups}: as SAs of a former board they count for nothing, and whether "
            "somebody is one of them is unknown to conditions.",
        ]
    for outcome in plan.outcomes:
        lines += ["", *_outcome_lines(outcome)]
    lines += ["", *_action_lines(plan)]
    lines += ["", "History", *render(issue).splitlines()]
    return "\n".join(lines)


def as_data(looked: Looked) -> dict[str, Any]:
    """The same as JSON takes it."""
    data = looked.plan.as_dict()
    if not looked.issue.confidential:
        data["timeline"] = render(looked.issue)
    return data


def _outcome_lines(outcome: Outcome) -> list[str]:
    since = f" since {stamp(outcome.since)}" if outcome.since else ""
    lines = [f"{MARKS[outcome.verdict]} {outcome.rule}: {outcome.verdict}{since}  ({outcome.source})"]
    lines.append(f"    {outcome.reason}")
    lines += [_clause_line(clause) for clause in outcome.clauses]
    lines += [f"    ◷ {told(clock)}" for clock in outcome.clocks]
    if outcome.recheck_at:
        lines.append(f"    looked at again at {stamp(outcome.recheck_at)}")
    lines += [f"    → {action}" for action in outcome.actions]
    return lines


def told(clock: Clock) -> str:
    """One cycle of a clock in a line: when it began, how it stands, and what that was worked out of."""
    began = f"{clock.name} since {stamp(clock.started_at)}"
    target = f" of {duration(clock.target)}" if clock.target else ""
    counted = f"{duration(clock.spent)}{target} counted ({clock.count.replace('_', ' ')})"
    due = f"due {stamp(clock.due_at)}" if clock.due_at else "no day is due yet"
    ended = f" at {stamp(clock.ended_at)}" if clock.ended_at else ""
    match clock.state:
        case "met":
            said = f"met{ended} in {counted}; {due}"
        case "breached":
            over = duration(clock.over or timedelta())
            said = f"breached by {over}, {f'ended{ended}' if ended else 'still open'}; {due}"
        case "paused":
            by = f" by {clock.paused_by}" if clock.paused_by else ""
            since = stamp(clock.paused_since) if clock.paused_since else ""
            said = f"paused since {since}{by} ({clock.paused_for}); {counted}"
        case "off hours":
            again = stamp(clock.runs_again_at) if clock.runs_again_at else ""
            said = f"off hours, runs again {again}; {due}; {counted}"
        case "running":
            said = f"running; {due}; {counted}"
        case _:
            assert_never(clock.state)
    held = ", ".join(f"{duration(time)} with {who}" for who, time in clock.shares.items())
    steps = ", ".join(f"{name} at {stamp(at)}" for name, at in clock.steps)
    return "; ".join(filter(None, [f"{began}: {said}", held, f"steps: {steps}" if steps else ""]))


def _clause_line(clause: Clause) -> str:
    value = " ".join(clause.value.split())
    shown = value if len(value) <= 100 else value[:99] + "…"
    return f"    {'!' if clause.holds else '-'} {clause.asks}: {shown}"


def _action_lines(plan: Plan) -> list[str]:
    if not plan.actions:
        return ["Nothing to do."]
    return [
        "To do:",
        *(line for action in plan.actions for line in action_lines(action)),
    ]


def action_lines(action: object) -> list[str]:
    """One action, a note with its whole text below it."""
    lines = [f"  {action}"]
    if isinstance(action, OpenIssue):
        lines.append(f"    | {action.title}")
    if isinstance(action, Written | OpenIssue):
        lines += [f"    | {line}".rstrip() for line in action.body.splitlines()]
    return lines
