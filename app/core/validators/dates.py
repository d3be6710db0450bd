"""The validator `dates`."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal

from pydantic import Field

from app.core.length import Length
from app.core.validators.days import Day, find_day, find_time, is_about_days, one_start
from app.core.validators.option import Option, joined
from app.core.validators.reading import About, Kind, Reading
from app.core.validators.remarks import closed, too_near
from app.core.validators.wording import bare
from app.core.validators.zones import Zone, find_zone

MOST_OPTIONS = 12
_LONGEST = 120
_READ = 20_000
_SPLIT = re.compile(
    r"\s(?:or|and|&)\s|;|\n|\s[-–—/]\s|"
    r",(?=\s{0,2}(?:or\s)?(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,?\s{1,2}(?:[0-9]{1,2}(?!:|[0-9]|\s?[ap]\.?m|h)|[A-Z][a-z]{2}))"
    r"|(?<=m),(?=\s{0,2}[0-9]{1,2}(?::[0-9]{2})?\s?[ap]m)",
    re.IGNORECASE,
)
_MONTH_FIRST = "America/"
_PUT_OFF = re.compile(
    r"\b(?:asap|a\.s\.a\.p|(?:as )?soon(?: as possible)?|any ?time|any day|whenever|flexible|open|urgent(?:ly)?|later|"
    r"to be (?:agreed|decided|discussed|scheduled)|(?:not|un)(?: yet)? ?(?:known|sure|fixed|decided)|no idea|"
    r"don'?t know|depends?|ask|let'?s (?:talk|discuss))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Piece:
    text: str
    line: int
    day: Day | None
    clock: time | None
    part: str
    zone: Zone | None
    rest: str

    def heads(self, following: list["_Piece"]) -> bool:
        """Whether this is but the day of what follows: "Tue 3 March:" above "10am" and "2pm"."""
        if not self.day or self.clock or self.part or not following:
            return False
        return following[0].day is None and following[0].clock is not None


class Dates(Kind):
    """Finds blocks that offer no date, and dates without a time zone or all in the past.

    Options are told apart by "or", "and", a semicolon, a new line, a dash or slash between spaces. A time without a day
    belongs to the day before it, an option without a zone to the zone named after it on its line, else to the last one
    named. Abbreviations are those of the board's table, and what its zones call themselves. `3/4` is read in the
    order usual where the board is (month first in America), unless the weekday says otherwise. What was understood is
    shown in full, so that the requester can correct it.

    A date blocks only when nothing in the text could be one ("ASAP"), when a zone is required and none is named, or
    when every option is surely past. All else that is unclear is shown as a note and passes; so does a date on which
    the board is closed. Only the first 12 options of 120 characters are read. Example: "Tue 17 March 10:00 ET, or Wed
    18 March 14:00 ET".
    """

    kind: Literal["dates"]
    min_options: int = Field(
        1, ge=1, le=MOST_OPTIONS, description="How many dates to choose from there should be."
    )
    zone: Literal["required", "recommended", "optional"] = Field(
        "required",
        description="Whether a time zone must be named. Where it need not, the board's is meant without it; "
        "where one is recommended, a note says so.",
    )
    need_time: bool = Field(False, description="Whether at least one option must name a time of day.")
    future: bool = Field(
        True, description="Whether an option must lie after the last change of the description."
    )
    lead: Length | None = Field(
        None,
        description="How far ahead they had better be (2d, 48h), counted on the board's working days; "
        "a nearer date gets a note and passes.",
    )
    day_first: bool | None = Field(
        None, description="Whether 3/4 is 3 April; when not given, it is unless the board is in America."
    )
    example: str = Field("Tue 17 March 10:00 ET, or Wed 18 March 14:00 ET", description="One good answer.")

    def _look(self, text: str, about: About) -> Reading:
        if not text:
            return Reading("no date is offered yet")
        fragments = _fragments(text)
        if not any(is_about_days(fragment) for fragment, _ in fragments):
            evasive = _PUT_OFF.search(text[:_READ]) is not None
            return Reading("no date is recognised; please offer a day and a time", evasive=evasive)
        options = self._options(fragments, about)
        doubtful = not options or any(option.day is None or option.note for option in options)
        understood = "; ".join(option.said for option in options)
        problem = self._problem(options, about)
        return Reading(problem, understood, doubtful and not problem, options)

    def _problem(self, options: tuple[Option, ...], about: About) -> str:
        """What is surely wrong: about the zone, once a day is read; about all else, once every option is."""
        read = [option for option in options if option.day]
        if not read:
            return ""
        if self.zone == "required" and not any(option.zone for option in options):
            return "the time zone is missing"
        if len(read) < len(options):
            return ""
        if self.future and all(self._past(option, about) for option in options):
            return "every date here is in the past" if len(options) > 1 else "the date is in the past"
        if self.need_time and not any(option.clock or option.doubt or option.part for option in options):
            return "the time of day is missing"
        if len(options) < self.min_options:
            return f"please offer {self.min_options} dates to choose from"
        return ""

    @staticmethod
    def _past(option: Option, about: About) -> bool:
        """Whether an option is surely over: at the very instant of asking it is, on the day of asking it is not."""
        if option.day is None or not option.certain:
            return False
        if option.at and not option.assumed:
            return option.at <= about.asked_at
        return option.day < about.asked_at.astimezone(about.zone).date()

    def _options(self, fragments: list[tuple[str, int]], about: About) -> tuple[Option, ...]:
        asked = about.asked_at.astimezone(about.zone).date()
        month_first = about.zone.key.startswith(_MONTH_FIRST)
        day_first = not month_first if self.day_first is None else self.day_first
        pieces = [_piece(text, line, about, asked, day_first) for text, line in fragments]
        carried = next((p.day for p in pieces if p.day), None)
        options = []
        for i, piece in enumerate(pieces):
            carried = piece.day or carried
            if piece.heads(pieces[i + 1 : i + 2]):
                continue
            if piece.day or piece.clock or piece.part:
                options.append(self._option(piece, carried, _zone_for(pieces, i), about))
            elif is_about_days(piece.rest):
                options.append(Option(piece.text, doubt="not understood"))
        return tuple(options[:MOST_OPTIONS])

    def _option(self, piece: _Piece, day: Day | None, zone: Zone | None, about: About) -> Option:
        name = zone.name if zone else None
        if day is None or day.open:
            doubt = day.note if day else "the day is missing"
            return Option(piece.text, None, piece.clock, zone=name, doubt=doubt)
        named = zone.tz if zone else None
        assumed = zone is None and piece.clock is not None and self.zone != "required"
        zone = Zone("", about.zone) if assumed else zone
        at = _instant(day.day, piece.clock, zone)
        return Option(
            piece.text,
            day.day,
            piece.clock,
            at,
            zone.name if zone else None,
            named,
            doubt=joined([day.note, *_zone_doubts(zone, at)]),
            part="" if piece.clock else piece.part,
            remark=joined(self._remarks(day.day, at, about, assumed=assumed)),
            certain=day.certain and not day.note,
            assumed=assumed,
        )

    def _remarks(self, day: date, at: datetime | None, about: About, *, assumed: bool) -> list[str]:
        """What is to be said of an option although it is clear."""
        latest = at or datetime.combine(day, time.max, about.zone)
        return [
            "the board's time zone is assumed" if assumed and self.zone == "recommended" else "",
            closed(day, at, about.calendar) if about.calendar else "",
            too_near(latest, self.lead, about) if self.lead else "",
        ]


def _zone_doubts(zone: Zone | None, at: datetime | None) -> list[str]:
    if zone is None:
        return []
    known = f'"{zone.said}" stands for several zones' if zone.tz else f'"{zone.said}" is no zone known here'
    return [known if zone.doubtful else "", zone.season_note(at) if at else ""]


def _fragments(text: str) -> list[tuple[str, int]]:
    """The pieces that may each be an option, with the line on which each stands."""
    found = []
    for number, line in enumerate(text[:_READ].splitlines()):
        for piece in _SPLIT.split(one_start(bare(line)[: _LONGEST * MOST_OPTIONS])):
            words = " ".join(piece[:_LONGEST].split()).strip(" ,")
            if words:
                found.append((words, number))
        if len(found) >= 4 * MOST_OPTIONS:
            break
    # A short piece without a date may hold the zone of all: "(all times ET)".
    dated = [pair for pair in found if is_about_days(pair[0]) or len(pair[0]) <= _LONGEST // 3]
    return dated[: 2 * MOST_OPTIONS]


def _piece(text: str, line: int, about: About, asked: date, day_first: bool) -> _Piece:
    zone, rest = find_zone(text, about.zone, about.zones)
    at, part, without = find_time(rest)
    return _Piece(text, line, find_day(without, asked, day_first), at, part, zone, rest)


def _zone_for(pieces: list[_Piece], i: int) -> Zone | None:
    """The piece's own zone, the next one on its line, the last before it, or the first after it."""
    if pieces[i].zone:
        return pieces[i].zone
    later = [p for p in pieces[i + 1 :] if p.zone]
    same_line = [p.zone for p in later if p.line == pieces[i].line]
    before = [p.zone for p in pieces[:i] if p.zone]
    return next(iter([*same_line[:1], *before[-1:], *(p.zone for p in later[:1])]), None)


def _instant(day: date, at: time | None, zone: Zone | None) -> datetime | None:
    if at is None or zone is None or zone.tz is None:
        return None
    return datetime.combine(day, at, zone.tz).astimezone(UTC)
