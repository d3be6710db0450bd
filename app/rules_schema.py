"""JSON Schemas of the files that people write, for editors: what may stand where, and what it means."""

import json
from pathlib import Path
from typing import Any

from app.calendars import CalendarFile
from app.core.board import BoardFile
from app.core.document import Model
from app.core.labels_file import LabelsFile
from app.core.quarter import Quarters
from app.core.rule import Rule
from app.core.template import TemplateFile
from app.core.texts import Answers

MODELS: dict[str, type[Model]] = {
    "rule": Rule,
    "board": BoardFile,
    "calendar": CalendarFile,
    "labels": LabelsFile,
    "quarters": Quarters,
    "template": TemplateFile,
    "answers": Answers,
}
MAIN = "rule"  # which stands in schema.json itself
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema(kind: str) -> dict[str, Any]:
    """The schema of that kind of file."""
    found: dict[str, Any] = _told(MODELS[kind].model_json_schema(mode="validation"))
    return {"$schema": DIALECT, **found}


def schema_files(folder: Path) -> dict[Path, str]:
    """The text of each schema, by its place in the rules folder."""
    return {folder / _place(kind): json.dumps(schema(kind), indent=2) + "\n" for kind in MODELS}


def _place(kind: str) -> str:
    return "schema.json" if kind == MAIN else f"schemas/{kind}.json"


def _told(node: Any) -> Any:
    """Without what pydantic makes up for titles; a kind is described as the first words of what it is the kind of."""
    if isinstance(node, list):
        return [_told(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: _told(value) for key, value in node.items() if key != "title" or not isinstance(value, str)}
    properties = found.get("properties")
    if isinstance(properties, dict) and "const" in (kind := properties.get("kind", {})):
        kind.setdefault(
            "description", str(found.get("description", "")).partition("\n\n")[0].replace("\n", " ")
        )
    return found
