"""`triage setup`. Parses, calls, prints, chooses the exit code; decides nothing."""

import json
import sys
from typing import Annotated

import typer

from app.core.text import steady
from app.errors import ConfigError
from app.options import Format, FormatOption

FAILED, PENDING, INCOMPLETE = 1, 3, 4


def setup(
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board; may be given several times.")
    ] = None,
    url: Annotated[
        str, typer.Option(help="Where GitLab reaches `triage serve`: https://host; else TRIAGE_PUBLIC_URL.")
    ] = "",
    pipeline: Annotated[
        str, typer.Option(metavar="PROJECT", help="The project that holds the rules, which is to sweep.")
    ] = "",
    cron: Annotated[str, typer.Option(help="When it sweeps; `17 * * * *` for a new schedule.")] = "",
    zone: Annotated[str, typer.Option(help="The time zone of --cron.")] = "UTC",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the steps and do nothing.")] = False,
    mr: Annotated[bool, typer.Option("--mr", help="Bring templates by merge requests.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also change what somebody else made and that differs.")
    ] = False,
    rewrite_secrets: Annotated[
        bool, typer.Option("--rewrite-secrets", help="Write the webhooks' secrets again, after a change.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take away what setup made, and nothing else.")
    ] = False,
    used_labels: Annotated[
        bool, typer.Option("--used-labels", help="With --remove: labels on issues, too, and their history.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    detailed_exitcode: Annotated[bool, typer.Option(help="Exit 3 when changes are pending.")] = False,
    format: FormatOption = Format.text,
) -> None:
    """Make GitLab match the rules: labels, boards, templates, webhooks, the schedule. Shows the difference first."""
    from app.core.setup import Plan
    from app.setting_up import Asked, set_up
    from app.settings import read_setup_settings
    from app.setup_text import outcome_text, plan_text

    if remove and (overwrite or rewrite_secrets or cron):
        raise ConfigError("--remove only takes away; leave --overwrite, --rewrite-secrets and --cron out")
    if used_labels and not remove:
        raise ConfigError("--used-labels goes with --remove")
    asked = Asked(
        boards=tuple(board or ()),
        url=url,
        pipeline=pipeline,
        cron=cron,
        zone=zone,
        request=mr,
        remove=remove,
        used_labels=used_labels,
        overwrite=overwrite,
        rewrite_secrets=rewrite_secrets,
        dry_run=dry_run,
    )
    text = format is Format.text

    def confirm(plan: Plan) -> bool:
        if text:
            typer.echo(steady(plan_text(plan)))
        question = f"Do these {len(plan.steps)} steps?"
        return yes or not sys.stdin.isatty() or typer.confirm(question, err=True)

    found = set_up(asked, read_setup_settings(), confirm)
    if not text:
        typer.echo(json.dumps(found.as_dict(), indent=2))
    else:
        if not found.plan.steps or dry_run:
            typer.echo(steady(plan_text(found.plan)))
        typer.echo(steady(outcome_text(found, dry_run=dry_run)))
    if found.broken_off:
        raise typer.Exit(INCOMPLETE)
    if found.failed:
        raise typer.Exit(FAILED)
    if detailed_exitcode and found.plan.steps and not found.applied:
        raise typer.Exit(PENDING)
