"""The texts that people can change: Jinja in a sandbox. What we did not write ourselves is quoted when printed."""

import re
from collections.abc import Callable, Mapping, MutableMapping, Set
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, meta, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from app.core.document import one_of
from app.core.quoting import mark, settle
from app.core.text import Ours, quote

# The values of a text, or what works out those of the names that are asked for.
Filling = Mapping[str, Any] | Callable[[tuple[str, ...]], Mapping[str, Any]]

# Texts as they last came out, with what they were made of.
Said = MutableMapping[str | tuple[str, ...], tuple[object, Ours]]

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
_PLAIN = re.compile(r"\{\{ *([a-z]\w*)(?:\.\w+)? *\}\}")
_CONSTANTS = {"true", "false", "none"}
_LEFT = re.compile(r"\{[{%#]|[%#}]\}")
_ONE_BRACE = re.compile(r"(?<![{%])\{(\w+)\}(?![}%])")


class WordsError(ValueError):
    """A text that cannot be used; `line` counts from 1 in the text."""

    def __init__(self, line: int, message: str) -> None:
        self.line = line
        super().__init__(message)


def _printed(value: object) -> object:
    """What stands in braces: our own words as they are, all else as a quote."""
    return value if isinstance(value, Ours | bool | int) else mark(quote(str(value)))


def _quoted(value: object, limit: int = 80) -> Ours:
    return Ours(mark(quote(str(value), limit)))


class _Sandbox(ImmutableSandboxedEnvironment):
    """No code, no change of what it is given, and nothing that grows: a text is a text."""

    intercepted_binops = frozenset({"*", "**", "%"})

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is called: `format` alone can fill the memory."""
        return False

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
    try:
        text = _compiled(source).render(values)
    except Exception as error:  # whatever a text may do, it is the text's fault
        raise WordsError(getattr(error, "lineno", 0) or 1, f"{type(error).__name__}: {error}") from error
    return Ours(settle(_BLANKS.sub("\n\n", text).strip()))


def fill_again(source: str, values: Filling, before: Said) -> Ours:
    """The same, as it came out before where the values that the text uses are the same: most texts are put together at
    each look at an issue, and come out alike. `before` is kept for one issue, and holds each text once."""
    names = names_in(source)
    filled = values(names) if callable(values) else values
    key = [value if (value := filled.get(name)).__class__ is Ours else frozen(value) for name in names]
    kept = before.get(source)
    if kept is not None and kept[0] == key:
        return kept[1]
    text = render(source, filled)
    before[source] = (key, text)
    return text


@lru_cache(maxsize=512)
def names_in(source: str) -> tuple[str, ...]:
    """The names of the values that a text uses, in order. Errors: WordsError."""
    try:
        return tuple(sorted(meta.find_undeclared_variables(_SANDBOX.parse(source))))
    except TemplateSyntaxError as error:
        raise WordsError(error.lineno, f"TemplateSyntaxError: {error.message}") from error


def frozen(value: Any) -> object:
    """The value with its kinds, all the way down, as a key: our own words are not people's, be they alike."""
    if isinstance(value, Mapping):
        return tuple([(name, frozen(value[name])) for name in value])
    if isinstance(value, list | tuple):
        return tuple([frozen(item) for item in value])
    return value.__class__, value


def faults(source: str, known: Set[str]) -> list[WordsError]:
    """What is wrong with a text that may use the names in `known`."""
    try:
        names = _plain_names(source)
        if names is None:
            parsed = _SANDBOX.parse(source)
            for node in parsed.find_all(_REFUSED):
                return [WordsError(node.lineno, f"a text has no {type(node).__name__.lower()}; write it out")]
            names = _undeclared(parsed)
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


def _undeclared(parsed: nodes.Template) -> set[str]:
    """The names that a text takes from outside: all of them where it sets none itself. Only else are scopes gone
    through, which takes long. Errors: TemplateSyntaxError for an unknown filter or test, inside an `if` too."""
    for node in parsed.find_all((nodes.Filter, nodes.Test)):
        known = _SANDBOX.filters if isinstance(node, nodes.Filter) else _SANDBOX.tests
        if node.name not in known:
            message = f"No {type(node).__name__.lower()} named {node.name!r}."
            raise TemplateSyntaxError(message, node.lineno)
    names = list(parsed.find_all((nodes.Name, nodes.NSRef)))
    if all(isinstance(node, nodes.Name) and node.ctx == "load" for node in names):
        return {node.name for node in names if isinstance(node, nodes.Name)}
    return meta.find_undeclared_variables(parsed)


def _plain_names(source: str) -> set[str] | None:
    """The names of a text with nothing but `{{ name }}` in it, as most are; None for any other. Finding them so takes a
    fiftieth of the time."""
    if _LEFT.search(_PLAIN.sub("", source)):
        return None
    return {match[1] for match in _PLAIN.finditer(source)} - _CONSTANTS


def _line_of(source: str, name: str) -> int:
    match = re.search(rf"\{{[{{%][^}}]*\b{re.escape(name)}\b", source)
    return source.count("\n", 0, match.end()) + 1 if match else 1
