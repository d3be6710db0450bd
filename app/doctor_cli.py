"""`triage doctor`. Parses, calls, prints, chooses the exit code; decides nothing."""

import json
from typing import Annotated

import typer

from app.core.text import steady
from app.options import Format, FormatOption

FAILED = 1


def doctor(
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board; may be given several times.")
    ] = None,
    deliver: Annotated[
        bool, typer.Option("--deliver", help="Have GitLab send a test delivery by each hook.")
    ] = False,
    format: FormatOption = Format.text,
) -> None:
    """Look at everything that has to be so, and say what to do where it is not; 1 if something is wrong."""
    from app.doctor import examine
    from app.settings import read_settings

    lines = []
    for line in examine(read_settings(), board or [], deliver=deliver):
        lines.append(line)
        if format is Format.text:
            typer.echo(steady(str(line)))
    wrong = sum(line.verdict == "wrong" for line in lines)
    warnings = sum(line.verdict == "warning" for line in lines)
    if format is Format.json:
        typer.echo(json.dumps({"ok": not wrong, "lines": [line.as_dict() for line in lines]}, indent=2))
    else:
        typer.echo(f"\n{wrong} wrong, {warnings} to look at, of {len(lines)}.")
    if wrong:
        raise typer.Exit(FAILED)
