"""`triage status` as programs read it: JSON, and CSV that no spreadsheet takes for formulas. Decides nothing."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.core.clock_shape import Clock
from app.core.length import iso_length
from app.core.plan import stamp
from app.core.standing import PLACES, Standing
from app.core.text import steady
from app.status_text import BoardStatus, cells, flat

COLUMNS = (
    "board", "reference", "stands", "title", "requester", "state", "owners", "next_due", "clocks", "waits_on",
    "waits_since", "missing", "since", "age_hours",
)  # fmt: skip
# What a spreadsheet may take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def as_data(found: Sequence[BoardStatus], failed: list[str]) -> dict[str, Any]:
    """The same as JSON takes it; of a confidential request its reference alone."""
    return {
        "complete": not failed,
        "failed": failed,
        "boards": [
            {
                "board": status.board.file.id,
                "name": status.board.file.name,
                "zone": str(status.zone),
                "at": stamp(status.at),
                "totals": {place: sum(one.place == place for one in status.requests) for place in PLACES},
                "requests": [_data(one) for one in status.requests],
            }
            for status in found
        ],
    }


def _data(one: Standing) -> dict[str, Any]:
    if one.place == "confidential":
        return {"reference": one.reference, "confidential": True}
    return {
        "reference": one.reference,
        "confidential": False,
        "stands": one.place,
        "title": one.title,
        "requester": one.requester,
        "state": one.state,
        "state_since": stamp(one.state_since),
        "waits_on": one.waits_on,
        "owners": list(one.owners),
        "holder": one.holder,
        "template": one.template,
        "missing": list(one.missing),
        "since": stamp(one.arrived_at),
        "next_due_at": stamp(one.next_due_at) if one.next_due_at else None,
        "answered": one.answered,
        "silent": one.silent,
        "clocks": [_clock_data(clock, one) for clock in one.running],
    }


def _clock_data(clock: Clock, one: Standing) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in asdict(clock).items():
        if isinstance(value, datetime):
            found[name] = stamp(value)
        elif isinstance(value, timedelta):
            found[name] = iso_length(value)
        else:
            found[name] = value
    found["steps"] = [{"step": name, "at": stamp(at)} for name, at in clock.steps]
    found["shares"] = {who: iso_length(time) for who, time in clock.shares.items()}
    return found | {"paused_on": one.paused_on(clock)}


def as_csv(found: Sequence[BoardStatus]) -> str:
    """One line per request, instants in the board's zone with their offset. No cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for status in found:
        for one in status.requests:
            writer.writerow(map(safe_cell, _record(one, status)))
    return out.getvalue().rstrip("\n")


def _record(one: Standing, status: BoardStatus) -> list[str]:
    first = [status.board.file.id, one.reference, one.place]
    if one.place == "confidential":
        return first + [""] * (len(COLUMNS) - len(first))
    return [
        *first,
        one.title,
        one.requester,
        one.state,
        ", ".join(one.owners),
        _offset(one.next_due_at, status.zone),
        "; ".join(cells(one, status)[5]),
        *_waits(one, status.zone),
        str(len(one.missing)),
        _offset(one.arrived_at, status.zone),
        str(max(int((status.at - one.arrived_at).total_seconds() // 3600), 0)),
    ]


def _waits(one: Standing, zone: ZoneInfo) -> tuple[str, str]:
    """On whom it waits, and since when: on the requester, or on those for whom a clock stands still."""
    if one.waits_on:
        return one.waits_on, _offset(one.state_since, zone)
    paused = next((clock for clock in one.running if clock.paused_since), None)
    return (one.paused_on(paused), _offset(paused.paused_since, zone)) if paused else ("", "")


def safe_cell(text: str) -> str:
    """The text on one line, behind an apostrophe where a spreadsheet would take it for a formula."""
    line = steady(flat(text))
    return f"'{line}" if text.startswith(FORMULA) or line.startswith(FORMULA) else line


def _offset(at: datetime | None, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes") if at else ""
