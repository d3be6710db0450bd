"""`triage sweep` as its users see it: adoption with its counts first, progress, the report as text and as data."""

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.fuse import Fuse
from app.core.plan import (
    AddLabel,
    Assign,
    Close,
    Comment,
    DeleteNote,
    Move,
    OpenIssue,
    Postponed,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    SetConfidential,
    SetDue,
    Summon,
    Unassign,
    stamp,
)
from app.explain import action_lines
from app.gitlab.hooks import HookSeen
from app.missed import find_missed, missed_lines
from app.service import Tools
from app.sweep import Report, Swept, choose_boards, sweep, watch_hooks
from app.sweep.progress import Progress
from app.sweep.run import NO_FUSE

KINDS: dict[type, tuple[str, str]] = {
    AddLabel: ("label put on", "labels put on"),
    RemoveLabel: ("label taken off", "labels taken off"),
    Assign: ("assignment", "assignments"),
    Unassign: ("assignment taken back", "assignments taken back"),
    PutNote: ("status note", "status notes"),
    Summon: ("summons", "summonses"),
    Reply: ("answer", "answers"),
    DeleteNote: ("second note deleted", "second notes deleted"),
    Reopen: ("reopening", "reopenings"),
    Close: ("closing", "closings"),
    SetDue: ("due date", "due dates"),
    SetConfidential: ("change of confidentiality", "changes of confidentiality"),
    Comment: ("note", "notes"),
    OpenIssue: ("related issue", "related issues"),
    Move: ("move", "moves"),
}


@dataclass(frozen=True)
class Asked:
    """What the command was told. `max_seconds` is how long it may take, None for as long as it needs."""

    boards: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    dry_run: bool = False
    quiet: bool = False
    alone: bool = False
    concurrency: int = 1
    max_seconds: float | None = None
    fuse: Fuse = NO_FUSE


def run(tools: Tools, asked: Asked, confirm: Callable[[str], bool]) -> Report:
    """Sweeps the boards. To adopt, first says what taking in their old requests would do: on stderr if it is quiet."""
    chosen = choose_boards(tools.ruleset, list(asked.adopt or asked.boards))
    options: dict[str, Any] = {"gitlab": tools.gitlab, "ruleset": tools.ruleset, "now": tools.clock.now}
    options |= {"alone": asked.alone, "restraint": tools.restraint, "threads": asked.concurrency}
    options |= {"max_seconds": asked.max_seconds}
    if asked.adopt:
        preview = sweep(chosen, **options, apply=False, adopt=True)
        first = f"Adopting the old requests of {', '.join(b.name for b in chosen)} would do this:"
        print(
            first, counts_text(preview), sep="\n", file=sys.stderr if asked.quiet else sys.stdout, flush=True
        )
        if asked.dry_run or not confirm("Go on?"):
            return preview
    with Progress(quiet=False, used=lambda: tools.gitlab.line.state.requests_used) as progress:
        report = sweep(
            chosen,
            **options,
            journal=None if asked.dry_run else tools.journal,
            known=tools.known,
            inbox=tools.inbox,
            apply=not asked.dry_run,
            adopt=bool(asked.adopt),
            fuse=asked.fuse,
            seen=progress.seen,
        )
        if tools.deliveries and not asked.alone and not asked.dry_run:
            # Before the hooks are looked at: a test delivery is about an issue too.
            report.missed = find_missed(report.rows, chosen, tools.deliveries)
        if not asked.alone and not report.stopped:
            watch_hooks(report, chosen, tools.gitlab)
    for line in [*hook_lines(report.hooks), *missed_lines(report.missed, report.hooks)]:
        print(line, file=sys.stderr, flush=True)
    return report


def hook_lines(hooks: list[HookSeen]) -> list[str]:
    """What has to be said of the hooks: each that is off or was, and in one line those that may not be seen."""
    lines = [f"HOOK: {hook}" for hook in hooks if hook.loud or hook.verdict == "switched on again"]
    if unseen := [hook for hook in hooks if hook.verdict == "not seen"]:
        more = f" (and those of {len(unseen) - 1} more projects)" if len(unseen) > 1 else ""
        lines.append(f"{unseen[0]}{more}")
    return lines


def counts(report: Report) -> Counter[str]:
    """How many actions of each kind are planned."""
    found: Counter[str] = Counter()
    for row in report.rows:
        found.update(type(a).__name__ for a in (row.plan.actions if row.plan else ()))
    return found


def counts_text(report: Report) -> str:
    """The counts in a sentence: `300 requests: 300 labels put on, 12 summonses.`"""
    found = counts(report)
    said = [
        f"{found[kind.__name__]} {one if found[kind.__name__] == 1 else many}"
        for kind, (one, many) in KINDS.items()
        if found[kind.__name__]
    ]
    requests = f"{len(report.rows)} request{'' if len(report.rows) == 1 else 's'}"
    return f"{requests}: {', '.join(said) or 'nothing to do'}."


def as_text(report: Report) -> str:
    """Each issue with something to do, with every action, then what was left out, then the totals."""
    lines: list[str] = []
    for row in sorted(report.rows, key=lambda row: (row.board, row.ref)):
        if row.error:
            lines.append(f"{row.reference}: not done: {row.error}")
        elif row.plan and (row.plan.actions or row.plan.postponed):
            lines.append(row.reference)
            if row.plan.confidential:
                number = len(row.plan.actions) + len(row.plan.postponed)
                lines.append(f"  {number} to do, not shown: the issue is confidential")
                continue
            for action in row.plan.actions:
                shown = action_lines(action)
                lines += shown if not report.applied else shown[:1]
            lines += [_waiting(each) for each in row.plan.postponed]
        elif row.plan and row.plan.watched and row.plan.findings:
            lines.append(f"{row.reference} (only watched)")
            lines += [f"  found {o.rule}: {o.reason}" for o in row.plan.findings if not row.plan.confidential]
    lines += [f"{board}: could not be listed: {why}" for board, why in report.boards_failed.items()]
    if silent := Counter(r.plan.silent for r in report.rows if r.plan and r.plan.silent):
        lines += [f"{number} left alone: {why}" for why, number in silent.most_common()]
    lines += [*hook_lines(report.hooks), *missed_lines(report.missed, report.hooks)]
    verb = "Done" if report.applied else "Would do"
    lines.append(f"{verb}: {counts_text(report)}")
    if not report.complete:
        lines.append(f"Incomplete: {report.stopped or 'not every issue was looked at'}.")
    return "\n".join(lines)


def _waiting(call: Postponed) -> str:
    return f"  {call.action}: waits for the service until {stamp(call.until)}; --alone does not"


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON takes it; of a confidential issue only its reference."""
    return {
        "applied": report.applied,
        "complete": report.complete,
        "pending": report.pending - report.done,
        "done": report.done,
        "counts": dict(counts(report)),
        "boards_failed": report.boards_failed,
        "stopped": report.stopped,
        "hooks": [hook.as_dict() for hook in report.hooks],
        "missed": [each.as_dict() for each in report.missed],
        "issues": [_row(row) for row in report.rows],
    }


def _row(row: Swept) -> dict[str, Any]:
    data = row.plan.as_dict() if row.plan else {"reference": row.reference, "board": row.board}
    hidden = row.plan is not None and row.plan.confidential
    return data | {"done": len(row.done) if hidden else [str(a) for a in row.done], "error": row.error}
