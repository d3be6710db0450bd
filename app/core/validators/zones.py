"""Time zones as people name them: the board's abbreviations, names of IANA, cities, offsets from UTC."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_OFFSET = re.compile(
    r"(?:\b(?:UTC|GMT)\s?(?P<sign>[+\-−])\s?(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?(?![0-9])"
    r"|(?<=:[0-9]{2})\s?(?P<sign2>[+-])(?P<hours2>[0-9]{2}):?(?P<minutes2>[0-9]{2})\b)",
    re.IGNORECASE,
)
_UTC = re.compile(r"\b(?:UTC|GMT|Zulu)\b|(?<=[0-9])Z\b", re.IGNORECASE)
_WORD = re.compile(r"\b[A-Za-z]{1,12}\b")
_IANA = re.compile(r"\b[A-Z][A-Za-z]{1,15}/[A-Z][A-Za-z_-]{1,20}(?:/[A-Z][A-Za-z_-]{1,20})?\b")
_SHORT_IANA = frozenset({"CET", "CEST", "EET", "WET", "MET", "EST", "MST", "HST"})
_AFTER_TIME = re.compile(r"(?:[0-9]|[ap]\.?m\.?|noon|midnight)[\s(]*\Z", re.IGNORECASE)
_UNKNOWN = re.compile(
    r"(?:[0-9]|[AaPp]\.?[Mm]\.?)[\s(]{1,2}(?P<name>[A-Z]{2,4}T|(?i:eastern|central|mountain|pacific|local))\b"
)


@dataclass(frozen=True)
class Zone:
    """A zone as found. `tz` is None when something stands there that is no zone we know; `said` is as written."""

    said: str
    tz: tzinfo | None
    doubtful: bool = False

    @property
    def name(self) -> str:
        """The zone as people read it: `New York`, `UTC`, `UTC+02:00`."""
        if isinstance(self.tz, ZoneInfo):
            return self.tz.key.rpartition("/")[2].replace("_", " ")
        return str(self.tz) if self.tz else self.said

    def season_note(self, at: datetime) -> str:
        """What to say when the abbreviation belongs to the other half of the year: EST in May; else nothing."""
        if not isinstance(self.tz, ZoneInfo):
            return ""
        there = at.astimezone(self.tz).tzname() or ""
        said = self.said.upper()
        if said == there or said not in _halves(self.tz.key, at.year):
            return ""
        return f"{self.name} is on {there} then, not on {said}; read as the time there"


def find_zone(text: str, board: ZoneInfo, table: Mapping[str, str]) -> tuple[Zone | None, str]:
    """The first zone named in a short text, and the text without it. A city counts when the board's zones know it."""
    abbreviations, doubtful = _abbreviations(board.key, tuple(sorted(table.items())))
    offset = _OFFSET.search(text)
    if offset:
        return _offset(offset), _without(text, offset)
    for match in _WORD.finditer(text):
        word = match[0].upper()
        if word not in abbreviations:
            continue
        if match[0] == word or len(word) > 5 or _AFTER_TIME.search(text[: match.start()]):
            return Zone(match[0], _zone(abbreviations[word]), word in doubtful), _without(text, match)
    named = _IANA.search(text)
    if named and _zone(named[0]):
        return Zone(named[0], _zone(named[0])), _without(text, named)
    utc = _UTC.search(text)
    if utc:
        return Zone(utc[0], UTC), _without(text, utc)
    for key in dict.fromkeys([board.key, *table.values()]):
        match_ = _city(key).search(text)
        if match_:
            return Zone(match_[0], _zone(key)), _without(text, match_)
    unknown = _UNKNOWN.search(text)
    if unknown:
        start, end = unknown.span("name")
        return Zone(unknown["name"], None, True), f"{text[:start]} {text[end:]}"
    return None, text


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}"


def _offset(match: re.Match[str]) -> Zone:
    sign = -1 if (match["sign"] or match["sign2"]) != "+" else 1
    hours, minutes = (int(match[name] or match[f"{name}2"] or 0) for name in ("hours", "minutes"))
    if hours > 14 or minutes > 59:
        return Zone(match[0].strip(), None, True)
    return Zone(match[0].strip(), timezone(sign * timedelta(hours=hours, minutes=minutes)))


@lru_cache(maxsize=512)
def _city(key: str) -> re.Pattern[str]:
    city = key.rpartition("/")[2].replace("_", " ")
    return re.compile(rf"\b{re.escape(city)}\b(?:\s+time)?", re.IGNORECASE)


@lru_cache(maxsize=512)
def _zone(key: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones, such as America/Argentina
        return None


@lru_cache(maxsize=256)
def _halves(key: str, year: int) -> frozenset[str]:
    """The abbreviations of a zone in that year's two halves; its numeric ones (`+08`) are none."""
    zone = _zone(key)
    if zone is None:
        return frozenset()
    names = (datetime(year, month, 1, 12, tzinfo=zone).tzname() or "" for month in (1, 7))
    return frozenset(name for name in names if name.isalpha())


@lru_cache(maxsize=64)
def _abbreviations(board: str, table: tuple[tuple[str, str], ...]) -> tuple[dict[str, str], frozenset[str]]:
    """Abbreviation -> IANA name: the table first, then what its zones call themselves; and which of those are unsure.

    One is unsure when zones that differ share it (CST is Chicago and Shanghai); the board's own zone goes first.
    """
    given = {name.upper(): key for name, key in table if _zone(key)}
    derived: dict[str, str] = {}
    doubtful: set[str] = set()
    for key in dict.fromkeys([board, *given.values()]):
        for name in _halves(key, 2026):
            other = derived.setdefault(name, key)
            if _winter(other) != _winter(key):
                doubtful.add(name)
    for name in _SHORT_IANA - derived.keys():
        if _zone(name):
            derived[name] = name
    derived.pop("UTC", None)
    derived.pop("GMT", None)
    return derived | given, frozenset(doubtful - given.keys())


def _winter(key: str) -> timedelta | None:
    return datetime(2026, 1, 1, tzinfo=_zone(key)).utcoffset()
