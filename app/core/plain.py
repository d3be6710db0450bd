"""Our values as JSON takes them: instants and lengths in ISO 8601, objects by their fields."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.length import iso_length

_NAMES: dict[type, tuple[str, ...]] = {}


def plain(value: Any) -> Any:
    """The value as JSON takes it. Written for speed: a sweep does this for every issue."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return stamp(value)
    if isinstance(value, timedelta):
        return iso_length(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return plain(parts(value)) if is_dataclass(value) else value


def parts(value: Any) -> dict[str, Any]:
    """The fields of one of our objects, as they are."""
    kind = type(value)
    names = _NAMES.get(kind)
    if names is None:
        names = _NAMES[kind] = tuple(each.name for each in fields(kind))
    return {name: getattr(value, name) for name in names}


def stamp(at: datetime) -> str:
    """An instant as GitLab writes it: `2026-03-02T14:00:00.000Z`."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
