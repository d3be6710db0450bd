"""Which of a plan's actions are so already on the issue, and whether all that changed meanwhile was the bot's doing."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar, assert_never

from app.core.keys import own_notes
from app.core.model import Issue, LabelEvent, Note, StateEvent, User
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
)

_Told = TypeVar("_Told", LabelEvent, StateEvent, Note)


def left_of(actions: Iterable[Action], issue: Issue) -> tuple[Action, ...]:
    """Those of the actions that would still change something."""
    notes = own_notes(issue)
    return tuple(action for action in actions if not _is_so(action, issue, notes))


def _is_so(action: Action, issue: Issue, notes: Mapping[str, Note]) -> bool:
    match action:
        case AddLabel(label=label):
            return label in issue.labels
        case RemoveLabel(label=label):
            return label not in issue.labels
        case Assign(user=user):
            return user.id in {each.id for each in issue.assignees}
        case Unassign(user=user):
            return user.id not in {each.id for each in issue.assignees}
        case PutNote(key=key, body=body, note_id=note_id):
            note = notes.get(key) if note_id is None else _by_id(issue, note_id)
            return note is not None and same_text(note.body, body)
        case Summon(key=key) | Reply(key=key) | Comment(key=key) | OpenIssue(key=key):
            return key in notes
        case DeleteNote(note_id=note_id):
            return _by_id(issue, note_id) is None
        case Reopen():
            return issue.state == "opened"
        case Close():
            return issue.state == "closed"
        case SetDue(day=day):
            return issue.due_date == day
        case SetConfidential(confidential=confidential):
            return issue.confidential == confidential
        case Move():
            return issue.moved
        case _:
            assert_never(action)


def _by_id(issue: Issue, note_id: int) -> Note | None:
    return next((note for note in issue.notes if note.id == note_id), None)


def same_text(body: str, other: str) -> bool:
    """Whether the two are one note's text, as we write it and as GitLab keeps it.

    Source: GitLab's lib/gitlab/quick_actions/extractor.rb, which takes carriage returns and blanks at the end away.
    """
    return body.replace("\r", "").rstrip() == other.replace("\r", "").rstrip()


def only_ours(before: Issue, issue: Issue) -> bool:
    """Whether nobody but the bot has done anything to the issue since it was as `before`."""
    told = (
        _only_more(before.label_events, issue.label_events, issue),
        _only_more(before.state_events, issue.state_events, issue),
        _only_more(_theirs(before), _theirs(issue), issue),
    )
    return all(told) and _bare(before) == _bare(issue)


def _only_more(before: tuple[_Told, ...], now: tuple[_Told, ...], issue: Issue) -> bool:
    """Whether all of `before` is there still, and all that came is the bot's."""
    new = set(now) - set(before)
    return set(before) <= set(now) and all(issue.is_bot(_by(each)) for each in new)


def _by(told: LabelEvent | StateEvent | Note) -> User | None:
    return told.author if isinstance(told, Note) else told.user


def _theirs(issue: Issue) -> tuple[Note, ...]:
    """People's comments and GitLab's lines: the bot's own notes it may have edited or deleted."""
    return tuple(note for note in issue.notes if note.system or not issue.is_bot(note.author))


def _bare(issue: Issue) -> Issue:
    """What no event and no note tells of."""
    return replace(
        issue,
        label_events=(),
        state_events=(),
        notes=(),
        labels=frozenset(),
        assignees=(),
        state="opened",
        closed_at=None,
        moved_to_id=None,
        groups={},
        unseen_groups=frozenset(),
        updated_at=issue.created_at,
    )
