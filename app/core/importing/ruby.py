"""Ruby conditions, as far as they are made of common idioms joined by and, or, not. Nothing is ever run.

The text is split at operators outside quotes, brackets and patterns; what is left must be an idiom word for word.
"""

import re
from collections.abc import Iterator

from app.core.importing.found import Leaf
from app.core.importing.idioms import idiom

LONGEST, DEEPEST = 2000, 40
_OPENING, _CLOSING = "([{", ")]}"
_WORD = re.compile(r"(?:and|or)(?![\w?!:])")


class Unread(ValueError):
    """A part that no idiom covers."""


def read_ruby(text: str) -> tuple[Leaf, list[str]]:
    """The condition, and what it means otherwise here. Errors: Unread with the part."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    if len(text) > LONGEST:
        raise Unread("it is too long")
    remarks: list[str] = []
    return _read(" ".join(" ".join(lines).split()), remarks, 0), remarks


def _read(text: str, remarks: list[str], depth: int) -> Leaf:
    text = _bare(text.strip())
    if depth > DEEPEST:
        raise Unread("it is nested too deeply")
    words = {word for _, _, word in _splits(text) if word in ("and", "or")}
    if words == {"and", "or"}:
        raise Unread("it mixes `and` with `or`, which Ruby reads from left to right")
    for operator, join in (("or", "any"), ("and", "all"), ("not", ""), ("||", "any"), ("&&", "all")):
        if operator == "not":
            if re.match(r"not\b(?![?!:])", text):
                return _denied(_read(text[3:], remarks, depth + 1))
            continue
        parts = _parts(text, operator)
        if len(parts) > 1:
            return _joined(join, [_read(part, remarks, depth + 1) for part in parts])
    if text.startswith("!") and not text.startswith(("!=", "!~")):
        return _denied(_read(text[1:], remarks, depth + 1))
    found = idiom(text)
    if found is None:
        raise Unread(text[:120] or "nothing")
    remarks += [found[1]] if found[1] else []
    return found[0]


def _joined(join: str, parts: list[Leaf]) -> Leaf:
    flat = [inner for part in parts for inner in (part[join] if set(part) == {join} else [part])]
    alike = [part for i, part in enumerate(flat) if part not in flat[:i]]
    return alike[0] if len(alike) == 1 else {join: alike}


def _denied(leaf: Leaf) -> Leaf:
    """The contrary, said as plainly as it can be."""
    if set(leaf) == {"not"}:
        inner: Leaf = leaf["not"]
        return inner
    if "label" in leaf:
        return {"label": leaf["label"], **({} if leaf.get("on") is False else {"on": False})}
    for key in ("assignee", "milestone", "due_date", "labels", "weight"):
        if leaf.get(key) in ("none", "any"):
            return {key: "any" if leaf[key] == "none" else "none"}
    if set(leaf) == {"any"}:
        return {"all": [_denied(part) for part in leaf["any"]]}
    return {"not": leaf}


def _bare(text: str) -> str:
    """The text without brackets that go around the whole."""
    while text.startswith("(") and _end(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _end(text: str, start: int) -> int:
    """Where the bracket that opens at `start` is closed; -1 where it is not."""
    depth = 0
    for at, char in _code(text):
        if at >= start and char in _OPENING:
            depth += 1
        elif at >= start and char in _CLOSING:
            depth -= 1
            if depth == 0:
                return at
    return -1


def _parts(text: str, operator: str) -> list[str]:
    """The text between that operator where it stands outside brackets."""
    found, start = [], 0
    for at, end, word in _splits(text):
        if word == operator:
            found.append(text[start:at])
            start = end
    return [*found, text[start:]]


def _splits(text: str) -> Iterator[tuple[int, int, str]]:
    """Operators outside brackets: where each begins and ends."""
    depth, skip = 0, -1
    for at, char in _code(text):
        depth += (char in _OPENING) - (char in _CLOSING)
        if depth or at <= skip:
            continue
        if text.startswith(("&&", "||"), at):
            yield at, at + 2, text[at : at + 2]
            skip = at + 1
        elif (word := _WORD.match(text, at)) and not re.match(r"[\w.:@]", text[at - 1 : at]):
            yield at, word.end(), word[0]


def _code(text: str) -> Iterator[tuple[int, str]]:
    """The characters outside quotes and patterns, each with its place."""
    quote, before = "", ""
    escaped = False
    for at, char in enumerate(text):
        if quote:
            if escaped or char == "\\":
                escaped = not escaped
            elif char == quote:
                quote = ""
            continue
        if char in "'\"" or (char == "/" and before in ("", "(", "~", ",", "!", "{", "|", "&")):
            quote = char
            before = char
            continue
        if char != " ":
            before = char
        yield at, char
