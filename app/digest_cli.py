"""`triage digest`: what happened on a board, as text or as an issue on it. Parses, calls, prints; decides nothing."""

from enum import StrEnum
from typing import Annotated

import typer

from app.options import Format, FormatOption, show
from app.status_cli import reading, tell_failed


class To(StrEnum):
    """Where a digest goes."""

    issue = "issue"


def digest(
    board: Annotated[str, typer.Argument(help="The board, by its id.")],
    to: Annotated[
        To | None,
        typer.Option("--to", help="Keep it as an issue on the board, edited in place; else it is printed."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days it looks back, and today.")] = 7,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be written.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Tell what came, which promises were kept and broken and why, what waits, and what is missing."""
    from app import digesting
    from app.sweep import choose_boards
    from app.tools import connect

    tools = connect(journal="if there", examples=False)
    chosen = choose_boards(tools.ruleset, [board])[0]
    with reading():
        done = digesting.run(tools, chosen, days, to_issue=to is To.issue, dry_run=dry_run)
    show(format, lambda: digesting.as_text(done), lambda: digesting.as_data(done))
    if to and done.failed:
        typer.echo("Nothing was written: a digest is of a whole board.", err=True)
    tell_failed(done.failed)
