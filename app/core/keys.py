"""The hidden keys of our own notes: how the bot knows what it wrote. Only a note of one of the bot's users counts."""

import re
from collections.abc import Iterable
from datetime import datetime

from app.core.model import Issue, IssueRef, Note

STATUS = "status"
REPORT = "<!-- triage:report"
_BEGINS = "<!-- triage:"
_MARKER = re.compile(r"\A<!-- triage:(?P<key>[\w./:+-]+) (?P<ref>\d+#\d+) -->")


def marked(key: str, ref: IssueRef, body: str) -> str:
    """The body with its key on the first line. The project and number are in it because a move copies notes."""
    return f"<!-- triage:{key} {ref} -->\n{body}"


def report_marker(kind: str, board: str) -> str:
    """The first line of a report of the bot's on that board: an issue that begins so is no request."""
    return f"{REPORT} {kind} {board} -->"


def key_of(note: Note, issue: Issue) -> str | None:
    """The key of one of our notes on this very issue; None for any other note, copies and forgeries included."""
    if not note.body.startswith(_BEGINS) or note.system or not issue.is_bot(note.author):
        return None
    match = _MARKER.match(note.body)
    return match["key"] if match and match["ref"] == str(issue.ref) else None


def key_within(body: str) -> str | None:
    """The key with which a text begins, whoever wrote it and on whichever issue; None where there is none."""
    match = _MARKER.match(body)
    return match["key"] if match else None


def keyed_notes(issue: Issue) -> list[tuple[str, Note]]:
    """All our notes with their keys, the newest first."""
    ours = [note for note in reversed(issue.notes) if note.body.startswith(_BEGINS)]
    return [(key, note) for note in ours if (key := key_of(note, issue)) is not None]


def own_notes(issue: Issue) -> dict[str, Note]:
    """Our notes by their keys: of several one that our own token may edit before another's, then the oldest."""
    return by_key(issue, keyed_notes(issue))


def by_key(issue: Issue, keyed: Iterable[tuple[str, Note]]) -> dict[str, Note]:
    """The same of those that were found."""
    found = list(keyed)
    if len(found) > 1:
        found.sort(key=lambda pair: _preference(pair[1], issue), reverse=True)
    return dict(found)  # the last one of a key stays


def _preference(note: Note, issue: Issue) -> tuple[bool, datetime, int]:
    return (note.author.username != issue.bot.username, note.at, note.id)


def carried_status(issue: Issue) -> Note | None:
    """The status note that our own token wrote on another issue, of which this one is a moved copy; the newest."""
    found = [
        note
        for note in issue.notes
        if note.body.startswith(_BEGINS)
        and note.author.username == issue.bot.username
        and not note.system
        and (match := _MARKER.match(note.body))
        and match["key"] == STATUS
    ]
    return max(found, key=lambda n: (n.at, n.id), default=None)
