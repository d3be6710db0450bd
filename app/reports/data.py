"""The report as JSON. Issues with nothing to tell are only counted, so that ten thousand of them take no room."""

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from app.core.deed import deeds_data
from app.core.plan import Action, Written
from app.reports.shown import Shown, called, counts, pending, shown, touched
from app.sweep.report import Report, Swept


def as_json(report: Report) -> str:
    return "".join(json_parts(report))


def json_parts(report: Report) -> Iterator[str]:
    """The report as JSON, piece by piece, an issue a line: those of ten thousand, made into data all at once, take a
    hundred megabytes."""
    told = shown(report)
    rows = _rows(report, told)
    yield json.dumps(_head(report, told, len(rows)), indent=2).removesuffix("\n}") + ',\n  "issues": ['
    for number, row in enumerate(rows):
        yield f"{',' if number else ''}\n    {json.dumps(_row_data(row))}"
    yield "\n  ]\n}\n" if rows else "]\n}\n"


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON takes it; of a confidential issue only its reference.

    `looked_at` counts every issue that was looked at, `quiet` those of them that are not among `issues`. Where rules
    are compared, `pending`, `done` and the counts are of what differs.
    """
    told = shown(report)
    rows = _rows(report, told)
    return _head(report, told, len(rows)) | {"issues": [_row_data(row) for row in rows]}


def _rows(report: Report, told: list[Shown]) -> Sequence[Swept | Shown]:
    return told if report.against else [row for row in report.rows if _says(row)]


def _row_data(row: Swept | Shown) -> dict[str, Any]:
    return _row(row) if isinstance(row, Swept) else _row(row.row) | {"difference": _difference(row)}


def _head(report: Report, told: list[Shown], rows: int) -> dict[str, Any]:
    return {
        "run": report.run,
        "gitlab": report.gitlab,
        "applied": report.applied,
        "complete": report.complete,
        "boards": list(report.boards),
        "pending": pending(report),
        "done": report.done,
        "counts": dict(counts(chain.from_iterable(each.actions for each in told))),
        "called": dict(called(told)),
        "looked_at": len(report.rows),
        "quiet": len(report.rows) - rows,
        "unchanged": report.unchanged,
        "boards_failed": report.boards_failed,
        "stopped": report.stopped,
        "too_much": report.too_much,
        "hooks": [hook.as_dict() for hook in report.hooks],
        "missed": [each.as_dict() for each in report.missed],
        "summaries": [each.as_dict() for each in report.summaries],
        **(_compared(report, told) if report.against else {}),
    }


def _compared(report: Report, told: list[Shown]) -> dict[str, Any]:
    return {
        "against": report.against,
        "touched": touched(told),
        "counts_gone": dict(counts(chain.from_iterable(each.gone for each in told))),
    }


def _says(row: Swept) -> bool:
    """Whether there is anything in it: an error, something done, to do or to wait for, a finding, or why nothing is
    done."""
    plan = row.plan
    return bool(
        row.error
        or row.done
        or plan is None
        or plan.actions
        or plan.postponed
        or plan.findings
        or plan.silent
    )


def _row(row: Swept) -> dict[str, Any]:
    bare = {"ref": row.ref._asdict(), "reference": row.reference, "board": row.board}
    data = row.plan.as_dict() if row.plan else bare
    hidden = (row.plan is not None and row.plan.confidential) or any(deed.confidential for deed in row.done)
    done = len(row.done) if hidden else [str(deed) for deed in row.done]
    return data | {"done": done, "deeds": deeds_data(row.done), "error": row.error}


def _difference(each: Shown) -> dict[str, Any]:
    if each.hidden:
        return {"new": len(each.actions), "gone": len(each.gone)}
    return {"new": [_action(a) for a in each.actions], "gone": [_action(a) for a in each.gone]}


def _action(action: Action) -> dict[str, str]:
    text = action.body if isinstance(action, Written) else ""
    return {"kind": type(action).__name__, "rule": action.rule, "does": str(action), "text": text}
