"""What writing, editing and deleting a note does: quick actions first, then the text, then who is told."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.sandbox.act import Act, touch
from app.sandbox.commands import Interpreter, Outcome, apply
from app.sandbox.entities import Issue, Note
from app.sandbox.quick_actions import extract


@dataclass(frozen=True)
class Written:
    """What came of a text: `note` is None where only commands were in it, or nothing was left of it."""

    note: Note | None
    outcome: Outcome
    had_commands: bool


def create(
    act: Act,
    issue: Issue,
    body: str,
    internal: bool = False,
    created_at: datetime | None = None,
    thread: str | None = None,
    opens_thread: bool = False,
) -> Written:
    """A note with what is left of `body` without its commands. `thread` is the discussion it answers."""
    extracted = extract(body)
    outcome = Interpreter(act, issue.project, issue).run(extracted.commands)
    note = None
    if extracted.text:
        now = act.now
        note = act.new_note(issue, extracted.text, created_at or now, internal=internal)
        if thread:
            note.discussion_id = thread
        note.threaded = opens_thread or thread is not None
        touch(issue, now)
        act.tell_note_hooks(issue, note, "create")
        act.tell_people(issue, note.body, note=note)
    apply(act, issue, outcome)
    return Written(note, outcome, bool(extracted.commands))


def edit(act: Act, issue: Issue, note: Note, body: str) -> Written:
    """The note with its new text. Where only commands are left of it, the note is gone: GitLab destroys it."""
    extracted = extract(body)
    outcome = Interpreter(act, issue.project, issue).run(extracted.commands)
    if not extracted.text:
        delete(issue, note)
    elif extracted.text != note.body:
        before, now = replace(note), act.now
        note.body, note.updated_at, note.updated_by = extracted.text, now, act.user
        touch(issue, now)
        act.tell_note_hooks(issue, note, "update")
        act.tell_people(issue, note.body, before.body, note)
    apply(act, issue, outcome)
    return Written(note if extracted.text else None, outcome, bool(extracted.commands))


def delete(issue: Issue, note: Note) -> None:
    """Neither a hook nor updated_at tells of it."""
    issue.notes.remove(note)
