"""What the commands share: the options that several have, and how facts are printed."""

import json
import os
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from app.core.text import steady
from app.shipped import default_rules


class Format(StrEnum):
    """How facts are printed."""

    text = "text"
    json = "json"


FormatOption = Annotated[Format, typer.Option("--format", help="Text for people, JSON for programs.")]
RulesOption = Annotated[
    Path | None, typer.Option("--rules", help="The rules folder; else TRIAGE_RULES, else ./rules.")
]
AgainstOption = Annotated[
    str | None,
    typer.Option(
        metavar="REF_OR_FOLDER",
        help="With --dry-run: only what other rules would do otherwise, those of that git ref or folder.",
    ),
]
ReportOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="KIND=FILE",
        help="Write a report too: text, json, junit, codequality or markdown; may be given several times.",
    ),
]


def rules_folder(rules: Path | None) -> Path:
    """The folder that was named, or that of the environment, or the one where the command is run."""
    return rules or Path(os.environ.get("TRIAGE_RULES") or default_rules())


def show(format: Format, text: Callable[[], str], data: Callable[[], Any]) -> None:
    """Prints the facts in that format; only that one is made. What people wrote steers no terminal."""
    typer.echo(json.dumps(data(), indent=2) if format is Format.json else steady(text()))
