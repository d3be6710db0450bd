"""What texts without quotes mean in our YAML, and which of them mean something else to people or to other readers."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from app.core.codes import Code
from app.core.codes.files import CUT_OFF, OLD_NUMBER
from app.core.problem import Problem

_ODD = frozenset("0123456789+-.~tTfFnN") | {""}  # how all begins that may be something else than a text
_NULL = re.compile(r"\A(?:~|null|Null|NULL|)\Z")
_BOOL = re.compile(r"\A(?:true|True|TRUE|false|False|FALSE)\Z")
_INT = re.compile(r"\A[-+]?[0-9]+\Z")
_OLD = re.compile(r"\A[-+]?(?:0[0-9]+|[0-9]+(?:_[0-9]+)+)\Z")
_COMMENT = re.compile(r"(?<=\S)[ \t]+(#\w.*)")
_FLOAT = re.compile(r"\A[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML without its types: what a text without quotes is, we say ourselves."""

    def resolve(self, kind: type[yaml.Node], value: str, implicit: object) -> str:
        """No type, whatever it is."""
        return ""


def remark(node: yaml.ScalarNode) -> tuple[str, Code] | None:
    """What is odd about a text without quotes, though it can be read."""
    text: str = node.value
    if text[:1] in _ODD and _OLD.match(text):
        plain = re.sub(r"_|(?<![0-9])0+(?=[0-9])", "", text)
        return f'other YAML readers take {text} for another number; write {plain}, or "{text}"', OLD_NUMBER
    return None


def cut_off(text: str, node: yaml.Node, file: str) -> Iterator[Problem]:
    """Texts without quotes that end before a # with something right behind it: it may have been meant to be said."""
    if not _COMMENT.search(text):
        return
    ends = {
        (number, found.start()): found[1]
        for number, line in enumerate(text.split("\n"))
        for found in _COMMENT.finditer(line)
    }
    for scalar in _scalars(node):
        end = scalar.end_mark.line, scalar.end_mark.column
        if not scalar.style and (rest := ends.get(end)):
            message = (
                f'the text ends here, and "{rest}" is a comment; put it in quotes, or a blank behind the #'
            )
            yield Problem(file, end[0] + 1, end[1] + 1, message, CUT_OFF)


def _scalars(node: yaml.Node) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.CollectionNode):
        for item in node.value:
            for part in item if isinstance(item, tuple) else (item,):
                yield from _scalars(part)


def scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style or text[:1] not in _ODD:  # quoted, a block, or like nothing else: text
        return text
    if _NULL.match(text):
        return None
    if _BOOL.match(text):
        return text.lower() == "true"
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
