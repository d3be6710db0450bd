"""The texts that people can change: Jinja in a sandbox. What we did not write ourselves is quoted when printed."""

import re
from collections.abc import Mapping, Set
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.document import one_of
from app.core.text import Ours, quote

_BLANKS = re.compile(r"\n[ \t]*\n(?:[ \t]*\n)+")
_REFUSED = (
    nodes.Include,
    nodes.Import,
    nodes.FromImport,
    nodes.Extends,
    nodes.Macro,
    nodes.CallBlock,
    nodes.Block,
)
_ONE_BRACE = re.compile(r"(?<![{%])\{(\w+)\}(?![}%])")


class WordsError(ValueError):
    """A text that cannot be used; `line` counts from 1 in the text."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def _printed(value: object) -> object:
    """What stands in braces: our own words as they are, all else as a quote."""
    return value if isinstance(value, Ours | bool | int) else quote(str(value))


def _quoted(value: object, limit: int = 80) -> Ours:
    return quote(str(value), limit)


class _Sandbox(ImmutableSandboxedEnvironment):
    """No code, no change of what it is given, and nothing that grows: a text is a text."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"{operator} is not for texts")


_SANDBOX = _Sandbox(undefined=StrictUndefined, finalize=_printed, trim_blocks=True, lstrip_blocks=True)
_SANDBOX.filters = {"quoted": _quoted, "length": len, "upper": _SANDBOX.filters["upper"]}
_SANDBOX.globals = {}


@lru_cache(maxsize=512)
def _compiled(source: str) -> Template:
    return _SANDBOX.from_string(source)


def render(source: str, values: Mapping[str, Any]) -> Ours:
    """The text with the values in it, blank lines never more than one in a row.

    A value is our own (`Ours`, a number) or else quoted, so that people's text runs nothing and mentions nobody.
    Errors: WordsError.
    """
    return _filled(source, values)


def render_again(source: str, values: Mapping[str, Any]) -> Ours:
    """The same for short texts, of which most come again: the bot says the same to many, and to one at each look."""
    try:
        return _remembered(source, _Values(values, frozen(values)))
    except TypeError:  # a value that cannot be a key
        return _filled(source, values)


def frozen(value: Any) -> object:
    """The value with its kinds, all the way down, as a key: our own words are not people's, be they alike."""
    if isinstance(value, Mapping):
        return tuple([(name, frozen(value[name])) for name in value])
    if isinstance(value, list | tuple):
        return tuple([frozen(item) for item in value])
    return value.__class__, value


class _Values:
    """Values that are the same as others when all of them are, kinds included."""

    __slots__ = ("given", "key")

    def __init__(self, given: Mapping[str, Any], key: object) -> None:
        self.given, self.key = given, key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Values) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)


@lru_cache(maxsize=4096)
def _remembered(source: str, values: _Values) -> Ours:
    return _filled(source, values.given)


def _filled(source: str, values: Mapping[str, Any]) -> Ours:
    try:
        text = _compiled(source).render(values)
    except Exception as error:  # whatever a text may do, it is the text's fault
        raise WordsError(getattr(error, "lineno", 0) or 1, f"{type(error).__name__}: {error}") from error
    return Ours(_BLANKS.sub("\n\n", text).strip())


def faults(source: str, known: Set[str]) -> list[WordsError]:
    """What is wrong with a text that may use the names in `known`."""
    try:
        parsed = _SANDBOX.parse(source)
        for node in parsed.find_all(_REFUSED):
            return [WordsError(node.lineno, f"a text has no {type(node).__name__.lower()}; write it out")]
        names = meta.find_undeclared_variables(parsed)
        _compiled(source)
    except TemplateSyntaxError as error:
        return [WordsError(error.lineno, f"this is no text that can be filled in: {error.message}")]
    found = [
        WordsError(_line_of(source, name), f'unknown placeholder "{name}"; {one_of(name, sorted(known))}')
        for name in sorted(names - known)
    ]
    for match in _ONE_BRACE.finditer(source):
        if match[1] in known:
            message = f"write {{{{ {match[1]} }}}} for {match[0]}: a placeholder stands in two braces"
            found.append(WordsError(source.count("\n", 0, match.start()) + 1, message))
    return found


def _line_of(source: str, name: str) -> int:
    match = re.search(rf"\{{[{{%][^}}]*\b{re.escape(name)}\b", source)
    return source.count("\n", 0, match.end()) + 1 if match else 1
