"""An action that was done, with what it takes to undo it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.core.action_data import action_data, read_action
from app.core.model import Issue
from app.core.plan import Action, Assign, PutNote, Unassign


@dataclass(frozen=True)
class Deed:
    """One action as it was done.

    `note_id` is the note that was written or edited, None where somebody else had written it by then; `before` the text
    that an edited note had; `seen` the id of the newest label event (of an assignment: note) that was there before:
    what has a higher one came with the deed, or after it.
    """

    action: Action
    note_id: int | None = None
    before: str | None = None
    seen: int = 0
    confidential: bool = False

    def __str__(self) -> str:
        return str(self.action)


def deed_of(action: Action, issue: Issue, note_id: int | None = None) -> Deed:
    """The action, done to the issue as it was read."""
    before: str | None = None
    if isinstance(action, PutNote) and action.note_id is not None:
        note_id = action.note_id
        before = next((note.body for note in issue.notes if note.id == note_id), None)
    newest = issue.notes if isinstance(action, Assign | Unassign) else issue.label_events
    seen = max((each.id for each in newest), default=0)
    return Deed(action, note_id, before, seen, issue.confidential)


def deeds_data(deeds: Iterable[Deed]) -> list[dict[str, Any]]:
    """The deeds as data for JSON. Nothing of those on a confidential issue: of these nothing is kept."""
    return [
        {
            "action": action_data(deed.action),
            "note_id": deed.note_id,
            "before": deed.before,
            "seen": deed.seen,
        }
        for deed in deeds
        if not deed.confidential
    ]


def read_deed(data: Mapping[str, Any]) -> Deed:
    """The deed that `deeds_data` gave. Errors: ValueError with the key that is wrong."""
    action, note_id, before, seen = (data.get(key) for key in ("action", "note_id", "before", "seen"))
    if not isinstance(action, Mapping):
        raise ValueError("action: it is missing")
    if not (note_id is None or type(note_id) is int):
        raise ValueError("note_id: it is no number")
    if not (before is None or isinstance(before, str)):
        raise ValueError("before: it is no text")
    if type(seen) is not int:
        raise ValueError("seen: it is no number")
    try:
        return Deed(read_action(action), note_id, before, seen)
    except ValueError as error:
        raise ValueError(f"action.{error}") from None
