"""`triage rules backtest`. Parses, calls, prints; decides nothing."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from app.core.text import steady
from app.errors import ConfigError

INCOMPLETE = 4


class BacktestFormat(StrEnum):
    """How a backtest is printed."""

    text = "text"
    json = "json"
    markdown = "markdown"


def backtest(
    since: Annotated[str, typer.Option(help="How far back, such as 90d.")] = "90d",
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board; may be given several times.")
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="FOLDER|GIT-REF", help="Compare with these rules, not with what was done.")
    ] = "",
    format: Annotated[
        BacktestFormat, typer.Option("--format", help="Markdown is for a merge request.")
    ] = BacktestFormat.text,
) -> None:
    """Play the past of the boards again: what these rules would have done, beside what was done or others would do."""
    from app import backtest as backtesting
    from app import backtest_text
    from app.core.length import read_length
    from app.tools import connect

    try:
        length = read_length(since)
    except ValueError as error:
        raise ConfigError(f"--since: {error}") from None
    found = backtesting.run(connect(journal="if there", examples=False), board or [], length, against)
    if format is BacktestFormat.json:
        typer.echo(json.dumps(backtest_text.as_data(found), indent=2))
    else:
        shown = backtest_text.as_markdown if format is BacktestFormat.markdown else backtest_text.as_text
        typer.echo(steady(shown(found)))
    if found.failed:
        raise typer.Exit(INCOMPLETE)
