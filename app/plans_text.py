"""What `triage apply`, `triage undo` and `triage runs` say, as text and as data. Of confidential issues only that."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from app.applying import Application, Applied, Outcome
from app.core.deed import Deed, deeds_data
from app.core.plan import stamp
from app.core.text import count
from app.explain import action_lines
from app.journal import Run
from app.reports.words import kinds_text, requests
from app.undoing import Undo, Undone

OTHERS: tuple[Outcome, ...] = ("already so", "skipped", "failed", "not done")
AGAIN = "The next sweep or event does the same again, unless the rules change first."


def applied_text(done: Application) -> str:
    """Each issue with what was done, then those where nothing was and why, then the totals."""
    rows = sorted(done.rows, key=lambda row: (row.kept.board, row.kept.ref))
    lines = [line for row in rows for line in _applied_lines(row, whole=not done.applied)]
    number = Counter(row.outcome for row in done.rows)
    through = [row for row in done.rows if row.outcome == "done"]
    shown = [action for row in through if not row.confidential for action in row.actions]
    said = kinds_text(shown) or "nothing to show"
    if hidden := sum(row.kept.number for row in through if row.confidential):
        said += f"; {hidden} not shown"
    verb = "Done" if done.applied else "Would do"
    lines.append(f"{verb}: {requests(len(through))}: {said}." if through else f"{verb}: nothing.")
    if others := ", ".join(f"{number[each]} {each}" for each in OTHERS if number[each]):
        lines[-1] += f" Of the others {others}."
    if any(row.done for row in done.rows):
        lines.append(f"Take it back with: triage undo {done.run}")
    return "\n".join(lines)


def _applied_lines(row: Applied, *, whole: bool) -> Iterator[str]:
    name = row.kept.reference
    if row.outcome != "done":
        done = f" ({count(len(row.done), 'action')} of {row.kept.number} done before)" if row.done else ""
        yield f"{name}: {row.outcome}{f': {row.why}' if row.why else ''}{done}"
    elif row.confidential:
        yield f"{name}: {count(row.kept.number, 'action')}, not shown: the issue is confidential"
    else:
        yield name
        for action in row.actions:
            yield from action_lines(action) if whole else action_lines(action)[:1]


def applied_data(done: Application) -> dict[str, Any]:
    """The same as JSON takes it; what `triage undo` reads."""
    return {
        "run": done.run,
        "gitlab": done.plan.gitlab,
        "plan": done.plan.run,
        "applied": done.applied,
        "complete": done.complete,
        "done": sum(len(row.done) for row in done.rows),
        "issues": [_applied_row(row) for row in done.rows],
    }


def _applied_row(row: Applied) -> dict[str, Any]:
    return {
        "ref": row.kept.ref._asdict(),
        "reference": row.kept.reference,
        "outcome": row.outcome,
        "why": row.why,
        "planned": row.kept.number,
        **_done(row.done, hidden=row.confidential),
    }


def _done(deeds: Iterable[Deed], *, hidden: bool) -> dict[str, Any]:
    """What was done; on a confidential issue how much."""
    found = tuple(deeds)
    if hidden or any(deed.confidential for deed in found):
        return {"done": len(found), "deeds": []}
    return {"done": [str(deed) for deed in found], "deeds": deeds_data(found)}


def undone_text(undo: Undo) -> str:
    """Each issue with what was taken back and what was not, then the totals, and what comes next."""
    rows = sorted(undo.rows, key=lambda row: row.past.ref)
    lines = [line for row in rows for line in _undone_lines(row, applied=undo.applied)]
    taken = sum(len(row.taken) for row in undo.rows)
    left = sum(len(row.left) + row.past.unkept for row in undo.rows)
    failed = sum(bool(row.error) for row in undo.rows)
    verb = "taken back" if undo.applied else "would be taken back"
    said = f"Run {undo.undone}: {count(taken, 'action')} {verb} on {requests(len(undo.rows))}; {left} left"
    lines.append(said + (f", {requests(failed)} not done." if failed else "."))
    if taken and undo.applied:
        lines.append(AGAIN)
    return "\n".join(lines)


def _undone_lines(row: Undone, *, applied: bool) -> Iterator[str]:
    name = row.past.reference
    if row.past.unkept:
        yield f"{name}: {count(row.past.unkept, 'action')} left: not kept, since the issue is confidential"
    if row.confidential:
        left = f", {len(row.left)} left" if row.left else ""
        verb = "taken back" if applied else "would be taken back"
        yield f"{name}: {count(len(row.taken), 'action')} {verb}{left}, not shown: the issue is confidential"
    elif row.past.deeds:
        yield name
        verb = "took back" if applied else "would take back"
        yield from (f"  {verb}: {deed}" for deed in row.taken)
        yield from (f"  gone already: {deed}" for deed in row.gone)
        yield from (f"  left: {left.deed}: {left.why}" for left in row.left)
    if row.error:
        yield f"{name}: not done: {row.error}"


def undone_data(undo: Undo) -> dict[str, Any]:
    """The same as JSON takes it; an undoing is a run that can be undone."""
    return {
        "run": undo.run,
        "undone": undo.undone,
        "gitlab": undo.gitlab,
        "applied": undo.applied,
        "complete": undo.complete,
        "taken_back": sum(len(row.taken) for row in undo.rows),
        "left": sum(len(row.left) + row.past.unkept for row in undo.rows),
        "issues": [_undone_row(row) for row in undo.rows],
    }


def _undone_row(row: Undone) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "taken_back": [str(deed) for deed in row.taken],
        "gone": [str(deed) for deed in row.gone],
        "left": [{"what": str(left.deed), "why": left.why} for left in row.left],
    }
    if row.confidential:
        shown = {"taken_back": len(row.taken), "gone": len(row.gone), "left": len(row.left)}
    return {
        "ref": row.past.ref._asdict(),
        "reference": row.past.reference,
        **shown,
        "not_kept": row.past.unkept,
        "error": row.error,
        **_done(row.done, hidden=row.confidential),
    }


def runs_text(runs: list[Run]) -> str:
    """One line for each run, the last one first."""
    if not runs:
        return "No sweep, apply or undo is in this journal."
    return "\n".join(
        f"{run.run}  {run.trigger:<6} {run.began_at:%Y-%m-%d %H:%M}Z  {requests(run.issues)}, {run.done} done"
        for run in runs
    )


def runs_data(runs: list[Run]) -> list[dict[str, Any]]:
    """The same as JSON takes it."""
    times = [{"began_at": stamp(run.began_at), "ended_at": stamp(run.ended_at)} for run in runs]
    return [run._asdict() | at for run, at in zip(runs, times, strict=True)]
