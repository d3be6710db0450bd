"""Days and times of day as people write them, in one short piece of text. Days without numbers are dateparser's."""

import re
import warnings
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# "sat" and "sun" in lower case are words.
_WEEKDAY = re.compile(
    r"\b(?!sat\b|sun\b)((?i:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun))(?i:day)?s?\b(?!['’]s)"
)
_MONTH_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:,?\s{1,2}|[-/.])(20[0-9]{2})(?![0-9:])"
_DAY = r"(?<![0-9])([0-3]?[0-9])(?:st|nd|rd|th)?(?![0-9:])"
_DAY_MONTH = re.compile(rf"{_DAY}\.?(?:\s{{1,2}}of)?[\s-]{{0,2}}{_MONTH_NAME}(?:{_YEAR})?", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b{_MONTH_NAME}[\s-]{{0,2}}(?:the\s)?{_DAY}(?:{_YEAR})?", re.IGNORECASE)
_ISO = re.compile(r"(?<![0-9])(20[0-9]{2})([-/.])([01]?[0-9])\2([0-3]?[0-9])(?![0-9])")
_NUMERIC = re.compile(
    r"(?<![0-9./:-])([0-3]?[0-9])(?:([./])([0-3]?[0-9])(?:\2(20[0-9]{2}|[0-9]{2})?)?|-([0-3]?[0-9])-(20[0-9]{2}))"
    r"(?![0-9/:-])"
)
_RELATIVE = re.compile(
    r"\b(?:the\s)?(day after tomorrow)\b"
    r"|\b(today|tomorrow|tonight|yesterday|(?:next|this|coming|last)\s(?:week|month|mon|tues?|wed(?:nes)?|thu(?:rs?)?"
    r"|fri|sat(?:ur)?|sun)(?:day)?|in\s(?:a|[0-9]{1,2})\s(?:days?|weeks?|months?))\b",
    re.IGNORECASE,
)
_ALONE_MONTH = re.compile(rf"\b(?!may\b){_MONTH_NAME}(?:\s20[0-9]{{2}})?", re.IGNORECASE)
_VAGUE = re.compile(
    r"\b(week of|weeks? (?:commencing|starting|beginning)|(?:early|mid|late|end of|beginning of|start of)"
    r"(?=[\s-](?:next |this )?(?:week|month|quarter|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w.:/-])(?P<hour>[01]?[0-9]|2[0-4])(?:[:.](?P<minute>[0-5][0-9]))?\s{0,2}(?P<half>[ap])\.?\s?m\b\.?"
    r"|(?<![\d.:/-])(?P<hour24>[01]?[0-9]|2[0-4])(?:(?::(?P<minute24>[0-5][0-9])(?::[0-5][0-9])?)|\s?(?:h|Uhr)(?P<minute_h>[0-5][0-9])?)(?![\w:])"
    r"|(?<![\d.:/-])(?P<hour_dot>[01]?[0-9]|2[0-3])\.(?P<minute_dot>1[3-9]|[2-5][0-9])(?![\d.%])"  # 14.30, no month
    r"|\b(?P<word>noon|midday|midnight)\b",
    re.IGNORECASE,
)
_RANGE = re.compile(
    r"(?<![\w.:/-])(?P<from>(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9])?)\s{0,2}(?P<half>[ap]\.?m\.?)?\s{0,2}(?:-|–|—|to|until|till|and)\s{0,2}"
    r"(?P<to>(?:[01]?[0-9]|2[0-4])(?::[0-5][0-9])?)\s{0,2}(?P<half_to>[ap]\.?m\.?)?(?![\w:/.])",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(morning|afternoon|evening|end of day|eod|cob|close of business|lunch(?:time)?)\b", re.I
)
_ISO_T = re.compile(r"(?<=[0-9]{2})T(?=[0-2][0-9]:[0-5][0-9])")
_FROM = re.compile(r"[0-9](?:st|nd|rd|th)?\s{0,2}[-–]\s{0,2}\Z", re.IGNORECASE)
_ALSO = re.compile(r"\bMay\b|(?i:\b(?:week|month|quarter|noon)\b)")
_DIGIT = re.compile(r"[0-9]")
_FAR = timedelta(days=300)


@dataclass(frozen=True)
class Day:
    """A day as read. `certain`: year and all, so that it may be called past. `note`: what is doubtful, if anything.

    `open` says that a week or a month is named and no day in it.
    """

    day: date
    certain: bool = False
    note: str = ""
    open: bool = False


def one_start(text: str) -> str:
    """The text with each stretch of time (`10-11am`, `2pm to 4pm`) as its start, so that it is one time."""
    return _RANGE.sub(_start, text)


def _start(match: re.Match[str]) -> str:
    if not (match["half_to"] or match["half"] or (":" in match["from"] and ":" in match["to"])):
        return match[0]
    half = match["half"] or match["half_to"] or ""
    first, last = (int(match[end].split(":")[0]) for end in ("from", "to"))
    if half and not match["half"] and first % 12 > last % 12:
        half = "am" if half.lower().startswith("p") else "pm"
    return f"{match['from']}{half} "


def find_time(text: str) -> tuple[time | None, str, str]:
    """The time of day, the part of the day when only that is said, and the text without either."""
    text = _ISO_T.sub(" ", text)
    clock = _CLOCK.search(text)
    rest = text if clock is None else f"{text[: clock.start()]} {text[clock.end() :]}"
    part = _PART.search(rest)
    if part:
        rest = f"{rest[: part.start()]} {rest[part.end() :]}"
    at = _clock(clock) if clock else None
    return at, part[0].lower() if part and at is None else "", rest


def _clock(match: re.Match[str]) -> time | None:
    if match["word"]:
        return time(0) if match["word"].lower() == "midnight" else time(12)
    if match["half"]:
        hour, minute = int(match["hour"]), int(match["minute"] or 0)
        if not 1 <= hour <= 12:
            return time(hour % 24, minute)  # 14:00 pm
        return time(hour % 12 + (12 if match["half"].lower() == "p" else 0), minute)
    if match["hour_dot"]:
        return time(int(match["hour_dot"]), int(match["minute_dot"]))
    return time(int(match["hour24"]) % 24, int(match["minute24"] or match["minute_h"] or 0))


def find_day(text: str, asked: date, day_first: bool) -> Day | None:
    """The day that a short text names, seen from the day on which it was written; None when it names none."""
    weekday = _weekday(text)
    vague = _VAGUE.search(text)
    found = (
        _written_out(text, asked) or _in_numbers(text, asked, day_first, weekday) or _in_words(text, asked)
    )
    if found is None:
        return None
    if vague:
        return Day(found.day, False, found.note or f'"{vague[0].lower()}" leaves the day open', open=True)
    if weekday is not None and found.day.weekday() != weekday and not found.note:
        name = _WEEKDAYS[found.day.weekday()].title()
        return Day(found.day, False, f"{long(found.day)} is a {name}, not a {_WEEKDAYS[weekday].title()}")
    return found


def is_about_days(text: str) -> bool:
    """Whether a text has anything in it from which a day could be told: a number, a weekday, a month, "tomorrow"."""
    return bool(
        _DIGIT.search(text)
        or (not text.isascii() and any(c.isdigit() for c in text))
        or _WEEKDAY.search(text)
        or _ALONE_MONTH.search(text)
        or _RELATIVE.search(text)
        or _ALSO.search(text)
    )


def long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _weekday(text: str) -> int | None:
    match = _WEEKDAY.search(text)
    if match is None:
        return None
    return next(i for i, name in enumerate(_WEEKDAYS) if name.startswith(match[1].lower()[:3]))


def _written_out(text: str, asked: date) -> Day | None:
    """A month by name and the day in it: the month decides, so nothing is ambiguous but a year that is not said."""
    first, second = _DAY_MONTH.search(text), _MONTH_DAY.search(text)
    match = first if first and (second is None or first.start() <= second.start()) else second
    if match is None:
        return None
    number, name, year = (match[1], match[2], match[3]) if match is first else (match[2], match[1], match[3])
    month = _MONTHS.index(name[:3].lower()) + 1
    found = _dated(int(number), month, int(year) if year else None, asked)
    if found and _FROM.search(text[: match.start()]):
        return Day(found.day, False, "a stretch of days is named; its last is read")
    return found


def _in_numbers(text: str, asked: date, day_first: bool, weekday: int | None) -> Day | None:
    """2026-03-10, 10.03.2026, 3/10: with two readings the weekday decides, else the order usual on the board."""
    iso = _ISO.search(text)
    if iso:
        return _dated(int(iso[4]), int(iso[3]), int(iso[1]), asked)
    match = _NUMERIC.search(text)
    if match is None:
        return None
    a, b = int(match[1]), int(match[3] or match[5])
    said = match[4] or match[6]
    year = int(said) + (2000 if len(said) == 2 else 0) if said else None
    dotted = match[2] == "."
    readings = [(a, b), (b, a)] if day_first or dotted else [(b, a), (a, b)]
    days = [day for d, m in readings if (day := _dated(d, m, year, asked))]
    if not days or a == b or dotted or len(days) == 1:
        return days[0] if days else None
    first, other = days
    if weekday is not None:
        if first.day.weekday() != weekday and other.day.weekday() == weekday:
            name = _WEEKDAYS[first.day.weekday()].title()
            return Day(other.day, False, f"{long(first.day)} would be a {name}, so read as {long(other.day)}")
        return first
    return Day(first.day, False, f"could also be {long(other.day)}")


def _in_words(text: str, asked: date) -> Day | None:
    """tomorrow, Tuesday, next week, in 2 weeks, March: as dateparser reads them."""
    relative = _RELATIVE.search(text)
    if relative and relative[1]:
        return Day(asked + timedelta(days=2), True)
    match = relative or _WEEKDAY.search(text)
    if (
        match is None and not _DAY_MONTH.search(text) and not _MONTH_DAY.search(text)
    ):  # 31 February is no February
        match = _ALONE_MONTH.search(text)
    if match is None:
        return None
    phrase = " ".join(match[0].lower().replace("tonight", "today").replace("coming", "next").split())
    phrase = phrase.removeprefix("this ") if _WEEKDAY.search(phrase) else phrase
    read = _by_dateparser(phrase, asked)
    if read is None:
        return None
    day, period = read
    if period not in ("day", "time"):
        return Day(day, False, f'"{phrase}" leaves the day open', open=True)
    if len(_WEEKDAY.findall(text)) > 1:
        return Day(day, False, "several weekdays are named; the first is read")
    if phrase.startswith("next") and day - asked < timedelta(days=7):
        return Day(day, False, f'"{phrase}" may also be a week later')
    return Day(day, phrase in ("today", "tomorrow", "yesterday"))


@lru_cache(maxsize=1024)
def _by_dateparser(phrase: str, asked: date) -> tuple[date, str] | None:
    # Loaded here: it takes a tenth of a second, and most texts need it not.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning, module=r"dateparser(?:\.|\Z)")
        from dateparser.date import DateDataParser  # type: ignore[import-untyped]  # it has no types

        # The base has no time of day: dateparser keeps each set of settings for good, and so they are one a day.
        base = datetime(asked.year, asked.month, asked.day)  # noqa: DTZ001 -- the zone is ours, applied later
        settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": base, "RETURN_TIME_AS_PERIOD": True}
        try:
            data = DateDataParser(languages=["en"], settings=settings).get_date_data(phrase)
        except (ValueError, OverflowError):
            return None
    return (data.date_obj.date(), str(data.period)) if data.date_obj else None


def _dated(day: int, month: int, year: int | None, asked: date) -> Day | None:
    """The day in that year, or in the year in which it comes next; a day that comes in ten months was maybe missed."""
    for candidate in [year] if year else [asked.year, asked.year + 1]:
        try:
            found = date(candidate, month, day)
        except ValueError:
            continue
        if year:
            return Day(found, True)
        if found >= asked:
            note = f"{long(found)} is far off; was it meant to be this year?" if found - asked > _FAR else ""
            return Day(found, False, note)
    return None
