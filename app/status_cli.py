"""`triage status`: the open requests, the most urgent first. Parses, calls, prints; decides nothing."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from app.core.text import steady

INCOMPLETE = 4


class StatusFormat(StrEnum):
    """How the requests are printed."""

    text = "text"
    json = "json"
    csv = "csv"


def status(
    board: Annotated[
        list[str] | None, typer.Argument(help="The boards, by their ids; none: all of them.")
    ] = None,
    format: Annotated[
        StatusFormat,
        typer.Option("--format", help="Text for people, JSON for programs, CSV for spreadsheets."),
    ] = StatusFormat.text,
) -> None:
    """Show the open requests: what is late first, then by what is due next, then what waits on the requester."""
    from rich.console import Console

    from app import status_data, status_text
    from app.standings import standings
    from app.sweep import choose_boards
    from app.tools import connect

    tools = connect(journal="if there", examples=False)
    boards = choose_boards(tools.ruleset, board or [])
    with reading():
        found = standings(tools, boards)
    shown = status_text.statuses(boards, found.requests, found.at)
    if format is StatusFormat.json:
        typer.echo(json.dumps(status_data.as_data(shown, found.failed), indent=2))
    elif format is StatusFormat.csv:
        typer.echo(status_data.as_csv(shown))
    elif sys.stdout.isatty():
        console = Console(highlight=False)
        for part in status_text.tables(shown, found.failed):
            console.print(part)
    else:
        typer.echo(steady(status_text.lines(shown, found.failed)))
    tell_failed(found.failed)


@contextmanager
def reading() -> Iterator[None]:
    """Shows on a terminal that something is being done."""
    from rich.console import Console

    with Console(stderr=True).status("Reading ..."):
        yield


def tell_failed(failed: list[str]) -> None:
    """Says what could not be read, by its reference, and ends as incomplete if there is any."""
    for line in failed:
        typer.echo(steady(f"NOT READ: {line}"), err=True)
    if failed:
        raise typer.Exit(INCOMPLETE)
