"""`triage sweep` as its users see it: adoption with its counts first, progress, what is wrong with the hooks."""

import sys
from collections.abc import Callable
from typing import Any

from rich.console import Console

from app.core.board import Board
from app.core.ruleset import Ruleset
from app.missed import find_missed, missed_lines
from app.other_rules import other_rules
from app.reports import counts_text, hook_lines
from app.service import Tools
from app.sweep import Report, Swept, choose_boards, sweep, watch_hooks


def run(
    tools: Tools,
    boards: list[str],
    adopt: list[str],
    *,
    dry_run: bool,
    quiet: bool,
    alone: bool,
    confirm: Callable[[str], bool],
    against: str = "",
) -> Report:
    """Sweeps the boards. With `adopt`, first says what taking in their old requests would do: on stderr if `quiet`.

    With `against`, which only a dry run may have, the report tells what those other rules would do otherwise.
    """
    console = Console(stderr=True, quiet=quiet, highlight=False)
    chosen = choose_boards(tools.ruleset, adopt or boards)
    options: dict[str, Any] = {"gitlab": tools.gitlab, "ruleset": tools.ruleset, "now": tools.clock.now}
    options |= {"alone": alone, "restraint": tools.restraint}
    if against:
        other = _other(against, tools)
        options["against"] = other
        chosen += [] if adopt or boards else _only_there(tools.ruleset, other)
    if adopt:
        preview = sweep(chosen, **options, apply=False, adopt=True)
        first = f"Adopting the old requests of {', '.join(b.name for b in chosen)} would do this:"
        print(first, counts_text(preview), sep="\n", file=sys.stderr if quiet else sys.stdout, flush=True)
        if dry_run or not confirm("Go on?"):
            preview.against = against
            return preview
    with console.status("Sweeping ...") as status:

        def seen(row: Swept) -> None:
            status.update(f"Sweeping {row.board}: {row.ref.iid}")
            if tools.inbox and not dry_run and row.plan:
                tools.inbox.settle(row.ref)
            if tools.inbox and not dry_run and row.plan and row.plan.recheck_at:
                # So that a service on this database looks in time.
                tools.inbox.put(row.ref, row.plan.recheck_at)

        report = sweep(
            chosen, **options, journal=tools.journal, apply=not dry_run, adopt=bool(adopt), seen=seen
        )
        report.against = against
        if tools.deliveries and not alone and not dry_run:
            # Before the hooks are looked at: a test delivery is about an issue too.
            report.missed = find_missed(report.rows, chosen, tools.deliveries)
        if not alone and not report.stopped and not against:
            status.update("Looking at the hooks")
            watch_hooks(report, chosen, tools.gitlab)
    for line in [*hook_lines(report.hooks), *missed_lines(report.missed, report.hooks)]:
        print(line, file=sys.stderr, flush=True)
    return report


def _other(against: str, tools: Tools) -> Ruleset:
    with other_rules(against, tools.folder) as (_folder, found):
        return found


def _only_there(ours: Ruleset, other: Ruleset) -> list[Board]:
    """The boards that only the other rules look after: all that they do there would be done no longer."""
    return [board for id_, board in other.active_boards.items() if id_ not in ours.active_boards]
