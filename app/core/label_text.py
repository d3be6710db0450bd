"""Where files of ours name a label, and the same files with another name for it. Texts in, texts out; reads no file.

A file is changed at those places and nowhere else: comments, order and layout stay. In YAML a label is named by a value
that is the label (or `+label`, `-label`), by `"label"` behind adds or removes in a timeline, in quotes in expressions,
and in texts as code or as ~label. What prose says otherwise is told and left to people.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import yaml

from app.core.problem import Problem
from app.core.scalars import Loader

# Keys below which a text that looks like a label is something else: a block's heading, a word, a name.
OTHERS = frozenset(
    ("id", "name", "summary", "why", "about", "title", "heading", "block", "blocks", "says")
) | frozenset(("template", "templates", "project", "board", "boards", "calendar"))
TIMELINE = "timeline"
_MOVES = re.compile(r"^[ \t]*\S+[ \t]+[\w.-]+[ \t]+(?:adds|removes)[ \t].*$", re.M)
_JINJA = re.compile(r"\{[{%].*?[%}]\}", re.S)


@dataclass(frozen=True, order=True)
class Mention:
    """One place where a label is named: line and column from 1, and the line itself."""

    file: str
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


@dataclass(frozen=True)
class Renamed:
    """A file with the new name. `changed` are the places that were; `prose` those that name the old one still;
    `patterns` those that fit the old name and not the new one; `names_new` whether the new name was there already."""

    text: str
    changed: tuple[Mention, ...] = ()
    prose: tuple[Mention, ...] = ()
    patterns: tuple[Mention, ...] = ()
    names_new: bool = False
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Names:
    """The old and the new name, and how the old one is found in a text."""

    old: str
    new: str

    @property
    def _words(self) -> str:
        """The old name, which a folded text may break between words."""
        return r"\s+".join(re.escape(word) for word in self.old.split())

    def in_text(self, raw: str, *, timeline: bool = False) -> str:
        """The text with the new name where the old one is marked as a label."""
        marked = rf"(`|~\\?\"){self._words}(`|\\?\")"
        raw = re.sub(marked, lambda m: f"{m[1]}{self.new}{m[2]}", raw)
        if " " not in self.old:
            bare = f'~"{self.new}"' if " " in self.new else f"~{self.new}"
            raw = re.sub(rf"(?<![\w~])~{self._words}(?![\w:-])", lambda _: bare, raw)
        if timeline:
            return _MOVES.sub(lambda m: self._quoted(m[0]), raw)
        return _JINJA.sub(lambda m: self._quoted(m[0]), raw)

    def in_expression(self, raw: str) -> str:
        """The text of an expression, in which a label stands in quotes."""
        return self._quoted(raw)

    def _quoted(self, raw: str) -> str:
        return re.sub(rf"(\\?[\"']){self._words}(\\?[\"'])", lambda m: f"{m[1]}{self.new}{m[2]}", raw)

    def whole(self, value: str) -> str | None:
        """The new value of one that is the label, with `+` or `-` before it or without."""
        if value == self.old:
            return self.new
        sign = value[:1] if value[:1] in ("+", "-") else ""
        return sign + self.new if value[len(sign) :] == self.old else None


def renamed_text(text: str, file: str, old: str, new: str) -> Renamed:
    """A Markdown or Jinja text, with its quick actions and code."""
    names = Names(old, new)
    found = _lines(text, names.in_text(text), file, old)
    return Renamed(names.in_text(text), found, _prose(names.in_text(text), file, names))


def renamed_yaml(text: str, file: str, old: str, new: str) -> Renamed:
    """A YAML file. What cannot be read, or does not come out as meant, is in `problems`, and nothing is changed."""
    names = Names(old, new)
    try:
        root = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError:
        return Renamed(text, problems=(Problem(file, 0, 0, "this is no YAML; run triage rules check"),))
    if root is None:
        return Renamed(text)
    scalars = list(_scalars(root, ()))
    pieces, at = list[str](), 0
    changed, patterns, wrong = list[Mention](), list[Mention](), list[Problem]()
    for key, node in sorted(scalars, key=lambda each: each[1].start_mark.index):
        start, end = node.start_mark.index, node.end_mark.index
        raw = text[start:end]
        edited = _edited(names, key, node, raw)
        if edited != raw:
            changed += [_mention(text, file, start + offset) for offset in _differing(raw, edited, old)]
            if _read(edited, node, text, start) != _wanted(names, key, node):
                message = (
                    f'it names the label "{old}" in a way that cannot be changed safely; change it by hand'
                )
                wrong.append(Problem(file, node.start_mark.line + 1, node.start_mark.column + 1, message))
        elif _pattern(key, node.value, old, new):
            patterns.append(_mention(text, file, start))
        pieces += [text[at:start], edited]
        at = end
    done = "".join([*pieces, text[at:]])
    if wrong:
        return Renamed(text, problems=tuple(wrong))
    there = any(Names(new, new).whole(node.value) and not _other(key) for key, node in scalars)
    return Renamed(done, tuple(changed), _prose(done, file, names), tuple(patterns), there)


def _scalars(node: yaml.Node, key: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], yaml.ScalarNode]]:
    """The values with the keys above them; a list's items stand under its key."""
    if isinstance(node, yaml.ScalarNode):
        yield key, node
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(value, (*key, str(name.value)))
    else:
        for item in node.value:
            yield from _scalars(item, key)


def _other(key: tuple[str, ...]) -> bool:
    return bool(key) and key[-1] in OTHERS


def _wanted(names: Names, key: tuple[str, ...], node: yaml.ScalarNode) -> str:
    """The value with the new name."""
    value: str = node.value
    if _other(key):
        return value if key[-1] in ("id", "name", "why") else names.in_text(value)
    if (whole := names.whole(value)) is not None:
        return whole
    if key and key[-1] == "cel":
        return names.in_expression(value)
    return names.in_text(value, timeline=bool(key) and key[-1] == TIMELINE)


def _edited(names: Names, key: tuple[str, ...], node: yaml.ScalarNode, raw: str) -> str:
    """The value as it stands in the file, with the new name."""
    wanted = _wanted(names, key, node)
    if wanted == node.value:
        return raw
    if names.whole(node.value) is not None and not _other(key):
        return _written(wanted, node.style)
    if key and key[-1] == "cel":
        return names.in_expression(raw)
    return names.in_text(raw, timeline=bool(key) and key[-1] == TIMELINE)


def _written(value: str, style: str | None) -> str:
    """One short value, in quotes where it had some or needs them."""
    if style == "'":
        return "'" + value.replace("'", "''") + "'"
    if not style and _plain(value):
        return value
    return json.dumps(value, ensure_ascii=False)


def _plain(value: str) -> bool:
    """Whether YAML reads the text as itself without quotes, in a list of one line too."""
    try:
        node = yaml.compose(f"[{value}]", Loader=Loader)
    except yaml.YAMLError:
        return False
    odd = re.fullmatch(r"(?i)true|false|null|~|yes|no|on|off|[-+]?[.\d].*", value)
    if odd or ": " in value or "::" in value or " #" in value or not isinstance(node, yaml.SequenceNode):
        return False
    return [item.value for item in node.value] == [value] and all(not n.style for n in node.value)


def _read(edited: str, node: yaml.ScalarNode, text: str, start: int) -> Any:
    """What YAML reads there now; the text before it is only indentation and a key."""
    before = text[:start].rpartition("\n")[2]
    indent = re.match(r"[ -]*", before)
    lead = " " * (len(indent[0]) if indent else 0)
    try:
        found = yaml.compose(f"{lead}k: {edited}\n", Loader=Loader)
    except yaml.YAMLError:
        return None
    return found.value[0][1].value if isinstance(found, yaml.MappingNode) else None


def _pattern(key: tuple[str, ...], value: str, old: str, new: str) -> bool:
    """Whether a pattern or a beginning fits the old name, and no longer the new one."""
    if key[-1:] == ("prefix",):
        return old.startswith(value) and not new.startswith(value)
    globbed = key[-1:] in (("label",), ("label_on",)) and bool(set(value) & set("*?"))
    return globbed and fnmatchcase(old, value) and not fnmatchcase(new, value)


def _differing(raw: str, edited: str, name: str) -> list[int]:
    """Where the old name stands first in each line that differs."""
    before, after = raw.split("\n"), edited.split("\n")
    if len(before) != len(after):
        return [0]
    found, at = list[int](), 0
    for old, new in zip(before, after, strict=True):
        if old != new:
            first = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
            found.append(at + max(0, old.rfind(name, 0, first + len(name))))
        at += len(old) + 1
    return found


def _lines(text: str, after: str, file: str, name: str) -> tuple[Mention, ...]:
    return tuple(_mention(text, file, at) for at in _differing(text, after, name)) if text != after else ()


def _prose(text: str, file: str, names: Names) -> tuple[Mention, ...]:
    """Where the text says the old name still, and not as a part of the new one."""
    taken = [m.span() for m in re.finditer(re.escape(names.new), text)]
    found = re.finditer(rf"(?<![\w:]){re.escape(names.old)}(?![\w:]|-\w)", text)
    free = (m.start() for m in found if not any(a <= m.start() < b for a, b in taken))
    return tuple(_mention(text, file, at) for at in free)


def _mention(text: str, file: str, at: int) -> Mention:
    line = text.count("\n", 0, at) + 1
    start = text.rfind("\n", 0, at) + 1
    return Mention(file, line, at - start + 1, text[start:].split("\n", 1)[0].strip())
