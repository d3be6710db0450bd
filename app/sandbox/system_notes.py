"""The texts of the lines that GitLab itself writes under an issue. Pure."""

from collections.abc import Sequence
from datetime import date

from app.sandbox.entities import User

DESCRIPTION_CHANGED = "changed the description"
HIDDEN = "made the issue confidential"
SHOWN = "made the issue visible to everyone"


def sentence(names: Sequence[str]) -> str:
    """Rails' to_sentence: `a`, `a and b`, `a, b, and c`."""
    if len(names) < 3:
        return " and ".join(names)
    return f"{', '.join(names[:-1])}, and {names[-1]}"


def assignment(before: Sequence[User], after: Sequence[User]) -> str:
    added = [f"@{user.username}" for user in after if user not in before]
    removed = [f"@{user.username}" for user in before if user not in after]
    parts = [f"assigned to {sentence(added)}"] if added else []
    return " and ".join(parts + ([f"unassigned {sentence(removed)}"] if removed else []))


def title_change(before: str, after: str) -> str:
    """The middle part that differs is marked, as in an inline diff."""
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    tail = before[len(before) - end :]
    old, new = before[start : len(before) - end], after[start : len(after) - end]
    marked_old = before[:start] + (f"{{-{old}-}}" if old else "") + tail
    marked_new = after[:start] + (f"{{+{new}+}}" if new else "") + tail
    return f"changed title from **{marked_old}** to **{marked_new}**"


def due_date_change(after: date | None) -> str:
    return f"changed due date to {after:%B} {after.day}, {after.year}" if after else "removed due date"


def lock_change(locked: bool) -> str:
    return f"{'locked' if locked else 'unlocked'} the discussion in this issue"
