"""What the bot tells of its rules on the issue itself: `@bot explain`, `@bot why RULE`, `@bot why not RULE`.

It tells of the instant at which it was asked, whenever it comes to answer. To SAs it tells all, in an internal note; to
the requester what rules ask for, and no value that a rule found: one may come from an internal note. What people wrote
stands in quotes, and nobody is mentioned.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from app.core.plan import Outcome
from app.core.rule import Rule
from app.core.text import Ours, instant, named, quote
from app.core.why import SAYS, failed, is_near, local, waiver_line

MOST = 12  # rules that are told one by one; more of them by name only
VALUE = 120  # characters of a value


def told_all(outcomes: Mapping[str, Outcome], rules: Iterable[Rule], zone: ZoneInfo, *, whole: bool) -> Ours:
    """How all rules stand: those that fire one by one, the others folded."""
    every = [*outcomes.values()]
    firing = [o for o in every if o.verdict == "failing"]
    waived = [o for o in every if o.verdict == "waived"]
    number, passed = len(firing), len(waived)
    head = f"{number or 'None'} of {len(every)} rules {'fires' if number < 2 else 'fire'} here"
    head += f", and {passed} {'is' if passed == 1 else 'are'} let pass." if waived else "."
    if not whole:
        summaries = {rule.id: rule.summary for rule in rules}
        lines = [f"- {_name(o)}: {named(summaries[o.rule])}" for o in (*firing, *waived)]
        return Ours("\n".join([head, *([""] if lines else []), *lines]))
    near = [o for o in every if o not in firing and o not in waived and is_near(o)]
    rest = [o for o in every if o.verdict in ("fine", "not for this issue") and o not in near]
    lines = [f"- {_name(o)} {_short(o, zone)}" for o in (*firing, *waived)[:MOST]]
    parts = [head, *(["\n".join(lines)] if lines else [])]
    more = (*firing, *waived)[MOST:]
    parts += _folded("More that fire", [f"- {_name(o)}" for o in more])
    parts += _folded("Near", [f"- {_name(o)} {_short(o, zone)}" for o in near])
    parts += _folded("Silent", [", ".join(_name(o) for o in rest)] if rest else [], len(rest))
    return Ours("\n\n".join(parts))


def told_one(outcome: Outcome, rule: Rule, zone: ZoneInfo, *, whole: bool) -> Ours:
    """How one rule stands: to an SA with each clause, to the requester with the first that failed, and no values."""
    since = f" since {_at(outcome.since, zone)}" if outcome.since and outcome.verdict == "failing" else ""
    lines = [f"{_name(outcome)} {SAYS[outcome.verdict]}{since}. It is for: {named(rule.summary)}"]
    clause = failed(outcome)
    if not whole:
        lines += [f"What it lacks is: {named(clause.asks)}."] if clause else []
        return Ours("\n\n".join(lines))
    lines.append("\n".join(_clauses(outcome, zone)))
    if outcome.waiver:
        lines.append(f"- {quote(waiver_line(outcome.waiver, zone), 2 * VALUE)}")
    if outcome.recheck_at:
        lines.append(f"Next by itself: {_at(outcome.recheck_at, zone)}.")
    elif clause:
        lines.append(f"Not by time alone: it needs that {named(clause.asks)}.")
    return Ours("\n\n".join(filter(None, [*lines, f"It stands in {quote(_place(outcome.source))}."])))


def _clauses(outcome: Outcome, zone: ZoneInfo) -> Iterator[str]:
    for n, clause in enumerate(outcome.clauses):
        mark = "✓" if clause.holds else "✗" if n == outcome.failed else "–"
        value = quote(local(clause.value, zone), VALUE)
        yield f"- {mark} {named(clause.asks)}{': ' if value else ''}{value}"


def _short(outcome: Outcome, zone: ZoneInfo) -> str:
    """One rule in a line: why it fires, who lets it pass, or what it lacks."""
    clause = failed(outcome)
    if outcome.waiver and outcome.verdict == "waived":
        return quote(waiver_line(outcome.waiver, zone), 2 * VALUE)
    if clause is None:
        return f"{SAYS[outcome.verdict]}: {quote(local(outcome.reason, zone), VALUE)}"
    again = f"; next by itself {_at(outcome.recheck_at, zone)}" if outcome.recheck_at else ""
    return f"lacks: {named(clause.asks)}: {quote(local(clause.value, zone), VALUE)}{again}"


def _folded(title: str, lines: list[str], number: int = 0) -> list[str]:
    body = "\n".join(lines)
    return (
        [f"<details><summary>{title}: {number or len(lines)}</summary>\n\n{body}\n\n</details>"]
        if lines
        else []
    )


def _name(outcome: Outcome) -> str:
    return f"`{outcome.rule}`"


def _at(at: datetime, zone: ZoneInfo) -> Ours:
    return instant(at, zone)


def _place(source: str) -> str:
    """The file below the rules folder, and the line."""
    return "/".join(source.replace("\\", "/").split("/")[-2:])
