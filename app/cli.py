"""The `triage` command. Parses, calls, prints, chooses the exit code; decides nothing.

Exit codes: 0 fine, 1 failed, 2 usage or config, 3 changes pending (when asked for), 4 incomplete.
"""

import json
import sys
import traceback
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.calendar_cli import calendar_app
from app.core.text import steady
from app.database_cli import database_app
from app.digest_cli import digest
from app.errors import ConfigError, Fault, TriageError
from app.hooks_cli import hooks
from app.import_cli import rules_import
from app.inbox_cli import inbox_app
from app.masking import masked
from app.options import Format, FormatOption, RulesOption, rules_folder, show
from app.sla_cli import sla_app
from app.status_cli import status
from app.sweep_cli import sweep

if TYPE_CHECKING:
    from app.core.ruleset import Ruleset

FAILED, USAGE = 1, 2

app = typer.Typer(
    name="triage",
    help="Keeps GitLab triage boards honest.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
rules_app = typer.Typer(help="Check, test and describe the rules.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")
app.add_typer(calendar_app, name="calendar")
app.add_typer(sla_app, name="sla")
app.add_typer(inbox_app, name="inbox")
app.add_typer(database_app, name="db")
app.command()(hooks)
app.command()(digest)
app.command()(status)
app.command()(sweep)
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
    scene: Annotated[str, typer.Option(help="The starting world.")] = "default",
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
    format: FormatOption = Format.text,
) -> None:
    """Say for every rule whether it fires on an issue, and why or why not."""
    from app import explain as explanation
    from app import service

    tools = service.connect(journal=False)
    looked = service.look_only(tools, service.read_reference(tools, issue))
    show(format, lambda: explanation.as_text(looked), lambda: explanation.as_data(looked))


@rules_app.command("check")
def rules_check(rules: RulesOption = None, format: FormatOption = Format.text) -> None:
    """Read all rules, boards, calendars and templates, and run every example."""
    ruleset = _load(rules, format)
    counts = {
        "version": ruleset.version,
        "rules": len(ruleset.rules),
        "boards": len(ruleset.boards),
        "templates": len(ruleset.templates),
        "examples": sum(len(r.examples) for r in ruleset.rules),
    }
    text = (
        "{rules} rules, {boards} boards, {templates} templates; {examples} examples pass (version {version})"
    )
    show(format, lambda: text.format(**counts), lambda: {"ok": True, **counts})


@rules_app.command("test")
def rules_test(rules: RulesOption = None, format: FormatOption = Format.text) -> None:
    """Run the examples of every rule, and say of each what came out."""
    from app.core.example import run_examples
    from app.rulebook import load

    ruleset = load(rules_folder(rules), examples=False)
    problems = {rule.id: run_examples(ruleset, rule) for rule in ruleset.rules}
    failed = [problem for found in problems.values() for problem in found]
    passed = sum(len(r.examples) for r in ruleset.rules) - len(failed)
    show(
        format,
        lambda: "\n".join([*map(str, failed), f"{passed} examples pass, {len(failed)} fail"]),
        lambda: {"passed": passed, "failed": [vars(p) for p in failed]},
    )
    if failed:
        raise typer.Exit(FAILED)


@rules_app.command("schema")
def rules_schema() -> None:
    """Print the JSON Schema of a rule, for editors."""
    from app.core.rule import Rule

    typer.echo(json.dumps(Rule.model_json_schema(), indent=2))


@rules_app.command("page")
def rules_page(
    rules: RulesOption = None,
    check: Annotated[bool, typer.Option("--check", help="Only say whether it is up to date.")] = False,
) -> None:
    """Write README.md in the rules folder: what each rule does, and a picture of how cards move."""
    from app.rules_page import page

    folder = rules_folder(rules)
    file, text = folder / "README.md", page(_load(rules, Format.text))
    if check and (not file.is_file() or file.read_text(encoding="utf-8") != text):
        typer.echo(f"{file} is not up to date; write it with: triage rules page", err=True)
        raise typer.Exit(FAILED)
    if not check:
        file.write_text(text, encoding="utf-8")
        typer.echo(f"{file} is written.")


def _load(rules: Path | None, format: Format) -> "Ruleset":
    from app.rulebook import load

    try:
        return load(rules_folder(rules))
    except ConfigError as error:
        if format is Format.json:
            typer.echo(json.dumps({"ok": False, "problems": [vars(p) for p in error.problems]}, indent=2))
            raise typer.Exit(USAGE) from None
        raise
