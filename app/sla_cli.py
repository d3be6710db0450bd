"""`triage sla`: what a change of targets or calendars does to the clocks. Parses, calls, prints; decides nothing."""

from datetime import date
from typing import Annotated

import typer

from app.errors import ConfigError
from app.options import Format, FormatOption, show

FAILED, PENDING, INCOMPLETE = 1, 3, 4

sla_app = typer.Typer(help="Say what a change of the rules does to promises.", no_args_is_help=True)


@sla_app.callback()
def sla() -> None:
    """Say what a change of the rules does to promises."""


@sla_app.command()
def restate(
    since: Annotated[
        str, typer.Option(metavar="DATE", help="Look at cycles that began or ended since then, or still run.")
    ],
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board; may be given several times.")
    ] = None,
    against: Annotated[
        str, typer.Option(metavar="FOLDER|GIT-REF", help="Compare with these rules, not with the journal.")
    ] = "",
    keep: Annotated[
        bool, typer.Option("--keep", help="The past stays as it was judged: write that into the rules.")
    ] = False,
    restate: Annotated[
        bool, typer.Option("--restate", help="The past is judged anew: write that into the journal.")
    ] = False,
    before: Annotated[
        str | None,
        typer.Option(
            metavar="DATE", help="With --keep: the first day on which the new terms hold; else today."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show; what --keep would write, too.")
    ] = False,
    detailed_exitcode: Annotated[bool, typer.Option(help="Exit 3 when something differs.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Show how changed rules judge what was judged before, past and open; then keep the past, or restate it.

    Without --keep and --restate nothing is written. Nothing is ever written to GitLab.
    """
    from app import restating, restating_text

    if keep and restate:
        raise ConfigError("--keep and --restate exclude each other: the past stays as it was, or it does not")
    if before and not keep:
        raise ConfigError("--before is the day from which on --keep does not keep; give it with --keep")
    asked = restating.Asked(
        since=_day("--since", since),
        boards=tuple(board or ()),
        against=against,
        act="keep" if keep else "restate" if restate else "show",
        before=_day("--before", before) if before else None,
        dry_run=dry_run,
        quiet=format is Format.json,
    )
    done = restating.run(asked, restating.tools_for(asked))
    show(format, lambda: restating_text.as_text(done), lambda: restating_text.as_data(done))
    if not done.found.complete:
        raise typer.Exit(INCOMPLETE)
    if done.keeping and done.keeping.why_not:
        raise typer.Exit(FAILED)
    if detailed_exitcode and not done.wrote and done.found.differing:
        raise typer.Exit(PENDING)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"{option}: {text!r} is no day; write it as 2026-03-02") from None
