"""Calendar files: what may stand in them, what is wrong with one, and the calendar that it describes."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import BeforeValidator, Field

from app.core.calendar import Calendar
from app.core.codes.files import BAD_CALENDAR
from app.core.document import Document, Model, Path, PlainDate, one_of, plain_date
from app.core.hours import WEEKDAYS, cut_off, read_pairs, read_time
from app.core.problem import Problem

YEARS = range(2020, 2037)  # for which holidays are known; see CalendarFile
HALF_DAY = "half_day"  # the package's category

Day = Annotated[date, BeforeValidator(plain_date, json_schema_input_type=PlainDate)]
Week = dict[str, list[tuple[str, str]]]
Fault = tuple[Path, str]


class Holidays(Model):
    """Public holidays by country, and by part of it if one is given (ISO 3166 codes)."""

    country: str = Field(description="The country, by its ISO 3166 code: US, GB.")
    subdivision: str | None = Field(default=None, description="A part of it, by its code: ENG.")
    categories: list[str] = Field(
        default=["public"], min_length=1, description="Which of the package's: public, bank, government, ..."
    )


class HalfDays(Model):
    """Working days that end early: those that are known of the country of `holidays`, and those named here."""

    closes: str = Field(description="The local time at which they end, such as 13:00.")
    dates: dict[Day, str] = Field(default={}, description="Further half days with their names.")


class Earlier(Model):
    """The hours that held up to a date, so that a change of hours changes no day that is past."""

    before: Day = Field(description="The first day on which they did not hold any more.")
    hours: Week = Field(description="mon..sun, as in `hours`.")


class CalendarFile(Model):
    """`rules/calendars/<id>.yaml`.

    What the file says of a date goes before what is known of its country, and there a holiday before a half day.
    Holidays and half days of countries are known for the years in `YEARS`; in other years only the dates that the
    file names are special, and the weekly hours hold for the rest.
    """

    zone: str = Field(description="IANA time zone, such as America/New_York.")
    hours: Week = Field(description="mon..sun: [[09:00, 17:00]]; a day not named is closed.")
    earlier: list[Earlier] = Field(default=[], description="Hours that held before a date.")
    holidays: Holidays | None = Field(default=None, description="Whose public holidays are closed days.")
    half_days: HalfDays | None = Field(default=None, description="Working days that end early.")
    closed: dict[Day, str] = Field(default={}, description="Further closed days with their names.")
    open: list[Day] = Field(default=[], description="Days that are open although they are holidays.")
    shifts: dict[Day, list[tuple[str, str]]] = Field(
        default={},
        description="The hours of one date, whatever else it is: [[10:00, 14:00]], or [] for none.",
    )


def calendar_of(file: CalendarFile) -> Calendar:
    """The calendar of a file in which `calendar_faults` finds nothing. Errors: ValueError otherwise."""
    half = _half_days(file)
    closed = {day: name for day, name in _known(file.holidays).items() if day not in file.open}
    shifts = (
        {day: cut_off(_hours_on(file, day), file.half_days.closes) for day in half} if file.half_days else {}
    )
    return Calendar(
        file.zone,
        file.hours,
        closed | half | file.closed,
        shifts=shifts | file.shifts,
        earlier=[(entry.before, entry.hours) for entry in file.earlier],
    )


def calendar_faults(file: CalendarFile, document: Document) -> list[Problem]:
    """Every fault of the file, at its place, with its remedy; those of dates only once all hours can be read."""
    found = [*_zone_faults(file), *_hours_faults(file), *_country_faults(file), *_twice(file)]
    if not found:
        found = [*_open_faults(file), *_half_day_faults(file)]
    if not found:
        try:
            calendar_of(file)
        except ValueError as error:
            found = [(("hours",), str(error))]
    return [document.problem(path, message, BAD_CALENDAR) for path, message in found]


def _zone_faults(file: CalendarFile) -> Iterator[Fault]:
    try:
        ZoneInfo(file.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield ("zone",), f'unknown time zone "{file.zone}"; write it as America/New_York'


def _hours_faults(file: CalendarFile) -> Iterator[Fault]:
    weeks: list[tuple[Path, Week]] = [(("hours",), file.hours)]
    weeks += [(("earlier", i, "hours"), entry.hours) for i, entry in enumerate(file.earlier)]
    days = [((*path, day), day, pairs) for path, week in weeks for day, pairs in week.items()]
    days += [(("shifts", str(day)), str(day), pairs) for day, pairs in file.shifts.items()]
    for path, day, pairs in days:
        if path[0] != "shifts" and day not in WEEKDAYS:
            yield path, f'unknown weekday "{day}"; {one_of(day, list(WEEKDAYS))}'
        try:
            read_pairs(pairs)
        except ValueError as error:
            yield path, f"{day}: {error}"
    befores = [entry.before for entry in file.earlier]
    for i, before in enumerate(befores):
        if before in befores[:i]:
            yield ("earlier", i, "before"), f"two earlier hours end before {before}; keep one"
    try:
        read_time(file.half_days.closes if file.half_days else "00:00")
    except ValueError as error:
        yield ("half_days", "closes"), str(error)


def _country_faults(file: CalendarFile) -> Iterator[Fault]:
    where = file.holidays
    if where is None:
        return
    countries = holidays.list_supported_countries(include_aliases=False)
    if where.country not in countries:
        known = one_of(where.country.upper(), list(countries))
        yield ("holidays", "country"), f'unknown country "{where.country}", by its ISO 3166 code; {known}'
        return
    package = holidays.country_holidays(where.country)
    parts = {*package.subdivisions, *package.subdivisions_aliases}
    if where.subdivision is not None and where.subdivision not in parts:
        known = one_of(where.subdivision, list(package.subdivisions))
        yield ("holidays", "subdivision"), f'{where.country} has no part "{where.subdivision}"; {known}'
    for i, category in enumerate(where.categories):
        kinds = [kind for kind in package.supported_categories if kind != HALF_DAY]
        if category == HALF_DAY:
            yield ("holidays", "categories", i), "half days are no holidays; say when they close in half_days"
        elif category not in kinds:
            known = one_of(category, kinds)
            yield ("holidays", "categories", i), f'{where.country} has no holidays "{category}"; {known}'


def _twice(file: CalendarFile) -> Iterator[Fault]:
    """A date may be named in one place only: what it is would be a guess otherwise."""
    half = file.half_days.dates if file.half_days else {}
    first: dict[date, str] = {}
    places: list[tuple[Path, str, date]] = [(("closed", str(day)), "closed", day) for day in file.closed]
    places += [(("open", i), "open", day) for i, day in enumerate(file.open)]
    places += [(("half_days", "dates", str(day)), "half_days", day) for day in half]
    places += [(("shifts", str(day)), "shifts", day) for day in file.shifts]
    for path, key, day in places:
        if day in first:
            yield path, f"{day} stands in {first[day]} already; keep one of the two"
        first.setdefault(day, key)


def _open_faults(file: CalendarFile) -> Iterator[Fault]:
    special = _known(file.holidays).keys() | _known(file.holidays, HALF_DAY).keys()
    for i, day in enumerate(file.open):
        if not _hours_on(file, day):
            yield ("open", i), f"{day:%A} {day} has no hours to be open in; give it some in shifts"
        elif day not in special:
            yield ("open", i), f"{day} is no holiday here, and open anyway; leave it out"


def _half_day_faults(file: CalendarFile) -> Iterator[Fault]:
    if file.half_days is None:
        return
    if not file.half_days.dates and not _known(file.holidays, HALF_DAY):
        whose = f"of {file.holidays.country} " if file.holidays else "without a country in holidays "
        years = f"{YEARS[0]} to {YEARS[-1]}"
        yield ("half_days",), f"no half days {whose}are known for {years}; name them in half_days.dates"
    cuts = {day: _cut(file, file.half_days, day) for day in _half_days(file)}
    for day in file.half_days.dates:
        wrong = cuts.get(day, f"{day:%A} {day} has no hours to cut off; leave it out")
        if wrong:
            yield ("half_days", "dates", str(day)), wrong
    if cuts and all(cuts.values()):
        yield ("half_days", "closes"), next(iter(cuts.values()))


def _cut(file: CalendarFile, half: HalfDays, day: date) -> str:
    """What is wrong with cutting off that day's hours; nothing if some are left, and fewer than before."""
    hours = _hours_on(file, day)
    kept = cut_off(hours, half.closes)
    if not kept:
        return f"{day:%A} {day} begins at {half.closes} or later; name it in closed, or close later"
    return (
        ""
        if kept != hours
        else f"{day:%A} {day} ends by {half.closes} anyway; close earlier, or leave it out"
    )


def _half_days(file: CalendarFile) -> dict[date, str]:
    """The half days by name, those left out that are something else, or fall on a day without hours."""
    if file.half_days is None:
        return {}
    other = {*_known(file.holidays), *file.closed, *file.open}
    known = {d: name for d, name in _known(file.holidays, HALF_DAY).items() if d not in other}
    return {day: name for day, name in (known | file.half_days.dates).items() if _hours_on(file, day)}


def _hours_on(file: CalendarFile, day: date) -> list[tuple[str, str]]:
    """The weekly hours in force on that day, whatever else it is."""
    entries = sorted(file.earlier, key=lambda entry: entry.before)
    week = next((entry.hours for entry in entries if day < entry.before), file.hours)
    return week.get(WEEKDAYS[day.weekday()], [])


def _known(where: Holidays | None, *categories: str) -> Mapping[date, str]:
    """The country's days of these categories, else of those that the file asks for."""
    if where is None:
        return {}
    return _country(where.country, where.subdivision, categories or tuple(where.categories))


@lru_cache(maxsize=64)
def _country(country: str, subdivision: str | None, categories: tuple[str, ...]) -> Mapping[date, str]:
    """Days by name, in English: the package would take the language of the machine."""
    package = holidays.country_holidays(country)
    if not {*categories} <= {*package.supported_categories}:
        return {}
    own = package.default_language or ""
    language = own if own.startswith("en") else "en_US"
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=YEARS, categories=categories, language=language
    )
    return dict(found)
