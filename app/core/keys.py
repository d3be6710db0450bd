"""The hidden keys of our own notes: how the bot knows what it wrote. Only a note of one of the bot's users counts."""

import re

from app.core.model import Issue, IssueRef, Note

STATUS = "status"
REPORT = "<!-- triage:report"
_MARKER = re.compile(r"\A<!-- triage:(?P<key>[\w./:+-]+) (?P<project>\d+)#(?P<iid>\d+) -->")


def marked(key: str, ref: IssueRef, body: str) -> str:
    """The body with its key on the first line. The project and number are in it because a move copies notes."""
    return f"<!-- triage:{key} {ref} -->\n{body}"


def key_of(note: Note, issue: Issue) -> str | None:
    """The key of one of our notes on this very issue; None for any other note, copies and forgeries included."""
    if note.system or not issue.is_bot(note.author):
        return None
    match = _MARKER.match(note.body)
    if match is None or (int(match["project"]), int(match["iid"])) != tuple(issue.ref):
        return None
    return match["key"]


def own_note(issue: Issue, key: str) -> Note | None:
    """Our note with that key: one that our own token may edit before another's, the oldest of several."""
    found = [n for n in issue.notes if key_of(n, issue) == key]
    return min(found, key=lambda n: (n.author.username != issue.bot.username, n.at, n.id), default=None)


def carried_status(issue: Issue) -> Note | None:
    """The status note that our own token wrote on another issue, of which this one is a moved copy; the newest."""
    found = [
        note
        for note in issue.notes
        if note.author.username == issue.bot.username
        and not note.system
        and (match := _MARKER.match(note.body))
        and match["key"] == STATUS
    ]
    return max(found, key=lambda n: (n.at, n.id), default=None)


def has_key(issue: Issue, key: str) -> bool:
    """Whether any of the bot's users wrote a note with that key."""
    return own_note(issue, key) is not None
