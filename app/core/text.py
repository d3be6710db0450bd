"""What we write, and how people's text goes into it: as data that runs nothing, mentions nobody and closes nothing."""

import re
import unicodedata
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo


class Ours(str):
    """Text that we wrote, or made harmless: it may stand in a note as it is. All other text is quoted."""

    __slots__ = ()


QUOTE_LENGTH = 80
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TITLES = frozenset({"dr", "mr", "mrs", "ms", "mx", "prof"})
# Shown as nothing or as a blank, but no control characters: https://www.unicode.org/reports/tr44/ (default ignorable)
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)
_MARK = (
    "[\u0300-\u036f\u0483-\u0489\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_COMMIT = re.compile(r"(?<!\w)[0-9a-f]{7,40}(?!\w)")  # GitLab makes a reference of such a word
_PILED = re.compile(f"({_MARK}{{3}}){_MARK}+")  # enough of them paint over the lines above and below
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def quote(text: str, limit: int = QUOTE_LENGTH) -> Ours:
    """People's text on one line, cut, as inline code whose fence is longer than any run of backticks in it.

    Inline code runs no quick action, mentions nobody, references nothing and closes no container; a pipe is escaped
    for tables. Control and direction-changing characters go. Source: GitLab's reference filters skip code.
    """
    line = " ".join(_visible(text[: limit * 20]).split())
    if len(line) > limit:
        line = line[: limit - 1].rstrip() + "…"
    if not line:
        return Ours()
    runs = re.findall(r"`+", line) if "`" in line else []
    fence = "`" * (max(map(len, runs), default=0) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return Ours(fence + pad + line.replace("|", "¦") + pad + fence)


def named(text: str) -> Ours:
    """Our own words, with each @name in them as code: `@username` in an instruction may be somebody's name."""
    return Ours(re.sub(r"(?<![\w`])@[\w.-]*\w", lambda match: f"`{match[0]}`", text))


@lru_cache(maxsize=1024)
def first_name(name: str, username: str) -> Ours:
    """How to greet somebody: the first word of the name with letters and little else in it, or the username as code."""
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "'’-" else " " for c in _visible(name))
    words = [w for w in kept.split() if any(c.isalpha() for c in w) and w.casefold() not in _TITLES]
    word = words[0][:40] if words else ""
    return Ours(word) if word and not _COMMIT.search(word) else quote(username)


def _visible(text: str) -> str:
    """The text without what is not seen, turns the direction of what is, or covers it."""
    if text.isascii() and text.isprintable():  # then it has none of these
        return text
    text = _PILED.sub(r"\1", _UNSEEN.sub("", text))
    if text.isprintable():
        return text
    return "".join(
        " " if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") else c for c in text
    )


def steady(text: str) -> str:
    """The text for a terminal or a log: lines and tabs as they are, all else that would steer it written out.

    Titles, comments and GitLab's answers may hold escape sequences, and marks that show a line backwards.
    """
    return _STEERS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def without_commands(body: str) -> str:
    """The body with no line that could run as a quick action: a slash in the first column is escaped."""
    lines = body.replace("\r", "").split("\n")
    return "\n".join("\\" + line if line.startswith("/") else line for line in lines)


@lru_cache(maxsize=4096)
def instant(at: datetime, zone: ZoneInfo) -> Ours:
    """An instant as people read it: `Wed 4 Mar 2026, 09:00 EST (New York)`."""
    local = at.astimezone(zone)
    city = str(zone).rsplit("/", maxsplit=1)[-1].replace("_", " ")
    name = local.tzname() or ""
    shown = name if name.isalpha() else f"UTC{local.strftime('%z')[:3]}:{local.strftime('%z')[3:]}"
    day = f"{_WEEKDAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    where = "" if city == shown else f" ({city})"
    return Ours(f"{day}, {local.hour:02}:{local.minute:02} {shown}{where}")


@lru_cache(maxsize=1024)
def duration(length: timedelta) -> Ours:
    """A length as people say it: `48 hours`, `1 hour 30 minutes`, `45 minutes`, `0 minutes`."""
    minutes = int(length.total_seconds() // 60)
    parts = [(minutes // 60, "hour"), (minutes % 60, "minute")]
    said = [f"{n} {unit}{'s' if n != 1 else ''}" for n, unit in parts if n]
    return Ours(" ".join(said) or "0 minutes")


def count(number: int, noun: str) -> Ours:
    """`Two things`: small numbers as words, with the noun in its number."""
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    word = words[number] if number < len(words) else str(number)
    return Ours(f"{word} {noun}{'' if number == 1 else 's'}")
