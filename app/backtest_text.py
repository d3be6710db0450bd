"""A backtest as people and programs read it: text, JSON, and Markdown for a merge request. Pure."""

from collections.abc import Iterable, Iterator
from typing import Any

from app.backtest import Backtest, Compared
from app.core.backtest import Account, Deed
from app.core.plan import stamp
from app.core.text import quote

SHOWN = 30  # requests, in Markdown
PEOPLE = 10


def as_text(found: Backtest) -> str:
    """The figures, then each request that differs, then what the past could not be judged by."""
    lines = [
        f"Rules {found.version} from {stamp(found.since)} to {stamp(found.until)}, beside {found.before}:",
        "",
        *_table(found),
        "",
        *_people(found),
    ]
    for row in found.differing:
        lines.append(row.reference)
        lines += ["  not shown: the request is confidential"] if row.confidential else list(_changes(row))
    lines += [*_cautions(found), *(f"not played: {failed}" for failed in found.failed)]
    return "\n".join(lines)


def as_data(found: Backtest) -> dict[str, Any]:
    """The same as JSON takes it; of a confidential request only whether it differs."""
    return {
        "since": stamp(found.since),
        "until": stamp(found.until),
        "ruleset": found.version,
        "against": found.before,
        "requests": len(found.rows),
        "figures": {name: {"before": before, "now": now} for name, before, now in _figures(found)},
        "most_calls_in_a_week": {
            "before": dict(found.most_in_a_week(now=False).most_common()),
            "now": dict(found.most_in_a_week(now=True).most_common()),
        },
        "todays_descriptions": found.todays_text,
        "todays_members": found.todays_members,
        "failed": found.failed,
        "issues": [_row(row) for row in found.differing],
    }


def as_markdown(found: Backtest) -> str:
    """For a merge request: mentions nobody, links nothing."""
    differing = found.differing
    number = "1 request" if len(differing) == 1 else f"{len(differing)} requests"
    lines = [
        f"### {number} of {len(found.rows)} would have gone otherwise",
        "",
        f"Rules `{found.version}` beside {quote(found.before)}, {found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}.",
        "",
        "| | before | now |",
        "|---|--:|--:|",
        *(f"| {name} | {before:,} | {now:,} |" for name, before, now in _figures(found)),
        "",
    ]
    lines += [f"- {line}" for line in _people(found, code=True) if line]
    if differing:
        lines += ["", "<details><summary>Which</summary>", ""]
        for row in differing[:SHOWN]:
            lines.append(f"- `{row.reference}`")
            if not row.confidential:
                lines += [f"  - `{change.strip()}`" for change in _changes(row)]
        if len(differing) > SHOWN:
            lines.append(f"- and {len(differing) - SHOWN} more")
        lines += ["", "</details>"]
    lines += ["", *(f"> {line}" for line in _cautions(found))]
    lines += [f"> **not played**: {quote(failed)}" for failed in found.failed[:SHOWN]]
    return "\n".join(lines).rstrip() + "\n"


def _figures(found: Backtest) -> list[tuple[str, int, int]]:
    def both(name: str, of: Any) -> tuple[str, int, int]:
        return name, sum(of(row.before) for row in found.rows), sum(of(row.now) for row in found.rows)

    def labels(account: Account) -> int:
        return sum(deed.what[0] in "+-" for deed in account.deeds)

    return [
        both("requests touched", lambda a: a.touched),
        both("labels put on or off", labels),
        both("new notes", lambda a: a.notes),
        both("calls of people", lambda a: a.calls.total()),
        both("promises broken", lambda a: len(a.breaches)),
    ]


def _table(found: Backtest) -> list[str]:
    rows = [(name, f"{before:,}", f"{now:,}") for name, before, now in _figures(found)]
    width = max(len(name) for name, _, _ in rows)
    return [
        f"{'':{width}}  {'before':>8}  {'now':>8}",
        *(f"{n:{width}}  {b:>8}  {a:>8}" for n, b, a in rows),
    ]


def _people(found: Backtest, *, code: bool = False) -> list[str]:
    before, now = found.most_in_a_week(now=False), found.most_in_a_week(now=True)
    mark = "`" if code else ""
    return [
        f"{mark}{name}{mark} would be called {now[name]} times in one week at most (before: {before[name]})"
        for name, _ in (now | before).most_common(PEOPLE)
        if now[name] != before[name]
    ]


def _changes(row: Compared) -> Iterator[str]:
    difference = row.difference
    yield from (f"  + {_said(deed)} at {stamp(at)}" for deed, at in difference.more)
    yield from (f"  - {_said(deed)} at {stamp(at)}" for deed, at in difference.fewer)
    yield from (f"  + broken: {b.clock}, due {stamp(b.due_at)}" for b in difference.more_breaches)
    yield from (f"  - broken: {b.clock}, due {stamp(b.due_at)}" for b in difference.fewer_breaches)


def _said(deed: Deed) -> str:
    return f"{deed.what} ({deed.rule})" if deed.rule and deed.rule not in deed.what else deed.what


def _cautions(found: Backtest) -> Iterable[str]:
    if found.todays_text:
        yield f"By what descriptions say today: {', '.join(found.todays_text)}."
    if found.todays_members:
        yield f"By who is there today: {', '.join(found.todays_members)}."


def _row(row: Compared) -> dict[str, Any]:
    if row.confidential:
        return {"reference": row.reference, "board": row.board, "confidential": True}
    difference = row.difference
    return {
        "reference": row.reference,
        "board": row.board,
        "silent": row.silent,
        "more": [{"rule": d.rule, "what": d.what, "at": stamp(at)} for d, at in difference.more],
        "fewer": [{"rule": d.rule, "what": d.what, "at": stamp(at)} for d, at in difference.fewer],
        "more_breaches": [{"clock": b.clock, "due_at": stamp(b.due_at)} for b in difference.more_breaches],
        "fewer_breaches": [{"clock": b.clock, "due_at": stamp(b.due_at)} for b in difference.fewer_breaches],
    }
