"""`triage sweep` as its users see it: adoption with its counts first, progress, what is wrong with the hooks."""

import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.exc import SQLAlchemyError, TimeoutError

from app.core.board import Board
from app.core.fuse import Fuse
from app.core.ruleset import Ruleset
from app.journal import new_run
from app.json_file import write_file
from app.metrics import tell_calls
from app.missed import find_missed, missed_lines
from app.other_rules import other_rules
from app.plan_file import PlanFile, plan_data
from app.reports import counts_text, hook_lines
from app.sweep import Report, choose_boards, sweep, watch_hooks
from app.sweep.progress import Progress
from app.sweep.run import NO_FUSE
from app.tools import Tools


@dataclass(frozen=True)
class Asked:
    """What the command was told. `max_seconds` is how long it may take, None for as long as it needs.

    `against` names other rules, of a folder or a git ref; then only what they would do otherwise is told. `plan` is the
    file to which the plan is written, in place of doing it.
    """

    boards: tuple[str, ...] = ()
    adopt: tuple[str, ...] = ()
    dry_run: bool = False
    quiet: bool = False
    alone: bool = False
    concurrency: int = 1
    max_seconds: float | None = None
    fuse: Fuse = NO_FUSE
    against: str = ""
    plan: Path | None = None

    @property
    def writes(self) -> bool:
        """Whether anything is to be written to GitLab."""
        return not self.dry_run and self.plan is None


def run(tools: Tools, asked: Asked, confirm: Callable[[str], bool]) -> Report:
    """Sweeps the boards. To adopt, first says what taking in their old requests would do: on stderr if it is quiet."""
    chosen = choose_boards(tools.ruleset, list(asked.adopt or asked.boards))
    options: dict[str, Any] = {"gitlab": tools.gitlab, "ruleset": tools.ruleset, "now": tools.clock.often()}
    options |= {"alone": asked.alone, "restraint": tools.restraint, "threads": asked.concurrency}
    options |= {"max_seconds": asked.max_seconds, "run": new_run(), "everything": asked.plan is not None}
    if asked.against:
        other = _other(asked.against, tools)
        chosen += [] if asked.adopt or asked.boards else _only_there(tools.ruleset, other)
        options |= {"against": other, "everything": True}
    if asked.adopt:
        preview = sweep(chosen, **options, apply=False, adopt=True)
        first = f"Adopting the old requests of {', '.join(b.name for b in chosen)} would do this:"
        print(
            first, counts_text(preview), sep="\n", file=sys.stderr if asked.quiet else sys.stdout, flush=True
        )
        if not asked.writes or not confirm("Go on?"):
            preview.against = asked.against
            _write_plan(preview, tools, asked)
            return preview
    with Progress(quiet=False, used=lambda: tools.gitlab.line.state.requests_used) as progress:
        report = sweep(
            chosen,
            **options,
            journal=tools.journal if asked.writes else None,
            known=tools.known,
            inbox=tools.inbox,
            apply=asked.writes,
            adopt=bool(asked.adopt),
            fuse=asked.fuse,
            seen=progress.seen,
        )
        report.against = asked.against
        _write_plan(report, tools, asked)
        if tools.deliveries and not asked.alone and asked.writes:
            # Before the hooks are looked at: a test delivery is about an issue too.
            report.missed = find_missed(report.rows, chosen, tools.deliveries)
        if not asked.alone and not report.stopped and not asked.against:
            watch_hooks(report, chosen, tools.gitlab)
    if tools.inbox:
        with suppress(SQLAlchemyError, TimeoutError):  # numbers for /metrics, and no reason to fail
            tell_calls(tools.inbox, tools.gitlab.line)
    for line in [*hook_lines(report.hooks), *missed_lines(report.missed, report.hooks)]:
        print(line, file=sys.stderr, flush=True)
    return report


def _write_plan(report: Report, tools: Tools, asked: Asked) -> None:
    if asked.plan:
        write_plan(asked.plan, report, tools, asked)


def write_plan(file: Path, report: Report, tools: Tools, asked: Asked) -> None:
    """Writes the plan of a sweep that wrote nothing. Errors: ConfigError."""
    issues = tuple(row.planned for row in report.rows if row.planned)
    version, now = tools.ruleset.version, tools.clock.now()
    options = (asked.alone, bool(asked.adopt), report.complete)
    write_file(file, plan_data(PlanFile(report.run, report.gitlab, version, now, issues, *options)))
    report.plan = str(file)


def _other(against: str, tools: Tools) -> Ruleset:
    with other_rules(against, tools.folder) as (_folder, found):
        return found


def _only_there(ours: Ruleset, other: Ruleset) -> list[Board]:
    """The boards that only the other rules look after: all that they do there would be done no longer."""
    return [board for id_, board in other.active_boards.items() if id_ not in ours.active_boards]
