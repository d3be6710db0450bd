"""`triage calendar`: what the calendars of boards say, without any GitLab. Parses, calls, prints; decides nothing."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.core.calendar import Count
from app.errors import ConfigError
from app.options import Format, FormatOption, RulesOption, rules_folder, show

if TYPE_CHECKING:
    from pathlib import Path

    from app.almanac import Part

FORTNIGHT = timedelta(days=14)
LAST = date.max - FORTNIGHT
T = TypeVar("T")

calendar_app = typer.Typer(
    help="Say which days count on a board, and when something is due.", no_args_is_help=True
)

NameArgument = Annotated[str, typer.Argument(metavar="BOARD", help="A board's id, or a calendar's.")]


@calendar_app.command("show")
def calendar_show(
    board: NameArgument,
    start: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day; else today.")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="DATE", help="The first day that is left out; else two weeks later."),
    ] = None,
    rules: RulesOption = None,
    format: FormatOption = Format.text,
) -> None:
    """Show the open hours of each day, or why it is closed, by the local clock."""
    from app import almanac
    from app.clock import SystemClock

    parts = _parts(board, rules)
    today = SystemClock().now().astimezone(parts[0].calendar.zone).date()
    first = _read("--from", _read_day, start) if start else today
    last = _read("--to", _read_day, end) if end else min(first, LAST) + FORTNIGHT
    pages = [almanac.page(part, first, last) for part in parts]
    show(
        format,
        lambda: "\n\n".join(map(almanac.page_text, pages)),
        lambda: {
            "board": board,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "calendars": [almanac.page_data(page) for page in pages],
        },
    )


@calendar_app.command("due")
def calendar_due(
    board: NameArgument,
    length: Annotated[str, typer.Argument(help="How long, such as 48h, 90m or 5d; a day is 24 hours.")],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="INSTANT", help="When it begins, such as 2026-03-02T14:00Z; else now."),
    ] = None,
    count: Annotated[Count, typer.Option(help="What counts.")] = "working_days",
    rules: RulesOption = None,
    format: FormatOption = Format.text,
) -> None:
    """Say when a length of time is over, and which days did not count."""
    from app import almanac
    from app.clock import SystemClock
    from app.core.length import read_length
    from app.core.timeline import read_instant

    parts = _parts(board, rules)
    wanted = _read("the length", read_length, length)
    start = _read("--at", read_instant, at) if at else SystemClock().now().replace(microsecond=0)
    found = [almanac.deadline(part, wanted, count, start) for part in parts]
    show(
        format,
        lambda: "\n\n".join(map(almanac.deadline_text, found)),
        lambda: {
            "board": board,
            "at": start.isoformat().replace("+00:00", "Z"),
            "length_seconds": int(wanted.total_seconds()),
            "count": count,
            "calendars": [almanac.deadline_data(deadline) for deadline in found],
        },
    )


def _parts(name: str, rules: "Path | None") -> "list[Part]":
    from app.almanac import parts_of
    from app.rulebook import load, load_calendars

    folder = rules_folder(rules)
    return parts_of(name, load(folder, examples=False).boards, load_calendars(folder))


def _read(what: str, reader: Callable[[str], T], text: str) -> T:
    try:
        return reader(text)
    except (ValueError, OverflowError) as error:
        raise ConfigError(f"{what}: {error}") from None


def _read_day(text: str) -> date:
    from app.core.document import plain_date

    try:
        return date.fromisoformat(str(plain_date(text)))
    except ValueError:
        raise ValueError(f"{text!r} is no day; write it as 2026-03-02") from None
