"""`triage sweep`. Parses, calls, prints, chooses the exit code; decides nothing."""

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any

import typer

from app.errors import ConfigError
from app.options import AgainstOption, Format, FormatOption, ReportOption

PENDING, INCOMPLETE = 3, 4


def sweep(
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board; may be given several times.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and write nothing.")] = False,
    plan: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write nothing but the plan, to this file; triage apply does it."),
    ] = None,
    adopt: Annotated[
        list[str] | None,
        typer.Option(help="Take in this board's requests from before its `since`; prints the counts first."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before adopting.")] = False,
    alone: Annotated[
        bool,
        typer.Option(
            "--alone",
            help="No service runs: call people at once, not only when it has been due for ten minutes.",
        ),
    ] = False,
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="So many calls to GitLab at a time, within the one budget.")
    ] = 4,
    max_time: Annotated[
        str | None,
        typer.Option(help="End after this time, such as 50m, and say so; the next sweep goes on from there."),
    ] = None,
    max_actions: Annotated[
        int | None,
        typer.Option(
            min=0, help="Look at everything first, and write nothing if more than this is to be done."
        ),
    ] = None,
    max_calls: Annotated[
        int | None, typer.Option(min=0, help="The same, if one person would be called more often than this.")
    ] = None,
    against: AgainstOption = None,
    report: ReportOption = None,
    detailed_exitcode: Annotated[bool, typer.Option(help="Exit 3 when changes are pending.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Look at the open issues of every board, and at those closed in the last 14 days."""
    from app import reports, sweeping
    from app.core.fuse import Fuse
    from app.core.text import steady
    from app.json_file import check_place
    from app.report_files import ReportFiles
    from app.tools import connect

    if adopt and board:
        raise ConfigError("--adopt names its board itself; leave --board out")
    if against and not dry_run:
        raise ConfigError("--against only compares; add --dry-run")
    if plan and against:
        raise ConfigError("--against only compares, and makes no plan; leave --plan out")
    if plan:
        check_place(plan)
    files = ReportFiles(report or [])
    asked = sweeping.Asked(
        boards=tuple(board or ()),
        adopt=tuple(adopt or ()),
        dry_run=dry_run,
        quiet=format is Format.json,
        alone=alone,
        concurrency=concurrency,
        max_seconds=_seconds(max_time),
        fuse=Fuse(max_actions, max_calls),
        against=against or "",
        plan=plan,
    )
    if threading.current_thread() is threading.main_thread():
        # A runner that ends its job, or a container: like Ctrl-C, so that the report tells what was done.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    tools = connect(journal=True if asked.writes else "if there")
    swept = files.swept(lambda: sweeping.run(tools, asked, _confirm(yes)), applied=asked.writes)
    if format is Format.json:
        for part in reports.json_parts(swept):
            typer.echo(part, nl=False)
    else:
        typer.echo(steady(reports.as_text(swept)))
    files.check()
    if not swept.complete:
        raise typer.Exit(INCOMPLETE)
    if detailed_exitcode and reports.pending(swept):
        raise typer.Exit(PENDING)


def _seconds(length: str | None) -> float | None:
    """The seconds of `50m`; None for none."""
    from app.core.length import read_length

    try:
        return read_length(length).total_seconds() if length is not None else None
    except ValueError as error:
        raise ConfigError(f"--max-time: {error}") from None


def _confirm(yes: bool) -> Any:
    """Asks on a terminal; without one, or with --yes, goes on."""

    def ask(question: str) -> bool:
        return yes or not sys.stdin.isatty() or typer.confirm(question, err=True)

    return ask
