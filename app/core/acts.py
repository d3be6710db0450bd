"""What people did to an issue, in order. The bot's own acts are left out: nothing may depend on when it looked."""

import re
from collections.abc import Set
from datetime import date, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Literal, NamedTuple

from app.core.due_date import told
from app.core.made import made
from app.core.model import Issue, Note, StateEvent, User
from app.core.orders import only_orders

Kind = Literal[
    "opened",
    "label_off",
    "label_on",
    "own_off",
    "own_on",
    "closed",
    "reopened",
    "edited",
    "assigned",
    "note",
    "dated",
]

AT, BY_TIME = attrgetter("at"), attrgetter("at", "id")
EDITED = "changed the description"
_NOBODY: frozenset[str] = frozenset()
_NAMES = re.compile(r"@([\w.-]*\w)")
_ASSIGNED = re.compile(r"\Aassigned to (?P<on>@.*?)(?: and unassigned (?P<off>@.*))?\Z")
_UNASSIGNED = re.compile(r"\Aunassigned (?P<off>@.*)\Z")


class Act(NamedTuple):
    """One thing that one person did. `by` is None when GitLab no longer says who.

    Whatever goes through all of them at each look reads `kind` and `label` by their places, 1 and 4, which is faster.
    """

    at: datetime
    kind: Kind
    by: User | None
    id: int = 0
    label: str = ""
    assigned: frozenset[str] = frozenset()
    unassigned: frozenset[str] = frozenset()


def acts(issue: Issue) -> tuple[Act, ...]:
    """All that people did, and every opening, closing and reopening, oldest first; the opening is always the first.

    GitLab's own lines are read for assignments, due dates and edits of the description. The act on a label that has
    since been deleted has an empty label: it was an act all the same. What is older than the issue was done to another,
    of which it is a clone.
    """
    bots, since = issue.bot_names, issue.created_at
    # At equal instants a label put on comes after one taken off, so that it wins, an answer after what it answers, a
    # closing after all. So they stand here: all that is left is to sort them by time.
    found, on = [Act(since, "opened", issue.author)], list[Act]()
    for e in issue.people_label_events:
        if e.action == "remove":
            found.append(made(Act, (e.at, "label_off", e.user, e.id, e.label or "", _NOBODY, _NOBODY)))
        else:
            on.append(made(Act, (e.at, "label_on", e.user, e.id, e.label or "", _NOBODY, _NOBODY)))
    found += on
    said = [
        act
        for note in issue.notes
        if note.at >= since and note.author.username.casefold() not in bots and (act := _note_act(note, bots))
    ]
    said.sort(key=BY_TIME)
    found += said
    if issue.state_events or issue.state == "closed":
        found += sorted([act for act in _state_acts(issue) if act.at >= since], key=BY_TIME)
    found.sort(key=AT)
    return tuple(found)


def _state_acts(issue: Issue) -> list[Act]:
    """Closings and reopenings, ending in the state in which the issue is: a moved copy brings the events of the
    original, and some closings leave no event."""
    events = _without_put_back(issue)
    if issue.state == "opened" and events and events[-1].state == "closed":
        events.pop()
    found = [Act(e.at, "closed" if e.state == "closed" else "reopened", e.user, e.id) for e in events]
    if issue.state == "closed" and (not events or events[-1].state != "closed"):
        found.append(Act(issue.closed_at or issue.newest_event_at, "closed", None))
    return found


def _without_put_back(issue: Issue) -> list[StateEvent]:
    """The closings and reopenings without those closings that the bot put back, as if they had never been."""
    events: list[StateEvent] = []
    for event in issue.state_events:
        if event.state == "reopened" and issue.is_bot(event.user) and events and events[-1].state == "closed":
            events.pop()
        else:
            events.append(event)
    return events


def _note_act(note: Note, bots: Set[str]) -> Act | None:
    if not note.system:
        if "@" in note.body and only_orders(note, bots):
            return None
        return made(Act, (note.at, "note", note.author, note.id, "", _NOBODY, _NOBODY))
    if note.body == EDITED:
        return Act(note.at, "edited", note.author, note.id)
    if "due date" in note.body and (told(note.body, None) or told(note.body, date.max) is None):
        return Act(note.at, "dated", note.author, note.id)
    on, off = assignment(note.body)
    if on or off:
        return Act(note.at, "assigned", note.author, note.id, assigned=on, unassigned=off)
    return None


@lru_cache(maxsize=1024)
def assignment(body: str) -> tuple[frozenset[str], frozenset[str]]:
    """Who was assigned and who was unassigned, by a system note's text.

    Source: GitLab's app/services/system_notes/issuables_service.rb, change_issuable_assignees.
    """
    match = _ASSIGNED.match(body) or _UNASSIGNED.match(body)
    if match is None:
        return frozenset(), frozenset()
    parts = match.groupdict()
    return frozenset(_NAMES.findall(parts.get("on") or "")), frozenset(_NAMES.findall(parts.get("off") or ""))
