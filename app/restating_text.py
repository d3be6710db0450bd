"""What changed rules do to clocks, as text for people and as data for programs. Of confidential issues only that."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from app.core.attained import Share, Total, totals
from app.core.differences import Pair
from app.core.judged import Judged
from app.core.length import iso_length
from app.core.plan import stamp
from app.core.text import count, duration
from app.keep import Keeping
from app.restate import Compared
from app.restating import Done

SHOWN = 10  # references of requests that nobody had judged before; all of them are in the data


def as_text(done: Done) -> str:
    """What differs, past and open apart; what could not be compared; the totals; what was done about it."""
    found = done.found
    source = f"the rules of {done.asked.against}" if done.asked.against else "the journal"
    lines = [f"Cycles since {found.since}, as they were judged by {source} and are by rules {found.version}."]
    if found.differing:
        lines[0] += ' "!" marks what comes to something else now.'
    for title, past in (("Past", True), ("Open", False)):
        shown = [line for row in _rows(done) for line in _row_lines(done, row, past=past)]
        lines += ["", title, *shown] if shown else []
    lines += ["", *_hidden_lines(done), *_left_out(done), *_total_lines(done)]
    lines += [f"{board}: could not be listed: {why}" for board, why in found.boards_failed.items()]
    lines += [f"{row.reference}: could not be read: {row.error}" for row in found.rows if row.error]
    lines += _done_lines(done)
    if not found.complete:
        lines.append(f"Incomplete: {found.stopped or 'not every issue was read'}.")
    return "\n".join(lines)


def as_data(done: Done) -> dict[str, Any]:
    """The same as JSON takes it: instants in UTC, lengths in ISO 8601."""
    found = done.found
    return {
        "since": found.since.isoformat(),
        "at": stamp(found.at),
        "ruleset": found.version,
        "against": done.asked.against or "journal",
        "complete": found.complete,
        "stopped": found.stopped,
        "boards_failed": found.boards_failed,
        "failed": {row.reference: row.error for row in found.rows if row.error},
        "differ": sum(len(row.differing) for row in found.rows),
        "issues": [_row_data(row) for row in found.differing],
        "moved": [row.reference for row in _moved(done)],
        "never_judged": [row.reference for row in _unjudged(done)],
        "totals": [
            {"board": board, "clock": clock, **_total_data(total)}
            for (board, clock), total in _totals(done).items()
        ],
        "restated": done.restated,
        "keeping": _keeping_data(done.keeping) if done.keeping else None,
    }


def _rows(done: Done) -> list[Compared]:
    """What may be shown of what differs."""
    rows = [row for row in done.found.differing if not row.confidential]
    return sorted(rows, key=lambda row: (row.board, row.ref))


def _row_lines(done: Done, row: Compared, *, past: bool) -> list[str]:
    pairs = [pair for pair in row.differing if pair.past == past]
    return [row.reference, *(f" {_pair_line(done, row, pair)}" for pair in pairs)] if pairs else []


def _pair_line(done: Done, row: Compared, pair: Pair) -> str:
    """`! activity, begun ...: due ... → ...; met in 30 hours → breached by 6 hours`; the mark says that it came to
    something else before."""
    assert row.plan
    at, zone = row.plan.at, done.boards[row.board].calendar.zone

    def when(instant: datetime | None) -> str:
        return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}" if instant else "not known"

    sides = [side for side in (pair.before, pair.now) if side]
    dues = " → ".join(dict.fromkeys(when(side.due_at) for side in sides))
    words = [_outcome(side, at) if side else "not counted" for side in (pair.before, pair.now)]
    if len(sides) == 2 and len({(s.verdict(at), s.ended_at) for s in sides}) == 1:
        words = words[1:]  # the same either way, and only now it is sure to be known by how much
    why = "; the description was edited since, which may be why" if pair.reworded else ""
    begun = when(pair.cycle.started_at)
    before, now = pair.verdicts(at)
    mark = " " if before == now else "!"
    return f"{mark} {pair.cycle.clock}, begun {begun}: due {dues}; {' → '.join(words)}{why}"


def _outcome(judged: Judged, at: datetime) -> str:
    """`met in 3 hours`, `breached by 2 hours`, `open`, `open and late by 2 hours`."""
    match judged.verdict(at):
        case "met":
            return f"met in {duration(judged.spent)}" if judged.spent is not None else "met"
        case "breached":
            by = f" by {duration(judged.over)}" if judged.over is not None else ""
            return f"{'breached' if judged.ended_at else 'open and late'}{by}"
    return "open"


def _hidden_lines(done: Done) -> Iterator[str]:
    for row in done.found.differing:
        if row.confidential:
            differ = "one cycle differs" if len(row.differing) == 1 else f"{len(row.differing)} cycles differ"
            yield f"{row.reference}: {differ}, not shown: the issue is confidential"


def _unjudged(done: Done) -> list[Compared]:
    """The requests with cycles that nobody had judged before, so that they cannot be compared."""
    return [row for row in done.found.rows if any(pair.unjudged for pair in row.pairs)]


def _left_out(done: Done) -> Iterator[str]:
    rows = _unjudged(done)
    if rows:
        number = sum(pair.unjudged for row in rows for pair in row.pairs)
        cut = f" and {len(rows) - SHOWN} more" if len(rows) > SHOWN else ""
        names = ", ".join(row.reference for row in rows[:SHOWN])
        said = f"{count(number, 'cycle')} of {count(len(rows), 'request')}".capitalize()
        yield f"{said} had never been judged, and cannot be compared: {names}{cut}"
    if moved := _moved(done):
        one = len(moved) == 1
        said = count(len(moved), "request").capitalize()
        yield f"{said} moved on, and {'is' if one else 'are'} judged where {'it is' if one else 'they are'} now."


def _moved(done: Done) -> list[Compared]:
    return [row for row in done.found.rows if row.issue and row.issue.moved]


def _totals(done: Done) -> dict[tuple[str, str], Total]:
    shown = [(row, pair) for row in done.found.rows if not row.confidential for pair in row.pairs]
    return totals(((row.board, pair) for row, pair in shown), done.found.at)


def _total_lines(done: Done) -> Iterator[str]:
    for (board, clock), total in _totals(done).items():
        if not total.cycles:
            continue
        said = f"{done.boards[board].name}, {clock}: {count(total.cycles, 'cycle')} compared"
        if not total.differ:
            yield f"{said}, none differs; {_share(total.now)}."
            continue
        said += f", {total.differ} differ{'s' if total.differ == 1 else ''}: "
        said += f"{total.breach_now} breached only now, {total.no_breach_now} no longer"
        yield f"{said}. {_share(total.before)} → {_share(total.now)}."


def _share(share: Share) -> str:
    decided = share.met + share.breached
    return f"{share.met} of {decided} met ({share.attained:.0%})" if decided else "nothing is decided yet"


def _done_lines(done: Done) -> Iterator[str]:
    if done.keeping:
        yield from _keeping_lines(done.keeping)
    elif done.restated is not None:
        said = count(done.restated, "request").capitalize()
        yield f"{said} restated: the journal has the new judgement beside the old one."
    elif not done.found.differing:
        yield "Nothing differs."
    elif done.asked.act == "show":
        yield "Nothing is written. --keep leaves the past as it was judged, --restate judges it anew."


def _keeping_lines(keeping: Keeping) -> Iterator[str]:
    if keeping.why_not:
        yield "Not kept; no file was changed:"
        yield from (f"  {why}" for why in keeping.why_not)
        return
    if not keeping.added:
        yield f"Nothing that began before {keeping.day} differs: there is nothing to keep."
    else:
        done = "Kept" if keeping.written else "Would keep"
        yield f"{done}, and proven: nothing that began before {keeping.day} is judged otherwise."
        yield from (f"  {added.file}:{added.line}: {added.text}" for added in keeping.added)
    if keeping.later:
        said = f"{count(keeping.later, 'cycle')} that began on {keeping.day} or later".capitalize()
        yield f"{said} count{'s' if keeping.later == 1 else ''} by the new terms."
    if keeping.goes_on:
        said = count(keeping.goes_on, "cycle").capitalize()
        yield f"{said} that ran on {keeping.day} go{'es' if keeping.goes_on == 1 else ''} on by the new hours."


def _row_data(row: Compared) -> dict[str, Any]:
    if row.confidential:
        return {"reference": row.reference, "confidential": True, "differ": len(row.differing)}
    assert row.plan
    cycles = [_pair_data(pair, row.plan.at) for pair in row.differing]
    return {"reference": row.reference, "board": row.board, "cycles": cycles}


def _pair_data(pair: Pair, at: datetime) -> dict[str, Any]:
    return {
        "clock": pair.cycle.clock,
        "rule": pair.cycle.rule,
        "started_at": stamp(pair.cycle.started_at),
        "past": pair.past,
        "before": _judged_data(pair.before, at) if pair.before else None,
        "now": _judged_data(pair.now, at) if pair.now else None,
        "reworded": pair.reworded,
    }


def _judged_data(judged: Judged, at: datetime) -> dict[str, Any]:
    return {
        "verdict": judged.verdict(at),
        "due_at": stamp(judged.due_at) if judged.due_at else None,
        "ended_at": stamp(judged.ended_at) if judged.ended_at else None,
        "target": iso_length(judged.target) if judged.target else None,
        "count": judged.count,
        "spent": iso_length(judged.spent) if judged.spent is not None else None,
        "over": iso_length(judged.over) if judged.over is not None else None,
    }


def _total_data(total: Total) -> dict[str, Any]:
    return {
        "cycles": total.cycles,
        "differ": total.differ,
        "breached_only_now": total.breach_now,
        "breached_no_longer": total.no_breach_now,
        "never_judged": total.unjudged,
        "before": _share_data(total.before),
        "now": _share_data(total.now),
    }


def _share_data(share: Share) -> dict[str, Any]:
    attained = None if share.attained is None else round(share.attained, 4)
    return {"met": share.met, "breached": share.breached, "attained": attained}


def _keeping_data(keeping: Keeping) -> dict[str, Any]:
    return {
        "before": keeping.day.isoformat(),
        "written": keeping.written,
        "entries": [vars(added) for added in keeping.added],
        "why_not": keeping.why_not,
        "later": keeping.later,
        "goes_on": keeping.goes_on,
    }
