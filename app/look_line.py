"""What the log line of a look says of the reconcile: taken from its entry in the journal, so that both say the same.

Of a confidential issue it says no more than its reference, how the look ended, and by which rules.
"""

from datetime import UTC, datetime
from typing import Any

from structlog.contextvars import bind_contextvars

from app.journal import Entry
from app.metrics import kinds_done
from app.reconcile import Recorder


class Telling:
    """A recorder that adds to this thread's next log line what it was given to record."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def record(self, entry: Entry) -> None:
        """Keeps the entry, and tells of it whether or not that goes well. Errors: those of the recorder."""
        bind_contextvars(**facts(entry))
        self._recorder.record(entry)


def facts(entry: Entry) -> dict[str, Any]:
    """The entry's facts for the line. `actions` are those that were done, by kind; `recheck_at` is issue time."""
    told: dict[str, Any] = {"ruleset": entry.ruleset}
    if not entry.plan or entry.plan.get("confidential"):
        return told
    told |= {"board": entry.board, "actions": dict(kinds_done(entry.plan))}
    recheck_at = entry.plan.get("recheck_at")
    if isinstance(recheck_at, str):
        told["recheck_at"] = datetime.fromisoformat(recheck_at).astimezone(UTC).isoformat(timespec="seconds")
    return told
