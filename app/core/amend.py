"""One item added to a list in a YAML text, as lines of text: comments, order and style of all the rest stay.

The result is read again: it says what was said before and the item, or it is not given.
"""

import json
import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import yaml

from app.core.document import Path, parse

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*|[0-9]+[a-z]|\d{4}-\d{2}-\d{2}")
_TAKEN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_BREAK = re.compile(r"\r\n|\n|\r")


class NotAmended(ValueError):
    """The text is written in a way into which the item cannot be put by itself."""


def amended(text: str, path: Path, item: dict[str, Any], after: Iterable[str] = ()) -> tuple[str, int]:
    """The text with the item in the list at `path`, and the line (from 1) on which it stands: the last one, in a list
    on one line the first.

    Where there is no such list, it is begun behind the first of the keys `after` that stands beside it. Errors:
    NotAmended.
    """
    before = parse(text, "")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise NotAmended(str(error)) from None
    parent = _at(root, path[:-1])
    key, words = str(path[-1]), flow(item)
    if not isinstance(parent, yaml.MappingNode):
        raise NotAmended(f"there is no {'.'.join(map(str, path[:-1]))}")
    there = _child(parent, key)
    position, piece = _appended(there, text, words) if there else _begun(parent, text, key, words, after)
    found = text[:position] + piece + text[position:]
    if _data(found) not in (_with(before.data, path, item, end) for end in (True, False)):
        raise NotAmended(f'"{key}" is written in a way that cannot be added to')
    return found, len(_BREAK.findall(found[: position + piece.index(words)])) + 1


def flow(value: object) -> str:
    """A value on one line, as YAML 1.1 and 1.2 read it alike: `{before: 2026-03-10, target: 48h}`."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, str) and not (_PLAIN.fullmatch(value) and value.lower() not in _TAKEN):
        quoted = json.dumps(value, ensure_ascii=False)
        return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


def _appended(node: yaml.Node, text: str, words: str) -> tuple[int, str]:
    """Where in the text the item goes into a list that is there, and with what around it."""
    if not isinstance(node, yaml.SequenceNode):
        raise NotAmended("what stands there is no list")
    if node.flow_style:  # first, since before the closing bracket a comma or a comment may stand
        return node.start_mark.index + 1, words + (", " if node.value else "")
    indent = " " * int(node.start_mark.column)
    return _new_lines(text, _end(node.value[-1]), [f"{indent}- {words}"])


def _begun(
    parent: yaml.MappingNode, text: str, key: str, words: str, after: Iterable[str]
) -> tuple[int, str]:
    """Where in the text the list begins, and how."""
    children = [child for name in after if (child := _child(parent, name))]
    if not children or not parent.value:
        raise NotAmended(f'there is no place for "{key}"')
    end = _end(children[0])
    if parent.flow_style:
        return end, f", {key}: [{words}]"
    indent = " " * int(parent.value[0][0].start_mark.column)
    return _new_lines(text, end, [f"{indent}{key}:", f"{indent}  - {words}"])


def _new_lines(text: str, end: int, lines: list[str]) -> tuple[int, str]:
    """The lines behind the line on which `end` is, with the line ends that the text has."""
    known = _BREAK.search(text)
    newline = known.group() if known else "\n"
    here = _BREAK.search(text, end)
    joined = newline.join(lines)
    return (here.end(), joined + newline) if here else (len(text), newline + joined)


def _end(node: yaml.Node) -> int:
    """The index behind the last character of the node. A block has no end of its own: its last value's counts."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
        raise NotAmended("a block of text stands where the new lines would go")
    return int(node.end_mark.index)


def _child(node: yaml.MappingNode, key: str | int) -> yaml.Node | None:
    return next((value for name, value in node.value if name.value == str(key)), None)


def _at(node: yaml.Node | None, path: Path) -> yaml.Node | None:
    for key in path:
        node = _child(node, key) if isinstance(node, yaml.MappingNode) else None
    return node


def _data(text: str) -> Any:
    document = parse(text, "")
    return document.problems or document.data


def _with(data: Any, path: Path, item: dict[str, Any], at_end: bool) -> Any:
    """The data with the item in the list."""
    found = deepcopy(data)
    place = found
    for key in path[:-1]:
        place = place[key]
    there = place.get(path[-1], [])
    place[path[-1]] = [*there, item] if at_end else [item, *there]
    return found
