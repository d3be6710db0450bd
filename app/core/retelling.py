"""One issue's history written as lines: the notation that `timeline.parse` reads."""

import json
from datetime import date

from app.core import due_date
from app.core.acts import EDITED
from app.core.model import CONFIDENTIAL, Issue, Note, User
from app.core.plan import stamp

MOST = 100  # lines about thumbs


def render(issue: Issue) -> str:
    """The issue as lines that `parse` reads: its opening, then every event and note by time."""
    rows = [
        (issue.created_at, -1, f"{issue.author.username} opens {_quoted(issue.title)}", issue.description)
    ]
    for e in issue.label_events:
        verb = "adds" if e.action == "add" else "removes"
        if e.label is not None:
            rows.append((e.at, e.id, f"{_who(e.user)} {verb} {_quoted(e.label)}", ""))
    for s in issue.state_events:
        rows.append((s.at, s.id, f"{_who(s.user)} {'closes' if s.state == 'closed' else 'reopens'}", ""))
    due: date | None = None
    for n in issue.notes:
        due = due_date.told(n.body, due) if n.system else due
        rows.append((n.at, n.id, *_note_line(n)))
    rows += [(issue.newest_event_at, 0, f"{issue.author.username} {line}", "") for line in untold(issue)]
    if due != issue.due_date:  # no line of GitLab's tells of it
        rows.append((issue.newest_event_at, 0, f"{issue.author.username} {_due_line(issue.due_date)}", ""))
    rows.sort(key=lambda row: (row[0], row[1] != -1))
    return "\n".join(f"{stamp(at)} {line}" + _bars(block) for at, _, line, block in rows)


def untold(issue: Issue) -> list[str]:
    """What GitLab writes no line about: milestone and thumbs; and confidentiality since the opening."""
    found = [f"sets the milestone to {_quoted(issue.milestone.title)}"] if issue.milestone else []
    found += ["likes it"] * min(issue.upvotes, MOST) + ["dislikes it"] * min(issue.downvotes, MOST)
    lines = [n.body for n in issue.system_notes if n.body in CONFIDENTIAL.values()]
    if issue.confidential != (bool(lines) and lines[-1] == CONFIDENTIAL[True]):
        found.append("makes it confidential")
    return found


def _who(user: User | None) -> str:
    return user.username if user else "nobody"


def _note_line(note: Note) -> tuple[str, str]:
    who = note.author.username
    if note.system and note.body == EDITED:
        return f"{who} edits the description", ""
    if note.system and note.body == due_date.line(day := due_date.told(note.body, None)):
        return f"{who} {_due_line(day)}", ""
    if note.system:
        return f"{who} says {_quoted(note.body)}", ""
    return f"{who} comments{' internally' if note.internal else ''}", note.body


def _due_line(day: date | None) -> str:
    return f"sets the due date to {day}" if day else "removes the due date"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=not text.isprintable())


def _bars(block: str) -> str:
    return (
        "".join(f"\n  | {line}".rstrip() if not line else f"\n  | {line}" for line in block.split("\n"))
        if block
        else ""
    )
