"""Why the bot does what it does on one issue, and why it does not do the rest: as text and as data."""

from typing import Any

from app.core.plan import Clause, Outcome, Plan, Written, stamp
from app.core.timeline import render
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
    if outcome.recheck_at:
        lines.append(f"    looked at again at {stamp(outcome.recheck_at)}")
    lines += [f"    → {action}" for action in outcome.actions]
    return lines


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
    if isinstance(action, Written):
        lines += [f"    | {line}".rstrip() for line in action.body.splitlines()]
    return lines
