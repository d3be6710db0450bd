"""Data as YAML in the manner of our rule files: short things on one line, texts as blocks, the same each time."""

import json
import re
import textwrap
from collections.abc import Iterable
from typing import Any

from app.core.text import steady

WIDTH = 110
_PLAIN = re.compile(r"[A-Za-z]\w*(?:[ ./+-]+\w+)*|\d+[mhd]|\d{4}-\d\d-\d\dT\d\d:\d\dZ")
_SENTENCE = re.compile(r"[A-Za-z](?:[^\n:#]|:(?=\S)|(?<! )#)*")  # on a line of its own it needs no quotes
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_UNSAFE = re.compile(r"[\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff]")  # YAML takes these only written out
_BLOCK = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\ufeff\u2028\u2029\ufffe\uffff]+")


def written(data: dict[str, Any], comments: Iterable[str] = ()) -> str:
    """The mapping as a whole file, with lines of comment above it."""
    head = [f"# {steady(' '.join(line.split()))}" for line in comments]
    return "\n".join([*head, *_mapping(data, 0)]) + "\n"


def _mapping(data: dict[str, Any], indent: int) -> list[str]:
    lines = []
    for key, value in data.items():
        lines += _entry(f"{' ' * indent}{key}:", value, indent)
    return lines


def _entry(head: str, value: Any, indent: int) -> list[str]:
    """A key or a dash with its value: on one line where it fits, else below."""
    if isinstance(value, str) and len(head) + len(value) + 3 > WIDTH and _foldable(value):
        inner = " " * (indent + 2)
        return [f"{head} >-", *(f"{inner}{line}" for line in _folded(value, WIDTH - len(inner)))]
    if isinstance(value, str) and _plain(value, _SENTENCE):
        return [f"{head} {value}"]
    if isinstance(value, str) and re.search('[\n"]', value) and _blockable(value):
        inner = " " * (indent + 2)
        return [f"{head} |-", *(f"{inner}{line}".rstrip() for line in value.split("\n"))]
    if isinstance(value, dict | list) and value and not _short(head, value):
        below = _mapping(value, indent + 2) if isinstance(value, dict) else _list(value, indent + 2)
        return [head, *below]
    return [f"{head} {flow(value)}"]


def _blockable(value: str) -> bool:
    """Whether it comes out the same from a block of lines."""
    trailing = any(line != line.rstrip() for line in value.split("\n"))
    return bool(_BLOCK.fullmatch(value)) and value == value.strip() and not trailing


def _foldable(value: str) -> bool:
    """Whether it comes out the same from lines that are joined with a blank each."""
    return bool(_BLOCK.fullmatch(value)) and value == " ".join(value.split()) and "\n" not in value


def _folded(value: str, width: int) -> list[str]:
    return textwrap.wrap(value, width, break_long_words=False, break_on_hyphens=False)


def _plain(value: str, pattern: re.Pattern[str]) -> bool:
    return (
        bool(pattern.fullmatch(value) and _BLOCK.fullmatch(value))
        and value.casefold() not in _WORDS
        and value == value.strip()
    )


def _short(head: str, value: Any) -> bool:
    """Whether it stands on one line: no text of several lines, and no more than one list of mappings."""
    line = flow(value)
    deep = isinstance(value, list) and any(isinstance(each, dict) for each in value)
    deep = deep or (isinstance(value, dict) and any(isinstance(v, dict | list) for v in value.values()))
    whole = head.rstrip().endswith("-") or not deep
    return whole and "\\n" not in line and len(head) + 1 + len(line) <= WIDTH


def _list(data: list[Any], indent: int) -> list[str]:
    lines = []
    for value in data:
        dash = f"{' ' * indent}-"
        if isinstance(value, dict) and value and not _short(dash, value):
            first, *more = _mapping(value, indent + 2)
            lines += [f"{dash} {first.strip()}", *more]
        else:
            lines += _entry(dash, value, indent)
    return lines


def flow(value: Any) -> str:
    """The value on one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    if isinstance(value, str) and _plain(value, _PLAIN):
        return value
    dumped = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", dumped)
