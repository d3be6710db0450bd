"""`triage status` as people read it: a table on a terminal, aligned lines elsewhere. Decides nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from app.core.board import Board
from app.core.calendar import Count
from app.core.clock_shape import Clock
from app.core.standing import PLACES, Place, Standing, urgency
from app.core.text import instant, steady

TERMINAL_HEAD = ("", "stands", "request", "state, owner", "missing", "age")
HEAD = ("request", "stands", "title", "state", "owner", "clocks", "missing", "age")
WORDS: dict[Place, str] = {
    "late": "late",
    "at risk": "at risk",
    "in time": "in time",
    "waiting": "waiting on the requester",
    "left alone": "from before the board began",
    "confidential": "confidential",
}
STYLES: dict[Place, str] = {"late": "bold red", "at risk": "yellow", "waiting": "cyan", "left alone": "dim"}
TITLE_LENGTH = 60


@dataclass(frozen=True)
class BoardStatus:
    """The open requests of one board as of an instant, the most urgent first."""

    board: Board
    at: datetime
    requests: tuple[Standing, ...]

    @property
    def zone(self) -> ZoneInfo:
        return self.board.calendar.zone


def statuses(boards: Iterable[Board], found: Iterable[Standing], at: datetime) -> list[BoardStatus]:
    """What was found, by board in the order of the boards."""
    rows = sorted((one for one in found if one.open), key=urgency)
    return [BoardStatus(b, at, tuple(one for one in rows if one.board == b.file.id)) for b in boards]


def totals(requests: Sequence[Standing]) -> str:
    """`12 open: 2 late, 9 in time, 1 confidential; 3 without an owner, 4 incomplete`"""
    places = Counter(one.place for one in requests)
    said = ", ".join(f"{places[place]} {WORDS[place]}" for place in PLACES if places[place])
    minded = [one for one in requests if one.place not in ("confidential", "left alone")]
    beside = [
        (sum(not one.owners for one in minded), "without an owner"),
        (sum(bool(one.missing) for one in minded), "incomplete"),
    ]
    more = ", ".join(f"{number} {what}" for number, what in beside if number)
    return "; ".join(filter(None, [f"{len(requests)} open{': ' if said else ''}{said}", more]))


def heading(status: BoardStatus) -> str:
    """The board, the instant, and whose time all the others are in."""
    when = instant(status.at, status.zone)
    return f"{status.board.file.name}, {when}. {totals(status.requests)}."


def cells(one: Standing, status: BoardStatus) -> tuple[str, str, str, str, str, list[str], str, str]:
    """One request, column by column; of a confidential one its reference alone."""
    number = f"#{one.ref.iid}"
    if one.place == "confidential":
        return number, WORDS["confidential"], "", "", "", [], "", ""
    clocks = [_waits(one, status)] if one.waits_on else []
    clocks += [told(clock, one, status) for clock in one.running]
    if one.answered:
        clocks.append(f"still {one.waiting_label} on the board although {one.requester} has answered")
    if one.silent:
        clocks.append(f"the bot does nothing: {one.silent}")
    return (
        number,
        "waiting" if one.place == "waiting" else one.place,
        _short(one.title),
        one.state,
        ", ".join(one.owners) or "nobody",
        clocks,
        str(len(one.missing) or ""),
        age(status.at - one.arrived_at),
    )


def told(clock: Clock, one: Standing, status: BoardStatus) -> str:
    """One clock in a line: when it is due, and how it stands."""

    def when(at: datetime | None) -> str:
        return local(at, status.zone, status.at)

    due = f"due {when(clock.due_at)}" if clock.due_at else "no day is due yet"
    left = f", {length(clock.left, clock.count)} left" if clock.left is not None else ""
    match clock.state:
        case "breached":
            said = f"late by {length(clock.over or timedelta(), clock.count)}, {due}"
        case "running":
            said = f"{due}{left}"
        case "off hours":
            said = f"{due}{left}, off hours until {when(clock.runs_again_at)}"
        case "paused":
            said = f"paused{left}"
        case "met":
            said = "met"
        case _:
            assert_never(clock.state)
    if clock.paused_since and not (one.waits_on and clock.paused_for == one.waiting_label):
        said += (
            f"; on {_on(one.paused_on(clock), clock.paused_since, clock.paused_for, clock.paused_by, status)}"
        )
    return f"{clock.name}: {said}"


def _waits(one: Standing, status: BoardStatus) -> str:
    return f"waits on {_on(one.waits_on, one.state_since, one.state, one.state_by, status)}"


def _on(whom: str, since: datetime, why: str, by: str, status: BoardStatus) -> str:
    """`alice since Tue 3 Mar 10:00 (SA Waiting by sam)`"""
    return f"{whom} since {local(since, status.zone, status.at)} ({why}{f' by {by}' if by else ''})"


def length(time: timedelta, count: Count) -> str:
    """A length as its clock counts: `2 working days 5 h`, `3 working h`, `2 d 5 h`, `40 min`.

    Where working days count, each has 24 hours.
    """
    minutes = int(time.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    unit = "working " if count == "working_hours" else ""
    if count == "working_hours" or hours < 24:
        return f"{hours} {unit}h" if hours else f"{minutes} {unit}min"
    days, hours = divmod(hours, 24)
    named = "d" if count == "wall" else f"working day{'' if days == 1 else 's'}"
    return f"{days} {named}{f' {hours} h' if hours else ''}"


def local(at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """An instant in the board's zone, `Wed 4 Mar 09:00`; the year where it is another."""
    if at is None:
        return "?"
    here = at.astimezone(zone)
    year = "" if here.year == now.astimezone(zone).year else f" {here.year}"
    return f"{here:%a} {here.day} {here:%b}{year} {here:%H:%M}"


def age(length: timedelta) -> str:
    """How long it has been here, by the wall: `3 d`, `5 h`."""
    hours = max(int(length.total_seconds() // 3600), 0)
    return f"{hours // 24} d" if hours >= 24 else f"{hours} h"


def lines(found: Sequence[BoardStatus], failed: Sequence[str] = ()) -> str:
    """Plain text, aligned: what goes into a log or a mail."""
    blocks = _first(found, failed)
    for status in found:
        rows = [row for one in status.requests for row in _spread(cells(one, status))]
        widths = [max(map(cell_len, column)) for column in zip(HEAD, *rows, strict=True)]
        body = [_aligned(row, widths) for row in ([HEAD, *rows] if rows else [])]
        blocks.append("\n".join([heading(status), *body]))
    return "\n\n".join(blocks)


def tables(found: Sequence[BoardStatus], failed: Sequence[str] = ()) -> list[Text | Table]:
    """The same for a terminal."""
    shown: list[Text | Table] = [Text(steady(line), style="bold") for line in _first(found, failed)]
    for status in found:
        shown.append(Text(steady(heading(status)), style="bold"))
        if not status.requests:
            continue
        table = Table(*TERMINAL_HEAD, box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for one in status.requests:
            table.add_row(*_narrow(one, status))
        shown.append(table)
    return shown


def _narrow(one: Standing, status: BoardStatus) -> list[Text]:
    """One request for a terminal, which may be narrow: its clocks below its title, its owner below its state."""
    number, stands, title, state, owner, clocks, missing, old = cells(one, status)
    told = "\n".join(flat(line) for line in [title, *clocks] if line)
    columns = (number, stands, told, "\n".join(filter(None, (state, owner))), missing, old)
    texts = [Text(steady(column)) for column in columns]
    texts[1].stylize(STYLES.get(one.place, ""))
    texts[2].stylize("bold", 0, len(steady(title)))
    return texts


def _first(found: Sequence[BoardStatus], failed: Sequence[str]) -> list[str]:
    """What comes before the boards: whether anything could not be read, and the totals of several."""
    said = [f"Incomplete: {len(failed)} could not be read, and are in no number."] if failed else []
    if len(found) > 1:
        said.append(f"All boards: {totals([one for status in found for one in status.requests])}.")
    return said


def _spread(row: tuple[str, str, str, str, str, list[str], str, str]) -> list[tuple[str, ...]]:
    """The row as lines: each clock after the first has one of its own."""
    *before, clocks, missing, old = row
    first, *others = [flat(line) for line in clocks] or [""]
    blank = [""] * len(before)
    return [
        tuple(map(steady, (*before, first, missing, old))),
        *(tuple(map(steady, (*blank, line, "", ""))) for line in others),
    ]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
    return "  ".join(padded).rstrip()


def _short(title: str) -> str:
    line = flat(title)
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1].rstrip() + "…"


def flat(text: str) -> str:
    """The text on one line."""
    return " ".join(text.split())
