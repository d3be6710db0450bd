"""Which issues of a sweep changed without an event having come, and what that says about their hooks. Only reads."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from app.core.board import Board
from app.core.missed import Missed, is_missed
from app.gitlab.hooks import HookSeen
from app.inbox import Deliveries
from app.sweep import Swept

SHOWN = 5

HINTS = {
    "works": "its hook works now; under Recent events in GitLab stands what its deliveries came to, and its"
    " triggers must be work item events and comments, the confidential ones too",
    "switched on again": "GitLab had switched its hook off, and it is on again",
    "off": "GitLab has switched its hook off",
    "missing": "no hook of it points at a service",
    "not seen": "whether its hook works is not known: look at Recent events of the hook in GitLab",
    "": "see what triage hooks says",
}


def find_missed(rows: Iterable[Swept], boards: Iterable[Board], deliveries: Deliveries) -> list[Missed]:
    """Those of the issues that changed without an event, by board and number; none where no event ever came.

    A watched board needs no hook, and what was before a board's `since` may have been before it was one.
    """
    known_since = deliveries.known_since()
    if known_since is None:
        return []
    by_id = {board.id: board for board in boards if not board.file.watched}
    changed: list[tuple[Swept, datetime, datetime]] = []
    for row in rows:
        if row.plan and row.changed_at and row.board in by_id:
            since = max(known_since, by_id[row.board].since_at)
            if is_missed(row.changed_at, None, since, row.plan.at):
                changed.append((row, row.changed_at, since))
    told = deliveries.last_told([row.ref for row, _, _ in changed])
    return [
        _missed(row, by_id[row.board].file.project, at, told.get(row.ref))
        for row, at, since in sorted(changed, key=lambda each: (each[0].board, each[0].ref))
        if row.plan and is_missed(at, told.get(row.ref), since, row.plan.at)
    ]


def _missed(row: Swept, project: str, changed_at: datetime, last_told_at: datetime | None) -> Missed:
    if row.plan and row.plan.confidential:
        return Missed(row.ref, row.reference, row.board, project, None, None)
    return Missed(row.ref, row.reference, row.board, project, changed_at, last_told_at)


def missed_lines(missed: Iterable[Missed], hooks: Sequence[HookSeen]) -> list[str]:
    """For each board one line: how many issues, which, and what its hook has to do with it."""
    lines = []
    for board, found in groupby(missed, key=lambda each: each.board):
        issues = list(found)
        which = ", ".join(map(str, issues[:SHOWN]))
        if len(issues) > SHOWN:
            which += f" and {len(issues) - SHOWN} more"
        number = "1 issue" if len(issues) == 1 else f"{len(issues)} issues"
        hint = HINTS[_worst(hook.verdict for hook in hooks if hook.project == issues[0].project)]
        lines.append(f"MISSED: {board}: {number} changed without an event: {which}; {hint}")
    return lines


def _worst(verdicts: Iterable[str]) -> str:
    """Of several hooks the one that tells most; empty where none was looked at."""
    found = set(verdicts)
    return next((v for v in ("off", "switched on again", "missing", "not seen", "works") if v in found), "")
