"""Our values as JSON takes them: instants and lengths in ISO 8601, objects by their fields."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.length import iso_length

_NAMES: dict[type, tuple[str, ...]] = {}  # of our objects, as far as anybody asked
_AS_IT_IS = frozenset({str, int, float, bool, type(None)})


def plain(value: Any) -> Any:
    """The value as JSON takes it. Written for speed: a sweep does this for every issue."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is dict:
        return {k: v if type(v) in _AS_IT_IS else plain(v) for k, v in value.items()}
    if kind is tuple or kind is list:
        return [plain(item) for item in value]
    if kind is datetime:
        return stamp(value)
    if kind is timedelta:
        return iso_length(value)
    names = _NAMES.get(kind)
    if names is not None:
        return {name: plain(getattr(value, name)) for name in names}
    return _rarer(value)


def _rarer(value: Any) -> Any:
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
    there = at if at.tzinfo is UTC else at.astimezone(UTC)
    return there.isoformat(timespec="milliseconds")[:-6] + "Z"
