"""The schemas for editors: what they take is what is loaded, and every key in them is explained."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core.document import parse
from app.rules_schema import MODELS, schema, schema_files
from tests.conftest import ROOT

RULES, TEMPLATES = ROOT / "rules", ROOT / "issue_templates"
FILES = [
    *(("rule", p) for p in sorted(RULES.glob("*.yaml")) if p.stem not in ("labels", "quarters")),
    *(("board", p) for p in sorted(RULES.glob("boards/*.yaml"))),
    *(("calendar", p) for p in sorted(RULES.glob("calendars/*.yaml"))),
    *(("template", p) for p in sorted(TEMPLATES.glob("*.yaml"))),
    *(
        (p.stem, p)
        for p in (RULES / "labels.yaml", RULES / "quarters.yaml", RULES / "texts" / "answers.yaml")
    ),
]
KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "integer": int,
    "number": int | float,
}
NOTES = {"$defs", "$schema", "default", "description", "discriminator", "examples"}
UNDERSTOOD = {
    "$ref",
    "additionalProperties",
    "anyOf",
    "const",
    "enum",
    "items",
    "maxItems",
    "maxLength",
    "minItems",
    "minLength",
}
UNDERSTOOD |= {
    "minProperties",
    "minimum",
    "oneOf",
    "pattern",
    "prefixItems",
    "properties",
    "propertyNames",
    "required",
}
UNDERSTOOD |= {"patternProperties", "type"} | NOTES


def faults(value: Any, node: Any, top: dict[str, Any], at: str = "") -> Iterator[str]:
    """Where the value is not what the schema takes: as much of JSON Schema as ours use."""
    if node is True or node == {}:
        return
    assert node is not False
    assert set(node) <= UNDERSTOOD, set(node) - UNDERSTOOD
    if ref := node.get("$ref"):
        yield from faults(value, top["$defs"][ref.rpartition("/")[2]], top, at)
    if (kind := node.get("type")) and not (
        isinstance(value, KINDS[kind]) and (kind == "boolean") == isinstance(value, bool)
    ):
        yield f"{at}: {value!r} is no {kind}"
        return
    if "const" in node and value != node["const"]:
        yield f"{at}: {value!r} is not {node['const']!r}"
    if "enum" in node and value not in node["enum"]:
        yield f"{at}: {value!r} is none of {node['enum']}"
    for key in ("anyOf", "oneOf"):
        ways = [list(faults(value, way, top, at)) for way in node.get(key, ())]
        if ways and (all(ways) if key == "anyOf" else sum(not way for way in ways) != 1):
            yield from min(ways, key=len) or [f"{at}: several of oneOf fit"]
    if isinstance(value, str):
        if "pattern" in node and not re.search(node["pattern"], value):
            yield f"{at}: {value!r} does not fit {node['pattern']}"
        if len(value) > node.get("maxLength", len(value)):
            yield f"{at}: {value!r} is too long"
        if len(value) < node.get("minLength", 0):
            yield f"{at}: too short"
    if isinstance(value, list):
        if not node.get("minItems", 0) <= len(value) <= node.get("maxItems", len(value)):
            yield f"{at}: {len(value)} items"
        for i, item in enumerate(value):
            listed = node.get("prefixItems", ())
            yield from faults(
                item, listed[i] if i < len(listed) else node.get("items", True), top, f"{at}/{i}"
            )
    if isinstance(value, dict):
        if len(value) < node.get("minProperties", 0):
            yield f"{at}: {len(value)} keys"
        for key in value if "propertyNames" in node else ():
            yield from faults(key, node["propertyNames"], top, f"{at}/{key}")
        known = node.get("properties", {})
        yield from (f"{at}: {key} is missing" for key in node.get("required", ()) if key not in value)
        for key, item in value.items():
            fitting = (n for p, n in node.get("patternProperties", {}).items() if re.search(p, key))
            rest = next(fitting, node.get("additionalProperties", True))
            if key not in known and rest is False:
                yield f"{at}: {key} is unknown"
            else:
                yield from faults(item, known.get(key, rest), top, f"{at}/{key}")


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda each: getattr(each, "stem", each))
def test_editors_find_no_fault_in_the_files_that_we_ship(kind: str, path: Path) -> None:
    found = schema(kind)
    assert list(faults(parse(path.read_text(), path.name).data, found, found)) == []


@pytest.mark.parametrize(
    ("kind", "path", "old", "new"),
    [
        ("rule", "late-activity.yaml", "kind: sla", "kind: slaa"),
        ("rule", "late-activity.yaml", "target: 48h", "target: 2 days"),
        ("rule", "late-activity.yaml", "at: 80%", "at: 800%"),
        ("rule", "late-activity.yaml", "starts: [opened,", "starts: [opend,"),
        ("rule", "late-activity.yaml", "who: [assignees]", "who: [assignee]"),
        ("rule", "late-activity.yaml", "while_failing:", "while_failling:"),
        ("rule", "late-activity.yaml", "expect: []", "expect: [sumon]"),
        ("rule", "small-deal.yaml", "block: Opportunity Size", "blok: Opportunity Size"),
        ("board", "boards/emea.yaml", "since: 2026-01-01", "since: today"),
        ("board", "boards/emea.yaml", "escalation: [maria]", "escalation: []"),
        ("calendar", "calendars/emea.yaml", "zone:", "zon:"),
        ("labels", "labels.yaml", "waiting:", "wating:"),
    ],
)
def test_editors_mark_what_would_be_refused(kind: str, path: str, old: str, new: str) -> None:
    text = (RULES / path).read_text()
    assert old in text
    found = schema(kind)
    assert list(faults(parse(text.replace(old, new, 1), path).data, found, found))


def unexplained(node: Any, at: str = "") -> Iterator[str]:
    """The keys without a description."""
    if isinstance(node, dict):
        for name, each in (
            node.get("properties", {}).items() if isinstance(node.get("properties"), dict) else ()
        ):
            if not each.get("description", "").strip():
                yield f"{at}/{name}"
        for key, each in node.items():
            yield from unexplained(each, f"{at}/{key}")
    elif isinstance(node, list):
        for i, each in enumerate(node):
            yield from unexplained(each, f"{at}/{i}")


@pytest.mark.parametrize("kind", MODELS)
def test_every_key_is_explained(kind: str) -> None:
    assert list(unexplained(schema(kind))) == []


def test_the_schemas_are_up_to_date() -> None:
    for path, text in schema_files(RULES).items():
        assert path.read_text() == text, path
        assert json.loads(text)["$schema"]
