"""`triage rules import`. Parses, calls, prints; decides nothing."""

from pathlib import Path
from typing import Annotated

import typer

from app.options import Format, FormatOption, rules_folder, show

INCOMPLETE = 4


def rules_import(
    policies: Annotated[
        Path, typer.Argument(metavar="FILE", help="The policies of gitlab-triage: .triage-policies.yml.")
    ] = Path(".triage-policies.yml"),
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="The rules folder; else TRIAGE_RULES, else ./rules.")
    ] = None,
    board: Annotated[str, typer.Option(metavar="ID", help="The board for which they hold; else all.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would come of it.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Bring along policies of gitlab-triage: write its rules of issues as rules of ours, and say what became of each.

    Faults of the original are told with their lines. Exit code 4: some rules are left out. Run again, it replaces what
    it wrote for that file.
    """
    from app import importing, importing_text

    folder = rules_folder(into)
    found = importing.import_policies(policies, folder, board)
    written = not dry_run and not found.broken
    if written:
        importing.write(found, folder)
    show(
        format,
        lambda: importing_text.as_text(found, str(folder), written=written),
        lambda: importing_text.as_data(found, str(folder), written=written),
    )
    if found.broken or any(one.outcome == "left out" for one in found.rules):
        raise typer.Exit(INCOMPLETE)
