"""Actions as data for JSON and back, exactly: what a plan's file and the journal keep of them."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from app.core.plan import Action

_KINDS = {kind.__name__: kind for kind in get_args(Action)}


def action_data(action: Action) -> dict[str, Any]:
    """The action as data: its kind and every field, a note's whole text among them."""
    told = {name: _plain(value) for name, value in asdict(action).items()}
    return {"kind": type(action).__name__, **told}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def read_action(data: Mapping[str, Any]) -> Action:
    """The action that `action_data` gave. Errors: ValueError with the key that is wrong."""
    told = dict(data)
    kind = told.pop("kind", None)
    known = _KINDS.get(kind) if isinstance(kind, str) else None
    if known is None:
        raise ValueError(f"kind: {kind!r} is no kind of action; known: {', '.join(_KINDS)}")
    if unknown := sorted(told.keys() - {each.name for each in fields(known)}):
        raise ValueError(f"{unknown[0]}: a {kind} has no such key")
    try:
        return _reader(known).validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc'])) or kind}: {first['msg']}") from None


@cache
def _reader(kind: type[Action]) -> TypeAdapter[Action]:
    return TypeAdapter(kind)
