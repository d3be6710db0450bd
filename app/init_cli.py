"""`triage init`. Parses, asks on a terminal, calls, prints; decides nothing."""

import json
import os
import shlex
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

from app.core.starting import Answers
from app.core.text import steady
from app.errors import ConfigError
from app.options import Format, FormatOption

if TYPE_CHECKING:
    from app.settings import SetupSettings


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write.")] = Path("."),
    group: Annotated[
        str, typer.Option(help="A board for each project of this group; GitLab is asked which there are.")
    ] = "",
    project: Annotated[
        list[str] | None, typer.Option(help="A board for this project; may be given several times.")
    ] = None,
    pipeline: Annotated[
        str, typer.Option(metavar="PROJECT", help="The project that will hold the rules: it gets no board.")
    ] = "",
    like: Annotated[
        str, typer.Option(help="The shipped board whose rules and words yours get, such as commercial-amer.")
    ] = "us-east",
    zone: Annotated[
        str, typer.Option(help="Your time zone, such as Europe/Berlin: Mon to Fri, 9 to 17.")
    ] = "",
    holidays: Annotated[str, typer.Option(help="With --zone: a country's holidays: US, DE-BE.")] = "",
    calendar: Annotated[str, typer.Option(help="A shipped calendar instead of --zone, such as emea.")] = "",
    sa: Annotated[
        list[str] | None, typer.Option(help="An SA's username, or a group's path; several times.")
    ] = None,
    escalation: Annotated[
        list[str] | None, typer.Option(help="Who is told when it is late: a username; several times.")
    ] = None,
    since: Annotated[
        str, typer.Option(help="Requests opened before this day are left alone; today, unless you say so.")
    ] = "",
    source: Annotated[
        str, typer.Option(help="The Git address of triage itself, for the pipeline to install it.")
    ] = Answers.source,
    ref: Annotated[str, typer.Option(help="Its tag or branch.")] = Answers.ref,
    force: Annotated[bool, typer.Option("--force", help="Write over files that differ.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Write a folder with rules, boards and a pipeline of your own, and say what each file is for."""
    from app.beginning import Directory, begin

    settings = _settings()
    directory = Directory(settings) if settings else None
    try:
        projects = _projects(group, project or [], pipeline, directory)
        if not (zone or calendar):
            zone = _asked("Your time zone, such as Europe/Berlin", "--zone, or --calendar for a shipped one")
            holidays = holidays or _asked("Whose holidays (US, DE-BE; empty for none)", "", default="")
        answers = Answers(
            projects=tuple(projects),
            sas=tuple(sa or _listed(_asked("SAs: usernames or group paths, with commas", "--sa"))),
            escalation=tuple(
                escalation or _listed(_asked("Who is told when it is late, with commas", "--escalation"))
            ),
            since=_since(since, zone),
            like=like,
            zone=zone,
            holidays=holidays,
            calendar=calendar,
            gitlab_url=settings.gitlab_url if settings else Answers.gitlab_url,
            pipeline=pipeline,
            source=source,
            ref=ref,
        )
        if directory and (faults := directory.faults(answers)):
            raise ConfigError("\n".join(faults))
    finally:
        if directory:
            directory.close()
    begun = begin(folder, answers, force=force)
    if format is Format.json:
        typer.echo(json.dumps(begun.as_dict(), indent=2))
        return
    for path in (*begun.new, *begun.changed):
        typer.echo(steady(f"{path}: {begun.files[path].said}"))
    same = len(begun.files) - len(begun.new) - len(begun.changed)
    written = len(begun.new) + len(begun.changed)
    typer.echo(f"\n{written} files written to {folder}, {same} were so already. The rules are right.")
    if source == Answers.source:
        typer.echo(
            ".gitlab-ci.yml: write the address of triage's own repository to `source`, or say --source."
        )
    if directory is None:
        typer.echo("GitLab was not asked, for want of TRIAGE_GITLAB_URL and TRIAGE_GITLAB_TOKEN.")
    typer.echo(_next(folder, settings is not None))


def _next(folder: Path, connected: bool) -> str:
    """What to do now. Who has the variables set already needs no file with them."""
    steps = [] if folder.resolve() == Path.cwd() else [f"cd {shlex.quote(str(folder))}"]
    steps += [] if connected else ["copy .env.example to .env, fill it in and load it as its first line says"]
    return steady(f"Next: {', '.join([*steps, 'triage setup --dry-run'])}.")


def _since(text: str, zone: str) -> date:
    """The day, or today in that zone; without a zone the day that it still is somewhere. Errors: ConfigError."""
    if text:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ConfigError(f"--since: {text!r} is no day; write it as 2026-03-01") from None
    now = datetime.now(UTC)
    try:
        return now.astimezone(ZoneInfo(zone)).date() if zone else (now - timedelta(hours=12)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(f'--zone: unknown time zone "{zone}"; write it as America/New_York') from None


def _settings() -> "SetupSettings | None":
    """Which GitLab to ask, and with which token; None where the environment does not say. Errors: ConfigError."""
    from app.settings import read_setup_settings

    told = os.environ.keys() & {"TRIAGE_GITLAB_TOKEN", "TRIAGE_GITLAB_TOKEN_FILE"}
    return read_setup_settings() if told and "TRIAGE_GITLAB_URL" in os.environ else None


def _projects(group: str, named: list[str], pipeline: str, directory: object) -> list[str]:
    """The projects that get boards. Errors: ConfigError."""
    from app.beginning import Directory

    if named and group:
        raise ConfigError("say --group or --project, not both")
    if not (named or group):
        named = _listed(
            _asked("The projects that are boards, with commas (or say --group)", "--project or --group")
        )
    if not group:
        return [path.strip("/") for path in dict.fromkeys(named)]
    if not isinstance(directory, Directory):
        raise ConfigError(
            "--group: GitLab cannot be asked without TRIAGE_GITLAB_URL and TRIAGE_GITLAB_TOKEN; "
            "set them, or name each project with --project"
        )
    found = [path for path in directory.projects(group) if path.casefold() != pipeline.casefold()]
    if not found:
        raise ConfigError(
            f"--group: the token sees no project in {group}; make one, or the token's user a member"
        )
    return found


def _asked(question: str, flag: str, default: str | None = None) -> str:
    """What somebody at the terminal answers. Errors: ConfigError where nobody is there to ask."""
    if sys.stdin.isatty():
        return str(typer.prompt(question, default=default, err=True, show_default=False)).strip()
    if default is not None:
        return default
    raise ConfigError(f"nobody is there to ask; say {flag}")


def _listed(text: str) -> list[str]:
    return [name.strip().lstrip("@") for name in text.split(",") if name.strip()]
