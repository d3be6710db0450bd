"""A policies file read with its places: anchors and merge keys resolved, and its rules listed section by section."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import yaml

from app.core.document import Document, Path, parse
from app.core.problem import Problem

RESOURCES = ("issues", "merge_requests", "epics", "branches", "work_items")
MERGE = "<<"
MOST = 100_000  # values in a file once its anchors are written out


class PolicyRule(NamedTuple):
    """One rule as it stands in the file. `path` is its place, `resource` what it is for."""

    document: Document
    path: Path
    resource: str
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Its name on one line, cut."""
        return " ".join(str(self.data.get("name") or "a rule without a name").split())[:200]

    @property
    def line(self) -> int:
        """The line on which it begins: an anchor's where it stands for one."""
        return self.document.problem(self.path, "").line

    def part(self, key: str) -> Mapping[str, Any]:
        """Its `conditions` or `actions`; empty where there are none, or no mapping."""
        found = self.data.get(key)
        return found if isinstance(found, Mapping) else {}

    def problem(self, message: str, *path: str | int) -> Problem:
        """A remark at that place of the rule."""
        return remark(self.document, (*self.path, *path), message)


def remark(document: Document, path: Path, message: str) -> Problem:
    """Something to be said of that place: not by a code, since those are of faults in our own rules."""
    return replace(document.problem(path, message, at_key=True), code=None)


def read(text: str, file: str) -> Document:
    """The document with merge keys resolved; what is wrong with its YAML is in `problems`, and it is read all the same
    where a key is given twice: the last one counts, as with gitlab-triage."""
    text = text.removeprefix("\ufeff")
    if _too_large(text):
        problem = Problem(file, 1, 1, f"its anchors come to more than {MOST} values; write it shorter")
        return Document(file, problems=[problem])
    found = parse(text, file, merging=True)
    # Their codes are those of our rules' faults.
    document = Document(file, problems=[replace(p, code=None) for p in dict.fromkeys(found.problems)])
    if found.data is not None:
        document.data = _resolved(found, found.data, (), document, ())
    return document


def _too_large(text: str) -> bool:
    """Whether the anchors, written out, come to too many values. What is no YAML at all is for others to tell."""
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return node is not None and _size(node, {}) > MOST
    except (yaml.YAMLError, RecursionError):
        return False


def _size(node: yaml.Node, known: dict[int, int]) -> int:
    if id(node) not in known:
        parts = [node.value] if isinstance(node, yaml.ScalarNode) else node.value
        flat = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
        known[id(node)] = 1 + sum(_size(each, known) for each in flat if isinstance(each, yaml.Node))
    return known[id(node)]


def _resolved(found: Document, data: Any, path: Path, into: Document, to: Path) -> Any:
    """The value with its merge keys resolved; its places are noted in `into`, at `to`."""
    into.values[to] = found.values[path]
    if path in found.keys:
        into.keys[to] = found.keys[path]
    if isinstance(data, dict):
        items = dict[str, tuple[Any, Path]]()
        for key, value, place in _items(found, data, path):
            items.setdefault(key, (value, place))
        return {
            key: _resolved(found, value, place, into, (*to, key)) for key, (value, place) in items.items()
        }
    if isinstance(data, list):
        return [_resolved(found, item, (*path, i), into, (*to, i)) for i, item in enumerate(data)]
    return data


def _items(found: Document, data: dict[str, Any], path: Path) -> Iterator[tuple[str, Any, Path]]:
    """The mapping's own keys, then those that it takes over, nearest first."""
    for key, value in data.items():
        if key != MERGE:
            yield key, value, (*path, key)
    merged = data.get(MERGE)
    parts = [(merged, (*path, MERGE))] if isinstance(merged, dict) else []
    if isinstance(merged, list):
        parts = [(part, (*path, MERGE, i)) for i, part in enumerate(merged) if isinstance(part, dict)]
    for part, place in parts:
        yield from _items(found, part, place)


def rules(document: Document) -> list[PolicyRule]:
    """Every rule of every resource, in the order of the file; those within summaries are not among them."""
    return list(_listed(document, "rules"))


def summaries(document: Document) -> list[PolicyRule]:
    """Every summary of every resource."""
    return list(_listed(document, "summaries"))


def summarised(document: Document) -> list[PolicyRule]:
    """The rules within summaries."""
    found = []
    for summary in summaries(document):
        inner = summary.data.get("rules")
        for i, data in enumerate(inner if isinstance(inner, list) else []):
            if isinstance(data, Mapping):
                found.append(PolicyRule(document, (*summary.path, "rules", i), summary.resource, data))
    return found


def sections(document: Document) -> Mapping[str, Any]:
    """What stands below `resource_rules`, by resource."""
    data = document.data if isinstance(document.data, Mapping) else {}
    found = data.get("resource_rules")
    return found if isinstance(found, Mapping) else {}


def misshapen(document: Document) -> Iterator[Problem]:
    """What stands where a section, a list of rules or a rule belongs, and is none."""
    for resource, section in sections(document).items():
        place: Path = ("resource_rules", resource)
        if not isinstance(section, Mapping | None):
            yield remark(document, place, f"{resource} is no mapping with rules")
        for key in ("rules", "summaries") if isinstance(section, Mapping) else ():
            listed = section.get(key)
            if not isinstance(listed, list | None):
                yield remark(document, (*place, key), f"{key} is no list")
            for i, data in enumerate(listed if isinstance(listed, list) else []):
                if not isinstance(data, Mapping):
                    yield remark(document, (*place, key, i), "it is no mapping, and so no rule")


def _listed(document: Document, key: str) -> Iterator[PolicyRule]:
    for resource, section in sections(document).items():
        listed = section.get(key) if isinstance(section, Mapping) else None
        for i, data in enumerate(listed if isinstance(listed, list) else []):
            if isinstance(data, Mapping):
                yield PolicyRule(document, ("resource_rules", resource, key, i), resource, data)
