"""One issue as GitLab's API gave it, kept small: so that it can be decided on again without asking GitLab. No I/O."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from app.gitlab.payloads import Json

# What `payloads` reads; everything else is left out.
ROW = (
    "id",
    "iid",
    "project_id",
    "title",
    "description",
    "author",
    "created_at",
    "updated_at",
    "web_url",
    "state",
    "closed_at",
    "labels",
    "assignees",
    "confidential",
    "moved_to_id",
    "issue_type",
    "due_date",
    "milestone",
    "weight",
    "upvotes",
    "downvotes",
)
MILESTONE = ("title", "start_date", "due_date")
LABEL_EVENT = ("id", "created_at", "user", "action", "label")
STATE_EVENT = ("id", "created_at", "user", "state")
NOTE = ("id", "created_at", "author", "body", "system", "internal", "confidential", "type")
PEOPLE = frozenset({"author", "user"})


@dataclass(frozen=True)
class Snapshot:
    """The issue's row in a list of issues or by itself, its label events, state events and notes."""

    row: Json
    label_events: list[Json]
    state_events: list[Json]
    notes: list[Json]

    def packed(self) -> bytes:
        """All that matters of it, compressed."""
        parts = [
            [kept_row(self.row)],
            [_kept(each, LABEL_EVENT) for each in self.label_events],
            [_kept(each, STATE_EVENT) for each in self.state_events],
            [_kept(each, NOTE) for each in self.notes],
        ]
        return zlib.compress(json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def unpacked(data: bytes) -> Snapshot:
    """What `packed` gave. Errors: ValueError for anything else."""
    try:
        (row,), label_events, state_events, notes = json.loads(zlib.decompress(data))
    except (zlib.error, TypeError) as error:
        raise ValueError(f"it holds no issue: {error}") from error
    return Snapshot(row, label_events, state_events, notes)


def kept_row(row: Mapping[str, Any]) -> Json:
    """What matters of an issue's row."""
    found = _kept(row, ROW)
    found["assignees"] = [_person(each) for each in row.get("assignees") or ()]
    if milestone := row.get("milestone"):
        found["milestone"] = {name: milestone.get(name) for name in MILESTONE}
    found["references"] = {"full": row["references"]["full"]}
    return found


def row_mark(row: Mapping[str, Any]) -> str:
    """Tells the row from any other: the same for the same content."""
    kept = json.dumps(kept_row(row), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(kept.encode()).hexdigest()[:24]


def _kept(data: Mapping[str, Any], names: tuple[str, ...]) -> Json:
    found = {name: data[name] for name in names if name in data and name not in PEOPLE}
    for name in PEOPLE.intersection(names, data):
        found[name] = _person(data[name])
    if found.get("label"):
        found["label"] = {"name": found["label"]["name"]}
    return found


def _person(data: Mapping[str, Any] | None) -> Json | None:
    return {name: data.get(name) for name in ("id", "username", "name")} if data else None
