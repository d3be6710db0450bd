"""`triage inbox`: what waits, what failed and why, and putting it back. Parses and prints; decides nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.errors import ConfigError, Refused
from app.options import Format, FormatOption, show

if TYPE_CHECKING:
    from app.core.model import IssueRef
    from app.inbox import Inbox, Stats, Waiting
    from app.journal import Entry, Journal

inbox_app = typer.Typer(help="See which issues wait or failed, and put them back.", no_args_is_help=True)


@inbox_app.command("list")
def list_rows(
    failed: Annotated[
        bool, typer.Option("--failed", help="Only those whose last look did not end well.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="At most so many rows.")] = 100,
    format: FormatOption = Format.text,
) -> None:
    """Show how many issues wait, and which: the parked ones first, with what failed and since when."""
    from app.inbox import listed

    with _open() as (inbox, journal):
        stats = inbox.stats()
        rows = [
            (row, journal.last(row.ref, lambda entry: bool(entry.plan)) if row.error else None)
            for row in listed(inbox, failed=failed, limit=limit)
        ]
    show(format, lambda: _as_text(stats, rows), lambda: _as_data(stats, rows))


@inbox_app.command("retry")
def retry_rows(
    issue: Annotated[
        str | None, typer.Argument(help="The issue, as 34#12 by project id, board#12, or group/project#12.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="Every issue whose last look did not end well.")
    ] = False,
) -> None:
    """Put an issue back, so that it is looked at at once; its failures are forgotten."""
    from app.inbox import retry, retry_all

    if every == (issue is not None):
        raise ConfigError("name one issue, or say --all")
    with _open() as (inbox, _):
        if issue is None:
            typer.echo(f"{retry_all(inbox)} put back.")
            return
        ref = _reference(issue)
        if not retry(inbox, ref):
            raise Refused(
                f"{ref} is not in the inbox, or a worker has it this moment; see: triage inbox list"
            )
        typer.echo(f"{ref} is put back.")


@contextmanager
def _open() -> "Iterator[tuple[Inbox, Journal]]":
    from app.database import open_database
    from app.inbox import Inbox
    from app.journal import Journal
    from app.settings import read_database_settings

    engine = open_database(read_database_settings().database_url)
    try:
        yield Inbox(engine), Journal(engine)
    finally:
        engine.dispose()


def _reference(text: str) -> "IssueRef":
    """GitLab is asked only where a path or a board is named."""
    from app.core.model import IssueRef
    from app.tools import connect, read_reference

    place, _, number = text.rpartition("#")
    if place.isdecimal() and number.isdecimal():
        return IssueRef(int(place), int(number))
    return read_reference(connect(journal=False, examples=False), text)


def _as_text(stats: "Stats", rows: "list[tuple[Waiting, Entry | None]]") -> str:
    lines = [
        f"{stats.depth} in the inbox: {stats.due} due now, {stats.leased} being looked at,"
        f" {stats.failing} failing ({stats.parked} parked, {stats.refused} refused)"
    ]
    for row, entry in rows:
        due = f", due {_instant(row.due_at)}" if row.due_at else ""
        lines.append(f"{row.ref}  {row.state}{due}")
        if row.error:
            counted = f"{row.failures} failures" if row.failures else f"{row.attempts} attempts"
            since = f" since {_instant(row.failing_since)}" if row.failing_since else ""
            lines.append(f"  {counted}{since}: {row.error}")
        if entry:
            planned = len(entry.plan.get("actions") or ())  # type: ignore[arg-type]
            lines.append(f"  last planned at {_instant(entry.at)}: {planned} actions ({entry.outcome})")
    return "\n".join(lines)


def _as_data(stats: "Stats", rows: "list[tuple[Waiting, Entry | None]]") -> dict[str, Any]:
    return {
        "inbox": _plain(asdict(stats)),
        "issues": [
            _plain(asdict(row)) | {"ref": str(row.ref), "last_plan": dict(entry.plan) if entry else None}
            for row, entry in rows
        ],
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _instant(v) if isinstance(v, datetime) else v for name, v in values.items()}


def _instant(at: datetime | None) -> str:
    from app.inbox import AT_ONCE

    if at is None:
        return "never"
    return "at once" if at == AT_ONCE else at.isoformat(timespec="seconds")
