"""YAML with places: text -> data, and for each value the line and column where it stands. No files are read here.

Scalars follow YAML 1.2 (`no` and `on` are text), and a key given twice is a fault.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from app.core.codes import Code
from app.core.codes.files import (
    INVALID,
    MISSING_KEY,
    NO_KEY,
    NO_TEXT,
    NO_YAML,
    TWICE,
    UNKNOWN_KEY,
    UNKNOWN_VALUE,
)
from app.core.codes.names import ODD_NAME
from app.core.problem import Problem
from app.core.scalars import Loader, cut_off, remark, scalar

Path = tuple[str | int, ...]
CODE_OF = {"literal_error": UNKNOWN_VALUE, "odd_name": ODD_NAME}  # by pydantic's word for the fault


class Model(BaseModel):
    """The base of all that is read from YAML: frozen, and an unknown key is an error that suggests the right one."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=False, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _only_known_keys(cls, value: object) -> object:
        if isinstance(value, Mapping):
            known = _keys_of(cls)
            unknown = [key for key in value if key not in known]
            if unknown:
                raise PydanticCustomError(
                    "unknown_keys", "unknown keys", {"unknown": unknown, "known": sorted(known)}
                )
        return value


@lru_cache(maxsize=256)
def _keys_of(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(info.alias or name for name, info in model.model_fields.items())


M = TypeVar("M", bound=Model)


# As an editor knows a day: what `plain_date` takes.
PlainDate = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


def plain_date(value: object) -> object:
    """A day written as 2026-03-02, and nothing else: no instant, no number, no `today`."""
    if isinstance(value, str) and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError(f"{value!r} is no day; write it as 2026-03-02")
    return value


@dataclass
class Document:
    """One YAML text: its data, and where each value and each key stands (line and column from 1).
    `problems` keep it from being read; `remarks` are what it is read in spite of. With `merging`, the key `<<` is one
    like any, for a reader that knows what to do with it."""

    file: str
    data: Any = None
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    merging: bool = False

    def problem(self, path: Path, message: str, code: Code = INVALID, *, at_key: bool = False) -> Problem:
        """A fault at that value, or at its nearest container that stands in the text."""
        places = self.keys if at_key and path in self.keys else self.values
        while path and path not in places:
            path, places = path[:-1], self.values
        line, column = places.get(path, (1, 1))
        return Problem(self.file, line, column, message, code)

    def read(self, model: type[M]) -> M | None:
        """The data as the model, or None with the faults in `problems`."""
        if self.problems:
            return None
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                self.problems.extend(self._faults(fault))
            return None

    def _faults(self, fault: ErrorDetails) -> list[Problem]:
        path, kind = self._path(fault["loc"]), fault["type"]
        context = fault.get("ctx", {})
        if kind == "unknown_keys":
            known = context["known"]
            return [
                self.problem((*path, key), _unknown(str(key), known), UNKNOWN_KEY, at_key=True)
                for key in context["unknown"]
            ]
        if kind == "missing":
            return [self.problem(path, f'"{fault["loc"][-1]}" is missing', MISSING_KEY)]
        if kind == "union_tag_not_found":
            missing = f'"{context["discriminator"].strip(chr(39))}" is missing'
            return [self.problem(path, missing, MISSING_KEY)]
        if kind == "union_tag_invalid":
            known = [tag.strip("' ") for tag in context["expected_tags"].split(",")]
            key = context["discriminator"].strip("'")
            message = f'unknown {key} "{context["tag"]}"; {one_of(context["tag"], known)}'
            return [self.problem((*path, key), message, UNKNOWN_VALUE)]
        if not path and self.data is None:
            return [self.problem(path, "the file is empty", MISSING_KEY)]
        if kind == "string_type" and not isinstance(fault["input"], list | dict):
            return [self.problem(path, _no_text(fault["input"]), NO_TEXT)]
        code, said = CODE_OF.get(kind, INVALID), fault["msg"].removeprefix("Value error, ")
        said = said.replace("a valid tuple", "a valid list")  # YAML has no tuples
        return [self.problem(path, said + _hint(kind, fault["input"], context), code)]

    def place(self, loc: tuple[str | int, ...]) -> Path:
        """Where that stands in the text: parts of the way that the text leaves out are left out."""
        return self._path(loc)

    def _path(self, loc: tuple[str | int, ...]) -> Path:
        """The place in the text for pydantic's location, which also names union members on the way."""
        path: Path = ()
        for part in loc:
            if (*path, part) in self.values:
                path = (*path, part)
        return path


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    if close:
        return f'unknown key "{key}", did you mean "{close[0]}"?'
    return f'unknown key "{key}"; known here: {", ".join(known)}'


def _hint(kind: str, value: object, context: dict[str, Any]) -> str:
    """What to write, where pydantic says only what is wanted; empty where there is nothing to add."""
    if kind in ("list_type", "tuple_type") and isinstance(value, str | int | float):
        return f"; write [{value}]"
    if kind == "literal_error" and isinstance(value, str):
        known = re.findall(r"'([^']*)'", str(context.get("expected")))
        close = difflib.get_close_matches(value, known, n=1, cutoff=0.6)
        return f'; did you mean "{close[0]}"?' if close else ""
    return ""


def _no_text(value: object) -> str:
    if value is None:
        return 'there is nothing here, and a text is wanted; write one, or "" for none'
    said = str(value).lower() if isinstance(value, bool) else str(value)
    return f'YAML reads no text here but {said}; write it in quotes: "{said}"'


def parse(text: str, file: str, *, merging: bool = False) -> Document:
    """The document; faults of YAML itself are in its `problems`, never raised."""
    document = Document(file, merging=merging)
    try:
        node = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = error.problem or error.context or "it cannot be read"
        document.problems.append(Problem(file, line, column, f"this is no YAML: {what}", NO_YAML))
        return document
    except yaml.YAMLError as error:
        document.problems.append(Problem(file, 1, 1, f"this is no YAML: {error}", NO_YAML))
        return document
    try:
        document.data = _value(document, node, ()) if node is not None else None
        document.remarks += cut_off(text, node, file) if node is not None else ()
    except RecursionError:
        document.problems.append(
            Problem(file, 1, 1, "this is nested too deeply, or contains itself", NO_YAML)
        )
    return document


def _value(document: Document, node: yaml.Node, path: Path) -> Any:
    document.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(document, node, path)
    if isinstance(node, yaml.SequenceNode):
        return [_value(document, item, (*path, i)) for i, item in enumerate(node.value)]
    assert isinstance(node, yaml.ScalarNode)  # the three kinds of node there are
    if not node.style and (found := remark(node)):
        document.remarks.append(document.problem(path, *found))
    return scalar(node)


def _mapping(document: Document, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        # In quotes it is a key like others.
        merge = isinstance(key_node, yaml.ScalarNode) and key_node.value == "<<" and not key_node.style
        if not isinstance(key_node, yaml.ScalarNode) or (merge and not document.merging):
            message = 'YAML takes this for its own; write a text with braces in quotes: "{{ due }}"'
            if isinstance(key_node, yaml.ScalarNode):
                message = "<< merges nothing here; write out what holds"
            document.problems.append(Problem(document.file, *place, message, NO_KEY))
            continue
        key = str(key_node.value)
        if key in found:
            first = document.keys[(*path, key)]
            message = f'"{key}" is given twice, first at {first[0]}:{first[1]}; keep one'
            document.problems.append(Problem(document.file, *place, message, TWICE))
        document.keys[(*path, key)] = place
        found[key] = _value(document, value_node, (*path, key))
    return found


def one_of(name: str, known: list[str] | frozenset[str]) -> str:
    """The remedy for a name that is not known: the nearest one, or all of them."""
    close = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"known: {', '.join(sorted(known)) or 'none'}"
