"""`triage labels`. Parses, calls, prints, chooses the exit code; decides nothing."""

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from app.core.text import steady
from app.errors import ConfigError
from app.options import Format, FormatOption

if TYPE_CHECKING:
    from app.renaming import Renaming

FAILED, INCOMPLETE = 1, 4

labels_app = typer.Typer(help="Change labels on all boards at once.", no_args_is_help=True)


@labels_app.callback()
def labels() -> None:
    """Change labels on all boards at once."""


@labels_app.command("rename")
def rename(
    old: Annotated[str, typer.Argument(help="The label as it is called now.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="How it is to be called.", metavar="NEW")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, and change nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Rename a label on every board and in the rules folder. Issues and histories keep it, under the new name."""
    from app import renaming, renaming_text
    from app.database import is_there, open_database
    from app.gitlab.labels import Labels
    from app.known import KnownIssues
    from app.settings import read_settings
    from app.tools import gitlab_of

    settings = read_settings()
    url = settings.database_url
    known = KnownIssues(open_database(url), settings.gitlab_url) if is_there(url) else None
    places = Labels(gitlab_of(settings).calls)
    found = renaming.plan(old, new, settings.rules, places)
    text = format is Format.text
    if text:
        typer.echo(steady(renaming_text.as_text(found)))
    refused, writes = bool(found.steps.refusals), False
    if not refused and not found.nothing and not dry_run:
        writes = _agreed(yes)
    if writes:
        tell = (lambda step: _told(f"Renamed: {step.label.home}")) if text else (lambda _: None)
        renaming.perform(found, settings.rules, places, known, tell)
    if text:
        typer.echo(steady("\n" + _ending(found, writes=writes, dry_run=dry_run)))
    else:
        typer.echo(json.dumps(renaming_text.as_data(found, applied=writes), indent=2))
    if refused:
        raise typer.Exit(FAILED)
    if found.refused:
        raise typer.Exit(INCOMPLETE)


def _agreed(yes: bool) -> bool:
    """Asks on a terminal. Errors: ConfigError where there is none and nobody said --yes."""
    if not yes and not sys.stdin.isatty():
        raise ConfigError(
            "nothing was done: there is no terminal to ask at; add --yes, or --dry-run to look only"
        )
    return yes or typer.confirm("Go on?", err=True)


def _told(line: str) -> None:
    typer.echo(steady(line), err=True)


def _ending(found: "Renaming", *, writes: bool, dry_run: bool) -> str:
    steps, files = found.steps, found.files
    if steps.refusals:
        return "Nothing was done."
    if found.nothing:
        return "Nothing is to be done."
    if found.refused:
        todo = "What is not done yet, and the files, wait: mend that, and run the same again."
        return f"It went no further: {found.refused}\n{todo}"
    if not writes:
        return "Nothing was changed." if not dry_run else "Nothing was changed: a dry run."
    labels, written = len(found.done), len(found.written)
    told = f"{labels} label{'s'[: labels != 1]} renamed, {written} file{'s'[: written != 1]} written."
    if any(path.parent.name == "issue_templates" for path in files.changed):
        told += " Commit the changed templates to the boards' projects too."
    return told + " Restart what runs with older rules: it would put the old label on again."
