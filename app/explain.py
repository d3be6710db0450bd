"""Why the bot does what it does on one issue, and why it does not do the rest: as text and as data."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from app.core.document import one_of
from app.core.plan import OpenIssue, Outcome, Plan, Written
from app.core.retelling import render
from app.core.ruleset import Ruleset
from app.core.why import is_near, local, rule_lines, short_lines, there, whole_lines
from app.errors import ConfigError
from app.reconcile import Looked

REDACTED = "The issue is confidential: nothing of it is shown here."
UTC_ZONE = ZoneInfo("UTC")
Lines = Callable[[Outcome, ZoneInfo], Iterator[str]]


def as_text(looked: Looked, ruleset: Ruleset | None = None, *, rule: str = "", every: bool = False) -> str:
    """The rules that fire, and those that are one step from it; then what would be done. The others in one line.

    With `every` all of them whole, the notes that would be written and the issue's history; with a `rule` that one
    only. Instants stand in the board's zone, where the ruleset is given, and in UTC. Errors: ConfigError, no such rule.
    """
    issue, plan = looked.issue, looked.plan
    if issue.confidential:
        return f"{issue.reference}\n{REDACTED}"
    zone = zone_of(plan, ruleset)
    lines = [*_head(looked, zone), *_silence(plan, zone)]
    if rule:
        lines += ["", *_one(plan, rule, ruleset, zone)]
    elif every:
        lines += [line for outcome in plan.outcomes for line in ("", *whole_lines(outcome, zone))]
        lines += ["", *_to_do(plan, whole=True), "", "History", *render(issue).splitlines()]
    else:
        lines += [*_sections(plan.outcomes, zone), "", *_to_do(plan, whole=False)]
    return "\n".join(lines)


def as_data(looked: Looked, rule: str = "") -> dict[str, Any]:
    """The same as JSON takes it; of one rule only where it is named. Errors: ConfigError, no such rule."""
    data = looked.plan.as_dict()
    if not looked.issue.confidential:
        if rule:
            _find(looked.plan, rule)
            data["outcomes"] = [each for each in data["outcomes"] if each["rule"] == rule]
        data["timeline"] = render(looked.issue)
    return data


def zone_of(plan: Plan, ruleset: Ruleset | None) -> ZoneInfo:
    """The zone of the board on which the issue is; UTC where that is not known."""
    board = ruleset.boards.get(plan.board) if ruleset else None
    return board.calendar.zone if board else UTC_ZONE


def _head(looked: Looked, zone: ZoneInfo) -> Iterator[str]:
    issue, plan = looked.issue, looked.plan
    labels = ", ".join(sorted(issue.labels)) or "no labels"
    yield f'{issue.reference}  "{issue.title}"'
    yield f"{plan.board or 'no board'}, {issue.state}, {labels}"
    yield f"seen {there(plan.at, zone)} by rules {plan.ruleset}; times of {zone} = UTC"


def _silence(plan: Plan, zone: ZoneInfo) -> Iterator[str]:
    """Why nothing is done, or not all; and who cannot be told for an SA."""
    if plan.silent:
        more = f", {local(plan.because, zone)}" if plan.because else ""
        again = f" Looked at again {there(plan.recheck_at, zone)}." if plan.recheck_at else ""
        yield from ("", f"Nothing is done here: {plan.silent}{more}.{again}")
    elif plan.because:
        yield from ("", f"{local(plan.because, zone)}.")
    for each in plan.postponed:
        yield from ("", f"Waits for the service until {there(each.until, zone)}: {each.action}")
    if plan.unseen:
        groups = ", ".join(plan.unseen)
        told = f"The bot may not see who is in {groups}: as SAs of a former board they count for nothing."
        yield from ("", told)


def _sections(outcomes: Iterable[Outcome], zone: ZoneInfo) -> Iterator[str]:
    firing = [o for o in outcomes if o.verdict in ("failing", "waived")]
    near = [o for o in outcomes if o not in firing and (is_near(o) or o.waiver)]
    others = [o.rule for o in outcomes if o not in firing and o not in near]
    yield from _section("Fires, or is let pass", firing, rule_lines, zone)
    yield from _section("Near", near, short_lines, zone)
    if others:
        yield from (
            "",
            f"Silent, and not near ({len(others)}; --all or --rule ID says why): {', '.join(others)}",
        )


def _section(title: str, outcomes: list[Outcome], lines: Lines, zone: ZoneInfo) -> Iterator[str]:
    if not outcomes:
        return
    yield from ("", f"{title} ({len(outcomes)})")
    for outcome in outcomes:
        yield from lines(outcome, zone)


def _one(plan: Plan, rule: str, ruleset: Ruleset | None, zone: ZoneInfo) -> Iterator[str]:
    outcome = _find(plan, rule)
    yield from whole_lines(outcome, zone)
    for each in ruleset.rules if ruleset else ():
        if each.id == rule:
            yield from (f"    It is for: {each.summary}", f"    {each.why}")


def _find(plan: Plan, rule: str) -> Outcome:
    found = next((outcome for outcome in plan.outcomes if outcome.rule == rule), None)
    if found is None and not plan.outcomes:
        raise ConfigError(f"no rule looked at the issue: {plan.silent}")
    if found is None:
        raise ConfigError(f'--rule: unknown rule "{rule}"; {one_of(rule, [o.rule for o in plan.outcomes])}')
    return found


def _to_do(plan: Plan, *, whole: bool) -> Iterator[str]:
    if not plan.actions:
        yield "Nothing to do."
        return
    yield "To do:"
    for action in plan.actions:
        yield from action_lines(action) if whole else [f"  {action}"]


def action_lines(action: object) -> list[str]:
    """One action, a note with its whole text below it."""
    lines = [f"  {action}"]
    if isinstance(action, OpenIssue):
        lines.append(f"    | {action.title}")
    if isinstance(action, Written | OpenIssue):
        lines += [f"    | {line}".rstrip() for line in action.body.splitlines()]
    return lines
