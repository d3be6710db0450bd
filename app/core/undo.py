"""What of a run can be taken back: where nobody has touched it since. Pure; the rest is told with the reason."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from app.core.acts import assignment
from app.core.deed import Deed
from app.core.fulfilled import same_text
from app.core.keys import key_within
from app.core.model import Issue, LabelEvent, Note, User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Close,
    Comment,
    DeleteNote,
    Move,
    OpenIssue,
    PutNote,
    RemoveLabel,
    Reopen,
    Reply,
    SetConfidential,
    SetDue,
    Summon,
    Unassign,
    Written,
    stamp,
)
from app.core.text import without_commands

ALREADY = "it is taken back already"
_CODE = re.compile(r"(?<![\\`])(`+)(?!`)[^\n]*?(?<!`)\1(?!`)")


@dataclass(frozen=True)
class Left:
    """A deed that is not taken back, and why."""

    deed: Deed
    why: str


@dataclass(frozen=True)
class Undoing:
    """What is done to take a run's deeds on one issue back: `taken` are the deeds that `actions` undo, in that order;
    `gone` those of which nothing is there any more, by the bot's own doing or because the note was deleted."""

    actions: tuple[Action, ...]
    taken: tuple[Deed, ...]
    gone: tuple[Deed, ...]
    left: tuple[Left, ...]


def undoing(issue: Issue, deeds: Iterable[Deed], states: Collection[str] = ()) -> Undoing:
    """How the deeds are taken back, which come newest first. Of the labels `states` one at most is on."""
    pairs: list[tuple[Action, Deed]] = []
    gone: list[Deed] = []
    left: list[Left] = []
    for deed in deeds:
        back = "the request has moved to another project" if issue.moved else _back(issue, deed, states)
        if back == ALREADY:
            gone.append(deed)
        elif isinstance(back, str):
            left.append(Left(deed, back))
        else:
            pairs.append((back, deed))
    actions, taken = (tuple(each) for each in zip(*pairs, strict=True)) if pairs else ((), ())
    return Undoing(actions, taken, tuple(gone), tuple(left))


def _back(issue: Issue, deed: Deed, states: Collection[str]) -> Action | str:
    """The action that takes the deed back, or why there is none."""
    match deed.action:
        case AddLabel(rule=rule, label=label):
            return _label(issue, deed, RemoveLabel(rule, label), on=False)
        case RemoveLabel(rule=rule, label=label):
            back = _label(issue, deed, AddLabel(rule, label), on=True)
            moved = _moved_on(issue, deed, states) if label in states and isinstance(back, AddLabel) else None
            return _told(moved, str(moved.label)) if moved else back
        case Assign(rule=rule, user=user):
            return _assignee(issue, deed, Unassign(rule, user), user, on=False)
        case Unassign(rule=rule, user=user):
            return _assignee(issue, deed, Assign(rule, user), user, on=True)
        case PutNote() | Summon() | Reply() | Comment() as written:
            return _note(issue, deed, written)
        case DeleteNote():
            return "a note that was deleted cannot be brought back"
        case Close():
            return "people may have gone by it since; reopen it by hand"
        case SetDue() | SetConfidential():
            return "how it was before is not known; change it by hand"
        case OpenIssue():
            return "the related issue may be in use; close it by hand"
        case Reopen():
            return "the request may have been worked on since; close it by hand"
        case Move():
            return "a move cannot be taken back; move the request by hand"


def _label(issue: Issue, deed: Deed, back: AddLabel | RemoveLabel, *, on: bool) -> Action | str:
    """`on` is how it is once it is taken back. The deed's own event must be the only one since."""
    events = [e for e in issue.label_events if e.label == back.label and e.id > deed.seen]
    by_people = [e for e in events if not issue.is_bot(e.user)]
    if by_people:
        return _told(by_people[-1])
    if (back.label in issue.labels) == on:
        return ALREADY
    if not events:
        return "GitLab's history does not tell of it"
    return back if len(events) == 1 else f"the bot itself changed it again at {stamp(events[-1].at)}"


def _moved_on(issue: Issue, deed: Deed, states: Collection[str]) -> LabelEvent | None:
    """The last move of the card by a person since: where it is now is theirs to say."""
    moves = [e for e in issue.label_events if e.label in states and e.id > deed.seen]
    return next((e for e in reversed(moves) if not issue.is_bot(e.user)), None)


def _told(event: LabelEvent, of: str = "it") -> str:
    who, at = event.user.username if event.user else "somebody", stamp(event.at)
    return f"{who} put {of} on at {at}" if event.action == "add" else f"{who} took {of} off at {at}"


def _assignee(issue: Issue, deed: Deed, back: Assign | Unassign, user: User, *, on: bool) -> Action | str:
    lines = [n for n in issue.system_notes if n.id > deed.seen and any(assignment(n.body))]
    by_people = [n for n in lines if not issue.is_bot(n.author)]
    if by_people:
        return f"{by_people[-1].author.username} changed the assignees at {stamp(by_people[-1].at)}"
    if (user.id in {each.id for each in issue.assignees}) == on:
        return ALREADY
    if not lines:
        return "GitLab's lines do not tell of it"
    return back if len(lines) == 1 else f"the bot itself assigned again at {stamp(lines[-1].at)}"


def _note(issue: Issue, deed: Deed, written: Written) -> Action | str:
    if deed.note_id is None:
        return "somebody else had written the note already"
    note = next((n for n in issue.notes if n.id == deed.note_id), None)
    edited = isinstance(written, PutNote) and written.note_id is not None
    if note is None:
        return "the note that was edited is gone" if edited else ALREADY
    if note.author.username != issue.bot.username or note.system:
        return f"the note is {note.author.username}'s, and only that user may change it"
    if edited:
        return _edited(issue, note, deed, written)
    if not same_text(note.body, written.body):
        return "the note was edited since"
    if note.threaded:
        return "somebody answered the note in its thread"
    return DeleteNote(written.rule, written.key, note.id)


def _edited(issue: Issue, note: Note, deed: Deed, written: Written) -> Action | str:
    if deed.before is None:
        return "the text that it had before is not known"
    if same_text(note.body, deed.before):
        return ALREADY
    if not same_text(note.body, written.body):
        return "the note was edited since"
    if not _is_harmless(deed.before, written.key):
        return "the text that it had before is none of the bot's"
    return PutNote(written.rule, written.key, deed.before, note.id)


def _is_harmless(text: str, key: str) -> bool:
    """Whether the text is like the bot's own of that key: it comes from a file that somebody may have edited.

    It begins with the key (on another issue, if this one is its moved copy), no line of it runs as a command, and it
    mentions nobody.
    """
    mentions = re.search(r"(?<!\w)@\w", _CODE.sub("", text))
    return key_within(text) == key and not mentions and without_commands(text) == text.replace("\r", "")
