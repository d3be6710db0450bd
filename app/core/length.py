"""Lengths of time as our files write them (`48h`, `90m`, `5d`), and as ISO 8601 does (`PT48H`)."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field

_LENGTH = re.compile(r"(?P<number>[1-9][0-9]{0,4})(?P<unit>[mhd])")
_ISO_LENGTH = re.compile(r"(?P<minus>-?)PT(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)S)?")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=3650)


def read_length(value: object) -> timedelta:
    """The text as a length; a day is 24 hours of whatever is counted. Errors: ValueError, ten years being the most."""
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is no length of time; write it as 48h, 90m or 5d")
    length = int(match["number"]) * _UNITS[match["unit"]]
    if length > _LONGEST:
        raise ValueError(f"{value!r} is more than ten years; write a shorter time, such as 5d")
    return length


def length_text(length: timedelta) -> str:
    """A length as it is written: `48h`, `90m`. What `read_length` reads is given back; seconds are left out."""
    minutes = length // timedelta(minutes=1)
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


def iso_length(length: timedelta) -> str:
    """A length as ISO 8601 writes it, in hours and less: `PT48H`, `-PT1H30M`, `PT0S`."""
    seconds = abs(length) // timedelta(seconds=1)
    parts = ((seconds // 3600, "H"), (seconds // 60 % 60, "M"), (seconds % 60, "S"))
    said = "".join(f"{number}{unit}" for number, unit in parts if number)
    return f"{'-' if length < timedelta() else ''}PT{said or '0S'}"


def read_iso_length(text: str) -> timedelta:
    """A length as `iso_length` writes it. Errors: ValueError."""
    match = _ISO_LENGTH.fullmatch(text)
    if match is None or not any(match.group("h", "m", "s")):
        raise ValueError(f"{text!r} is no length; it is written as PT48H")
    hours, minutes, seconds = (int(number or 0) for number in match.group("h", "m", "s"))
    length = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return -length if match["minus"] else length


# As an editor knows it: what `read_length` takes.
Written = Annotated[str, Field(pattern="^[1-9][0-9]{0,4}[mhd]$")]
Length = Annotated[timedelta, BeforeValidator(read_length, json_schema_input_type=Written)]
