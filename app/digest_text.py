"""A board's digest in Markdown, as an issue shows it, and as data. It calls nobody and links to nothing alive."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from app.core.attained import Share
from app.core.board import Board
from app.core.calendar import Count
from app.core.clock_shape import Holder
from app.core.digest import ENOUGH, Broken, Digest, Lacking
from app.core.keys import report_marker
from app.core.length import iso_length
from app.core.plan import stamp
from app.core.sla_words import HELD
from app.core.standing import PLACES, Standing
from app.core.text import instant, quote, without_commands
from app.status_text import length, totals

KIND = "digest"
HOUR = timedelta(hours=1)
MOST = 10  # requests in a list
MOST_BLOCKS = 5
AS_OF = "As of "
NO_TEMPLATE = "no template"
HIDDEN = "confidential"
FOOT = (
    "I edit this in place. Nobody is called by it, and nothing is linked to it. Close it if it is in the way."
)


def title(board: Board) -> str:
    return f"Digest: {board.file.name}"


def as_issue(found: Digest, board: Board, *, reaches: datetime) -> str:
    """The digest as the description of an issue, its marker on the first line."""
    text = as_markdown(found, board, reaches=reaches)
    return f"{report_marker(KIND, found.board)}\n{text}\n\n{FOOT}"


def same(one: str, other: str) -> bool:
    """Whether two texts say the same, be it as of different instants."""
    return _timeless(one) == _timeless(other)


def _timeless(text: str) -> list[str]:
    lines = text.replace("\r", "").strip().split("\n")
    return [line.rstrip() for line in lines if not line.startswith(AS_OF)]


def as_markdown(found: Digest, board: Board, *, reaches: datetime) -> str:
    """The digest; closed requests are known back to `reaches`."""
    zone = board.calendar.zone
    parts = [
        f"{AS_OF}**{instant(found.at, zone)}**.",
        f"What happened since **{instant(found.since, zone)}** on the board {quote(board.file.name)}.",
        f"{totals(found.open)}.",
        *_left_out(found, board, reaches),
        *_section("Arrivals", _arrivals(found)),
        *_section("Promises", _promises(found)),
        *_section("Broken, and in whose hands it was", _list(map(_broken, found.broken))),
        *_section(
            "Longest waiting on the requester",
            _list(f"{_named(s)}: since {_day(s.state_since, board)}" for s in found.waiting),
        ),
        *_answered(found, board),
        *_section(
            "Longest without an owner",
            _list(f"{_named(s)}: since {_day(s.arrived_at, board)}" for s in found.unowned),
        ),
        *_section("What open requests lack", _lacking(found)),
    ]
    return without_commands("\n\n".join(parts))


def _left_out(found: Digest, board: Board, reaches: datetime) -> list[str]:
    lines = []
    if found.hidden:
        shown = ", ".join(quote(f"#{name.rpartition('#')[2]}") for name in found.hidden)
        lines.append(f"Confidential requests are counted, and told of nowhere else here; open: {shown}.")
    if found.left_alone:
        lines.append(
            f"Requests from before {board.file.since}, when the board began, are only counted as open."
        )
    if found.since < reaches:
        day = _day(reaches, board)
        lines.append(f"Requests that were closed before {day} are not in it, nor what was promised on them.")
    return lines


def _answered(found: Digest, board: Board) -> list[str]:
    """What the bot has not put right yet, or may not; mostly nothing."""
    lines = _list(f"{_named(s)}: answered on {_day(s.state_since, board)}" for s in found.answered)
    return _section("Still waiting on the board, although answered", lines) if lines else []


def _section(head: str, lines: list[str]) -> list[str]:
    return [f"### {head}", "\n".join(lines or ["Nothing."])]


def _list(lines: Iterable[str]) -> list[str]:
    every = [f"- {line}" for line in lines]
    more = len(every) - MOST
    return every if more <= 0 else [*every[:MOST], f"- and {more} more"]


def _arrivals(found: Digest) -> list[str]:
    if not found.arrivals:
        return []
    rows = [
        f"| {HIDDEN if name is None else quote(name) or NO_TEMPLATE} | {number} |"
        for name, number in found.arrivals
    ]
    return ["| template | requests |", "|---|---|", *rows, f"| together | {found.arrived} |"]


def _promises(found: Digest) -> list[str]:
    if not found.promises:
        return []
    rows = [
        f"| {quote(name)} | {share.met} | {share.breached} | {_attained(share)} |"
        for name, share in found.promises
    ]
    return ["| clock | kept | broken | kept of all |", "|---|---|---|---|", *rows]


def _attained(share: Share) -> str:
    """`83 % of 12`; of fewer than five no percentage."""
    decided = share.met + share.breached
    if decided < ENOUGH or share.attained is None:
        return f"{share.met} of {decided}"
    return f"{share.met * 100 // decided} % of {decided}"


def _broken(one: Broken) -> str:
    clock = one.clock
    over = f"late by {_long(clock.over or timedelta(), clock.count)}"
    held = sorted(clock.shares.items(), key=lambda pair: (-pair[1], pair[0]))
    shares = ", ".join(f"{HELD[who]} {_long(time, clock.count)}" for who, time in held)
    still = ", still open" if clock.open else ""
    return (
        f"{_named(one.request)}, {quote(clock.name)}: {over}{still}. In whose hands: {shares or 'not known'}"
    )


def _long(time: timedelta, count: Count) -> str:
    """A length in whole hours, so that the text is not another one each minute."""
    return length(time, count) if time >= HOUR else "less than 1 h"


def _named(one: Standing) -> str:
    """The request as code, so that it is no link and leaves no trace there."""
    owners = f" ({', '.join(quote(name) for name in one.owners)})" if one.owners else ""
    return f"{quote(f'#{one.ref.iid}')} {quote(one.title)}{owners}"


def _day(at: datetime, board: Board) -> str:
    return instant(at, board.calendar.zone)


def _lacking(found: Digest) -> list[str]:
    if not found.lacking:
        return []
    head = ["| template | open | incomplete | lacking most |", "|---|---|---|---|"]
    return head + [_lacking_row(one) for one in found.lacking]


def _lacking_row(one: Lacking) -> str:
    blocks = ", ".join(f"{quote(name)} {number}×" for name, number in one.blocks[:MOST_BLOCKS])
    name = quote(one.template) or NO_TEMPLATE
    return f"| {name} | {one.requests} | {one.incomplete} | {blocks} |"


def as_data(found: Digest, board: Board, *, reaches: datetime) -> dict[str, Any]:
    """The same as JSON takes it."""
    return {
        "board": found.board,
        "name": board.file.name,
        "zone": str(board.calendar.zone),
        "since": stamp(found.since),
        "at": stamp(found.at),
        "closed_known_since": stamp(max(found.since, reaches)),
        "open": {place: sum(one.place == place for one in found.open) for place in PLACES},
        "confidential": list(found.hidden),
        "arrivals": [
            {"template": name or "", "confidential": name is None, "requests": number}
            for name, number in found.arrivals
        ],
        "promises": [
            {
                "clock": name,
                "kept": share.met,
                "broken": share.breached,
                "kept_share": share.attained if share.met + share.breached >= ENOUGH else None,
            }
            for name, share in found.promises
        ],
        "broken": [_broken_data(one) for one in found.broken],
        "waiting": [_data(one, one.state_since) for one in found.waiting],
        "answered": [_data(one, one.state_since) for one in found.answered],
        "unowned": [_data(one, one.arrived_at) for one in found.unowned],
        "lacking": [
            {
                "template": one.template,
                "open": one.requests,
                "incomplete": one.incomplete,
                "blocks": dict(one.blocks),
            }
            for one in found.lacking
        ],
    }


def _broken_data(one: Broken) -> dict[str, Any]:
    clock = one.clock
    shares: dict[Holder, str] = {who: iso_length(time) for who, time in clock.shares.items()}
    return {
        "reference": one.request.reference,
        "title": one.request.title,
        "clock": clock.name,
        "due_at": stamp(clock.due_at) if clock.due_at else None,
        "ended_at": stamp(clock.ended_at) if clock.ended_at else None,
        "over": iso_length(clock.over or timedelta()),
        "shares": shares,
    }


def _data(one: Standing, since: datetime) -> dict[str, Any]:
    return {
        "reference": one.reference,
        "title": one.title,
        "owners": list(one.owners),
        "requester": one.requester,
        "since": stamp(since),
    }
