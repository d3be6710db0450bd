"""Pages of a list: by offset, with totals, and by keyset, with a cursor. Source: https://docs.gitlab.com/api/rest/#pagination"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from app.sandbox.errors import ApiError, bad_parameter
from app.sandbox.routing import Call, Reply

T = TypeVar("T")
LARGEST_PAGE, DEFAULT_PAGE = 100, 20
COUNTED_UP_TO = 10_000
LARGEST_OFFSET = 50_000


def _page_size(call: Call) -> int:
    size = call.params.integer("per_page")
    if size is not None and size < 1:
        raise bad_parameter("per_page does not have a valid value")
    return min(size or DEFAULT_PAGE, LARGEST_PAGE)


def _link(call: Call, rel: str, **changed: Any) -> str:
    pairs: list[tuple[str, Any]] = []
    for name, found in (call.query | changed).items():
        if isinstance(found, list):
            pairs += [(f"{name}[]", item) for item in found]
        elif isinstance(found, dict):
            pairs += [(f"{name}[{inner}]", value) for inner, value in found.items()]
        elif found is not None:
            pairs.append((name, found))
    return f'<{call.url}?{urlencode(pairs)}>; rel="{rel}"'


def by_offset(call: Call, items: Sequence[T], shape: Callable[[T], Any], kind: str = "") -> Reply:
    """One page of `items`. `shape` may give None for what the user may not read: such a page is short.

    `kind` names a type that keyset pages exist for: its offsets are limited. Over 10,000 items there are no totals.
    """
    size, page = _page_size(call), call.params.integer("page")
    page = 1 if page is None else page
    if page < 1:
        raise bad_parameter("page does not have a valid value")
    if kind and page * size > LARGEST_OFFSET:
        raise ApiError(
            405,
            {
                "error": f"Offset pagination has a maximum allowed offset of {LARGEST_OFFSET} for requests that return "
                f"objects of type {kind}. Remaining records can be retrieved using keyset pagination."
            },
        )
    total = len(items)
    last = max(1, -(-total // size))
    following = page + 1 if page < last else None
    before = page - 1 if page > 1 else None
    links = [_link(call, "prev", page=before, per_page=size)] if before else []
    links += [_link(call, "next", page=following, per_page=size)] if following else []
    links.append(_link(call, "first", page=1, per_page=size))
    headers = {
        "X-Page": str(page),
        "X-Per-Page": str(size),
        "X-Next-Page": str(following or ""),
        "X-Prev-Page": str(before or ""),
    }
    if total <= COUNTED_UP_TO:
        headers |= {"X-Total": str(total), "X-Total-Pages": str(last)}
        links.append(_link(call, "last", page=last, per_page=size))
    headers["Link"] = ", ".join(links)
    shown = [shape(item) for item in items[(page - 1) * size : page * size]]
    return Reply([each for each in shown if each is not None], headers=headers)


def by_keyset(
    call: Call,
    items: Sequence[T],
    key: Callable[[T], tuple[Any, int]],
    shape: Callable[[T], Any],
    descending: bool,
) -> Reply:
    """The page after the cursor. `items` are sorted by `key`; only a link names the next page; no totals."""
    size = _page_size(call)
    start = 0
    if cursor := call.params.string("cursor"):
        after = _read_cursor(cursor)
        start = _first_after(items, key, after, descending)
    page = items[start : start + size]
    headers = {"X-Per-Page": str(size)}
    if start + size < len(items):
        following = _write_cursor(key(page[-1]))
        headers["X-Next-Cursor"] = following
        headers["Link"] = _link(call, "next", cursor=following, per_page=size, pagination="keyset")
    return Reply([shape(item) for item in page], headers=headers)


def _first_after(
    items: Sequence[T], key: Callable[[T], tuple[Any, int]], after: tuple[Any, int], descending: bool
) -> int:
    """Where the items behind a cursor begin, whether or not the one it was made from is still there."""
    low, high = 0, len(items)
    while low < high:
        middle = (low + high) // 2
        passed = key(items[middle]) >= after if descending else key(items[middle]) <= after
        low, high = (middle + 1, high) if passed else (low, middle)
    return low


def _write_cursor(key: tuple[Any, int]) -> str:
    first = {"at": key[0].isoformat()} if isinstance(key[0], datetime) else key[0]
    return base64.urlsafe_b64encode(json.dumps([first, key[1]]).encode()).decode()


def _read_cursor(cursor: str) -> tuple[Any, int]:
    try:
        first, number = json.loads(base64.urlsafe_b64decode(cursor))
        return (datetime.fromisoformat(first["at"]) if isinstance(first, dict) else first), int(number)
    except (ValueError, TypeError, KeyError) as error:
        raise bad_parameter("cursor is invalid") from error
