"""A request's parameters, from query and body together as GitLab takes them, read by type; 400 for a wrong one."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl

from app.sandbox.errors import ApiError, bad_parameter

YES = (True, 1, "true", "1", "t", "yes", "on")
NO = (False, 0, "false", "0", "f", "no", "off", "")
NESTED = re.compile(r"(?P<outer>[^\[\]]+)\[(?P<inner>[^\[\]]*)\](?P<array>\[\])?")


def form_values(text: str) -> dict[str, Any]:
    """Name-value pairs with `a[]=` as a list and `a[b]=` as an inner mapping, as Rails reads them."""
    values: dict[str, Any] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        nested = NESTED.fullmatch(name)
        if not nested:
            values[name] = value
        elif not nested["inner"]:
            values.setdefault(nested["outer"], [])
            if isinstance(values[nested["outer"]], list):
                values[nested["outer"]].append(value)
        else:
            inner = values.setdefault(nested["outer"], {})
            if not isinstance(inner, dict):
                raise bad_parameter(f"{nested['outer']} is invalid")
            if nested["array"]:
                inner.setdefault(nested["inner"], []).append(value)
            else:
                inner[nested["inner"]] = value
    return values


def body_values(content_type: str, body: bytes) -> dict[str, Any]:
    """The parameters in a request's body: a JSON object or a form; anything else holds none."""
    if not body:
        return {}
    try:
        if content_type.startswith("application/json"):
            values = json.loads(body)
            return values if isinstance(values, dict) else {}
        if content_type.startswith("application/x-www-form-urlencoded"):
            return form_values(body.decode())
    except ValueError as error:
        raise ApiError(400, {"error": "The request body could not be parsed"}) from error
    return {}


class Params:
    """Parameters by name. A getter gives None where the name is missing; `in` tells null from missing."""

    def __init__(self, values: dict[str, Any], within: str = "") -> None:
        self._values = values
        self._within = within

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def _wrong(self, name: str, problem: str = "is invalid") -> ApiError:
        return bad_parameter(f"{self._within}[{name}] {problem}" if self._within else f"{name} {problem}")

    def inner(self, name: str) -> "Params":
        """The parameters written `name[...]`; empty when there are none."""
        found = self._values.get(name)
        return Params(found if isinstance(found, dict) else {}, name)

    def require(self, name: str) -> None:
        """Answers 400 when the parameter is missing."""
        if self._values.get(name) is None:
            raise self._wrong(name, "is missing")

    def string(self, name: str) -> str | None:
        found = self._values.get(name)
        if found is None or isinstance(found, str):
            return found
        if isinstance(found, dict | list):
            raise self._wrong(name)
        return str(found)

    def choice(self, name: str, among: Sequence[str], default: str | None = None) -> str | None:
        found = self.string(name)
        if not found:
            return default
        if found not in among:
            raise self._wrong(name, "does not have a valid value")
        return found

    def integer(self, name: str) -> int | None:
        found = self._values.get(name)
        if found is None or found == "":
            return None
        try:
            return int(str(found))
        except ValueError as error:
            raise self._wrong(name) from error

    def boolean(self, name: str) -> bool | None:
        found = self._values.get(name)
        if found is None:
            return None
        if isinstance(found, str):
            found = found.lower()
        if isinstance(found, dict | list) or found not in YES + NO:
            raise self._wrong(name)
        return found in YES

    def strings(self, name: str) -> list[str] | None:
        """A list, or one string with commas; blanks are dropped, so that an empty string is an empty list."""
        found = self._values.get(name)
        if found is None:
            return None
        items = found if isinstance(found, list) else str(found).split(",")
        return [text for item in items if (text := str(item).strip())]

    def integers(self, name: str) -> list[int] | None:
        texts = self.strings(name)
        try:
            return None if texts is None else [int(text) for text in texts]
        except ValueError as error:
            raise self._wrong(name) from error

    def instant(self, name: str) -> datetime | None:
        """An instant; without a zone it is taken as UTC, and a date as its first instant."""
        found = self._values.get(name)
        if found is None or found == "":
            return None
        try:
            # A plus sign that nobody escaped arrives as a space.
            at = datetime.fromisoformat(
                str(found).strip().replace(" ", "+") if "T" in str(found) else str(found)
            )
        except ValueError as error:
            raise self._wrong(name) from error
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)

    def day(self, name: str) -> date | None:
        found = self._values.get(name)
        if found is None or found == "":
            return None
        try:
            return date.fromisoformat(str(found)[:10])
        except ValueError as error:
            raise self._wrong(name) from error

    def pairs(self, name: str) -> dict[str, str]:
        """A list of objects with `key` and `value`, as a mapping."""
        found = self._values.get(name) or []
        if not isinstance(found, list) or not all(isinstance(item, dict) and "key" in item for item in found):
            raise self._wrong(name)
        return {str(item["key"]): str(item.get("value") or "") for item in found}

    def objects(self, name: str) -> list[dict[str, str]]:
        """A list of objects, with their values as texts."""
        found = self._values.get(name) or []
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self._wrong(name)
        return [{str(key): str(value) for key, value in item.items() if value is not None} for item in found]
