"""The `triage` command. Parses, calls, prints, chooses the exit code; decides nothing.

Exit codes: 0 fine, 1 failed, 2 usage or config, 3 changes pending (when asked for), 4 incomplete.
"""

import sys
import traceback
from enum import StrEnum
from typing import Annotated

import typer

from app.backtest_cli import backtest
from app.calendar_cli import calendar_app
from app.core.text import steady
from app.database_cli import database_app
from app.digest_cli import digest
from app.doctor_cli import doctor
from app.errors import ConfigError, Fault, TriageError
from app.hooks_cli import hooks
from app.import_cli import rules_import
from app.inbox_cli import inbox_app
from app.init_cli import init
from app.labels_cli import labels_app
from app.masking import masked
from app.options import Format, FormatOption, show
from app.plans_cli import apply, runs, undo
from app.rules_cli import FAILED, USAGE, rules_app
from app.rules_test_cli import rules_test
from app.setup_cli import setup
from app.sla_cli import sla_app
from app.status_cli import status
from app.sweep_cli import sweep

app = typer.Typer(
    name="triage",
    help="Keeps GitLab triage boards honest.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(rules_app, name="rules")
rules_app.command()(backtest)
app.add_typer(calendar_app, name="calendar")
app.add_typer(sla_app, name="sla")
app.add_typer(inbox_app, name="inbox")
app.add_typer(database_app, name="db")
app.add_typer(labels_app, name="labels")
app.command()(hooks)
app.command()(digest)
app.command()(doctor)
app.command()(init)
app.command()(setup)
app.command()(status)
app.command()(sweep)
app.command()(apply)
app.command()(undo)
app.command()(runs)
rules_app.command("test")(rules_test)
rules_app.command("import")(rules_import)


def main() -> None:
    """Runs the command; faults of ours are one line each, never a traceback, and no fault shows a secret."""
    try:
        app()
    except ConfigError as error:
        typer.echo(steady(str(error)), err=True)
        sys.exit(USAGE)
    except Exception as error:
        if isinstance(error, TriageError) and not isinstance(error, Fault):
            typer.echo(steady(f"triage: {error}"), err=True)
        else:  # a fault of the program itself, with what it takes to mend it
            typer.echo(masked(steady(traceback.format_exc())), err=True)
        sys.exit(FAILED)


@app.command()
def demo(
    exit: Annotated[
        bool, typer.Option("--exit", help="Leave when the story has ended, with 1 if it went otherwise.")
    ] = False,
    port: Annotated[int, typer.Option(help="Where the sandbox listens; 0 takes a free port.")] = 0,
) -> None:
    """Play a whole request's life on a sandbox GitLab, with the real service, and watch the board."""
    from app.sandbox.demo import play_demo

    raise typer.Exit(play_demo(stay=not exit, port=port))


@app.command()
def sandbox(
    port: Annotated[int, typer.Option(help="Where it listens on 127.0.0.1.")] = 8929,
    scene: Annotated[
        str, typer.Option(help="The starting world: default, new (a group as first steps finds it) or empty.")
    ] = "default",
    latency: Annotated[int, typer.Option(help="Milliseconds by which each API call is slowed.")] = 0,
    at: Annotated[
        str | None, typer.Option(help="Where its clock starts, such as 2026-03-02T14:00Z; else now.")
    ] = None,
) -> None:
    """Run a small GitLab on this machine, in memory, with boards, people and a clock that can be moved."""
    from app.core.timeline import read_instant
    from app.sandbox.server import run

    try:
        run(port=port, scene=scene, latency_ms=latency, at=read_instant(at) if at else None)
    except (OSError, ValueError, OverflowError) as error:
        raise ConfigError(f"the sandbox cannot start: {error}") from None


class ServeRole(StrEnum):
    """Which part of the service a process is."""

    all = "all"
    receiver = "receiver"
    worker = "worker"


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on.")] = 8080,
    role: Annotated[
        ServeRole, typer.Option(help="Receiver and worker are two processes; `all` runs both.")
    ] = ServeRole.all,
) -> None:
    """Receive GitLab's webhooks, and keep the boards honest as things happen."""
    from app.service import run_service

    run_service(host, port, role.value)


@app.command()
def explain(
    issue: Annotated[
        str, typer.Argument(help="The issue, as group/project#12, board#12, or 34#12 by project id.")
    ],
    rule: Annotated[str, typer.Option(help="One rule only, by its id: all of it.")] = "",
    every: Annotated[
        bool,
        typer.Option("--all", help="Every rule whole, the notes to be written, and the issue's history."),
    ] = False,
    format: FormatOption = Format.text,
) -> None:
    """Say for every rule whether it fires on an issue, and why or why not."""
    from app import explain as explanation
    from app.tools import connect, look_only, read_reference

    tools = connect(journal=False)
    looked = look_only(tools, read_reference(tools, issue), issue)
    show(
        format,
        lambda: explanation.as_text(looked, tools.ruleset, rule=rule, every=every),
        lambda: explanation.as_data(looked, rule),
    )
