"""`triage sweep` as its users see it: adoption with its counts first, progress, the report as text and as data."""

import shlex
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.deed import deeds_data
from app.core.fuse import Fuse
from app.core.plan import (
    AddLabel,
    Assign,
    DeleteNote,
    Move,
    Postponed,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    Summon,
    Unassign,
    stamp,
)
from app.explain import action_lines
from app.gitlab.hooks import HookSeen
from app.journal import new_run
from app.json_file import write_file
from app.missed import find_missed, missed_lines
from app.plan_file import PlanFile, plan_data
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
    Move: ("move", "moves"),
}


@dataclass(frozen=True)
class Asked:
    """What the command was told. `max_seconds` is how long it may take, None for as long as it needs; `plan` is the
    file to which the plan is written, in place of doing it."""

    boards: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    dry_run: bool = False
    quiet: bool = False
    alone: bool = False
    concurrency: int = 1
    max_seconds: float | None = None
    fuse: Fuse = NO_FUSE
    plan: Path | None = None

    @property
    def writes(self) -> bool:
        """Whether anything is to be written to GitLab."""
        return not self.dry_run and self.plan is None


def run(tools: Tools, asked: Asked, confirm: Callable[[str], bool]) -> Report:
    """Sweeps the boards. To adopt, first says what taking in their old requests would do: on stderr if it is quiet."""
    chosen = choose_boards(tools.ruleset, list(asked.adopt or asked.boards))
    options: dict[str, Any] = {"gitlab": tools.gitlab, "ruleset": tools.ruleset, "now": tools.clock.now}
    options |= {"alone": asked.alone, "restraint": tools.restraint, "threads": asked.concurrency}
    options |= {"max_seconds": asked.max_seconds, "run": new_run()}
    if asked.adopt:
        preview = sweep(chosen, **options, apply=False, adopt=True)
        first = f"Adopting the old requests of {', '.join(b.name for b in chosen)} would do this:"
        print(
            first, counts_text(preview), sep="\n", file=sys.stderr if asked.quiet else sys.stdout, flush=True
        )
        if asked.plan:
            write_plan(asked.plan, preview, tools, asked)
        if not asked.writes or not confirm("Go on?"):
            return preview
    with Progress(quiet=False, used=lambda: tools.gitlab.line.state.requests_used) as progress:
        report = sweep(
            chosen,
            **options,
            journal=tools.journal if asked.writes else None,
            known=tools.known,
            inbox=tools.inbox,
            apply=asked.writes,
            everything=asked.plan is not None,
            adopt=bool(asked.adopt),
            fuse=asked.fuse,
            seen=progress.seen,
        )
        if asked.plan:
            write_plan(asked.plan, report, tools, asked)
        if tools.deliveries and not asked.alone and asked.writes:
            # Before the hooks are looked at: a test delivery is about an issue too.
            report.missed = find_missed(report.rows, chosen, tools.deliveries)
        if not asked.alone and not report.stopped:
            watch_hooks(report, chosen, tools.gitlab)
    for line in [*hook_lines(report.hooks), *missed_lines(report.missed, report.hooks)]:
        print(line, file=sys.stderr, flush=True)
    return report


def write_plan(file: Path, report: Report, tools: Tools, asked: Asked) -> None:
    """Writes the plan of a sweep that wrote nothing. Errors: ConfigError."""
    issues = tuple(row.planned for row in report.rows if row.planned)
    version, now = tools.ruleset.version, tools.clock.now()
    options = (asked.alone, bool(asked.adopt), report.complete)
    write_file(file, plan_data(PlanFile(report.run, report.gitlab, version, now, issues, *options)))


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
    requests = f"{len(report.rows)} request{'' if len(report.rows) == 1 else 's'}"
    return f"{requests}: {kinds_text(counts(report))}."


def kinds_text(found: Mapping[str, int]) -> str:
    """So many actions of each kind, by the names of these, in words."""
    said = [
        f"{number} {one if number == 1 else many}"
        for kind, (one, many) in KINDS.items()
        if (number := found.get(kind.__name__, 0))
    ]
    return ", ".join(said) or "nothing to do"


def as_text(report: Report, plan: Path | None = None) -> str:
    """Each issue with something to do, with every action, then what was left out, then the totals; and how to go on,
    where that was written to a file as a plan."""
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
    if plan:
        lines.append(f"The plan is in {plan}; do it with: triage apply {shlex.quote(str(plan))}")
    elif report.applied and report.run and report.done:
        lines.append(f"Take it back with: triage undo {report.run}")
    return "\n".join(lines)


def _waiting(call: Postponed) -> str:
    return f"  {call.action}: waits for the service until {stamp(call.until)}; --alone does not"


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON takes it; of a confidential issue only its reference."""
    return {
        "run": report.run,
        "gitlab": report.gitlab,
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
    bare = {"ref": row.ref._asdict(), "reference": row.reference, "board": row.board}
    data = row.plan.as_dict() if row.plan else bare
    hidden = (row.plan is not None and row.plan.confidential) or any(deed.confidential for deed in row.done)
    done = len(row.done) if hidden else [str(deed) for deed in row.done]
    return data | {"done": done, "deeds": deeds_data(row.done), "error": row.error}
