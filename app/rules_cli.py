"""`triage rules`. Parses, calls, prints, chooses the exit code; decides nothing."""

import json
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.core.text import steady
from app.errors import ConfigError
from app.options import Format, FormatOption, RulesOption, rules_folder, show

if TYPE_CHECKING:
    from app.rulecheck import Checked

FAILED, USAGE = 1, 2

rules_app = typer.Typer(help="Check, test and describe the rules.", no_args_is_help=True)


class CheckFormat(StrEnum):
    """How problems are printed."""

    text = "text"
    json = "json"
    codequality = "codequality"


class FailLevel(StrEnum):
    """From which severity on the command fails."""

    error = "error"
    warning = "warning"


class Kind(StrEnum):
    """The files that people write."""

    rule = "rule"
    board = "board"
    calendar = "calendar"
    labels = "labels"
    quarters = "quarters"
    template = "template"
    answers = "answers"


CheckOption = Annotated[bool, typer.Option("--check", help="Only say whether it is up to date.")]


@rules_app.command("check")
def rules_check(
    rules: RulesOption = None,
    format: Annotated[
        CheckFormat,
        typer.Option("--format", help="Text for people, JSON for programs, Code Quality for GitLab."),
    ] = CheckFormat.text,
    fail_level: Annotated[
        FailLevel, typer.Option(help="Fail from this severity on: 2 for errors, 1 for warnings.")
    ] = FailLevel.error,
    examples: Annotated[bool, typer.Option(help="Whether the examples are run, which takes longest.")] = True,
    online: Annotated[
        bool,
        typer.Option(
            "--online", help="Compare with GitLab too: projects, labels, people, groups, templates."
        ),
    ] = False,
) -> None:
    """Read all rules, boards, calendars and templates, look for mistakes, and run every example."""
    from app.rulecheck import check

    checked = check(rules_folder(rules), datetime.now(UTC).date(), examples=examples)
    offline_errors = checked.errors
    if online and checked.book:
        from app.rules_online import compared

        checked = checked.with_more(compared(checked.book))
    _tell(checked, format)
    if offline_errors:
        raise typer.Exit(USAGE)
    if checked.fails(fail_level.value):
        raise typer.Exit(FAILED)


def _tell(checked: "Checked", format: CheckFormat) -> None:
    """Problems of the rules go where errors go, unless they are asked for as data."""
    from app.rulecheck import as_code_quality, as_data, as_text

    match format:
        case CheckFormat.json:
            typer.echo(json.dumps(as_data(checked), indent=2))
        case CheckFormat.codequality:
            typer.echo(json.dumps(as_code_quality(checked), indent=2))
        case CheckFormat.text:
            typer.echo(steady(as_text(checked)), err=checked.errors > 0)


@rules_app.command("explain-code")
def rules_explain_code(
    code: Annotated[str, typer.Argument(help="The code, such as TRI044.")], format: FormatOption = Format.text
) -> None:
    """Say what a code of `triage rules check` means, why it matters, and how it is mended."""
    from app.core.codes import CODES
    from app.core.document import one_of

    found = CODES.get(code.upper())
    if found is None:
        raise ConfigError(f"there is no code {code!r}; {one_of(code.upper(), list(CODES))}")
    show(format, found.explained, lambda: vars(found))


@rules_app.command("codes")
def rules_codes(
    format: FormatOption = Format.text,
    write: Annotated[
        Path | None, typer.Option(help="Write the page there, as docs/rule-codes.md is.")
    ] = None,
    check: Annotated[Path | None, typer.Option(help="Only say whether the page there is up to date.")] = None,
) -> None:
    """List the codes of `triage rules check`."""
    from app.core.codes import CODES
    from app.rule_codes_page import page

    if file := write or check:
        _keep({file: page()}, check=check is not None, command=f"triage rules codes --write {file}")
        return
    show(
        format,
        lambda: "\n".join(f"{c.id} {c.severity:8}{c.title}" for c in CODES.values()),
        lambda: [vars(code) for code in CODES.values()],
    )


@rules_app.command("schema")
def rules_schema(
    rules: RulesOption = None,
    of: Annotated[Kind, typer.Option("--for", help="Which kind of file.")] = Kind.rule,
    write: Annotated[bool, typer.Option("--write", help="Write all of them into the rules folder.")] = False,
    check: CheckOption = False,
) -> None:
    """Print the JSON Schema of a kind of file, with which editors complete and explain keys."""
    from app.rules_schema import schema, schema_files

    if write or check:
        _keep(schema_files(rules_folder(rules)), check=check, command="triage rules schema --write")
        return
    typer.echo(json.dumps(schema(of.value), indent=2))


@rules_app.command("page")
def rules_page(rules: RulesOption = None, check: CheckOption = False) -> None:
    """Write README.md in the rules folder: what each rule does, and a picture of how cards move."""
    from app.rulebook import load
    from app.rules_page import page

    folder = rules_folder(rules)
    _keep({folder / "README.md": page(load(folder))}, check=check, command="triage rules page")


def _keep(files: dict[Path, str], *, check: bool, command: str) -> None:
    """Writes the generated files, or says which of them are not up to date."""
    for file, text in files.items():
        if check and (not file.is_file() or file.read_text(encoding="utf-8") != text):
            typer.echo(f"{file} is not up to date; write it with: {command}", err=True)
            raise typer.Exit(FAILED)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            typer.echo(f"{file} is written.")
