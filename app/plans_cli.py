"""`triage apply`, `triage undo`, `triage runs`: plans done later, and runs taken back. Parses, calls, prints; decides
nothing."""

from pathlib import Path
from typing import Annotated, Any

import typer

from app.options import Format, FormatOption, show

INCOMPLETE = 4

DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and write nothing.")]


def apply(
    file: Annotated[Path, typer.Argument(help="The plan that triage sweep --plan FILE wrote.")],
    dry_run: DryRunOption = False,
    format: FormatOption = Format.text,
) -> None:
    """Do exactly what a plan says, and skip, by name, each issue that changed since it was made."""
    from app import plans_text
    from app.applying import apply_plan
    from app.plan_file import read_plan
    from app.tools import connect

    tools = connect(journal=not dry_run)
    plan = read_plan(file, gitlab=tools.gitlab.url, ruleset=tools.ruleset.version)
    with _status("Applying", quiet=format is Format.json) as told:
        done = apply_plan(
            tools, plan, dry_run=dry_run, seen=lambda row: told.update(f"Applying: {row.kept.reference}")
        )
    show(format, lambda: plans_text.applied_text(done), lambda: plans_text.applied_data(done))
    if not done.complete:
        raise typer.Exit(INCOMPLETE)


def undo(
    run: Annotated[
        str,
        typer.Argument(help="A run, as triage runs names it, or the file of its JSON result.", metavar="RUN"),
    ],
    dry_run: DryRunOption = False,
    format: FormatOption = Format.text,
) -> None:
    """Take back what a run did, where nobody has touched it since, and list the rest."""
    from app import plans_text, undoing
    from app.tools import connect

    tools = connect(journal=not (dry_run and undoing.is_file(run)), examples=False)
    past = undoing.past_of(run, tools)
    with _status("Undoing", quiet=format is Format.json) as told:
        done = undoing.undo(
            run, past, tools, dry_run=dry_run, seen=lambda row: told.update(f"Undoing: {row.past.reference}")
        )
    show(format, lambda: plans_text.undone_text(done), lambda: plans_text.undone_data(done))
    if not done.complete:
        raise typer.Exit(INCOMPLETE)


def runs(
    limit: Annotated[int, typer.Option(min=1, help="At most so many runs.")] = 20,
    format: FormatOption = Format.text,
) -> None:
    """List the last sweeps, applies and undoings in the journal, with how much each did."""
    from app import plans_text
    from app.database import open_database
    from app.journal import Journal
    from app.settings import read_database_settings

    engine = open_database(read_database_settings().database_url)
    try:
        found = Journal(engine).runs(limit)
    finally:
        engine.dispose()
    show(format, lambda: plans_text.runs_text(found), lambda: plans_text.runs_data(found))


def _status(words: str, *, quiet: bool) -> Any:
    from rich.console import Console

    return Console(stderr=True, quiet=quiet, highlight=False).status(f"{words} ...")
