"""What rules do once per cause, and leave: which of it is still to be done on an issue. What people did wins.

Whether something was done before is read from the issue's history: the bot's own label events, lines and notes.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.core.acts import assignment
from app.core.after import after
from app.core.board import Board
from app.core.conditions.globs import fits
from app.core.does import Does, DueIn
from app.core.due_date import REMOVED, told
from app.core.facts import Facts
from app.core.keys import REPORT, marked
from app.core.labels import last_person_act
from app.core.look import Look, in_time, summons
from app.core.model import CONFIDENTIAL, User
from app.core.plan import (
    Action,
    AddLabel,
    Assign,
    Close,
    Comment,
    Move,
    OpenIssue,
    RemoveLabel,
    Reopen,
    SetConfidential,
    SetDue,
    stamp,
)
from app.core.text import named, without_commands
from app.core.words import names_in, render

ROLE = "role "
NOT_LET = "I was to move this request to {board}, and GitLab does not let me: please move it by hand."
TOUCH = timedelta(seconds=60)  # GitLab's app/models/concerns/throttled_touch.rb
PLACING = (Close, Reopen, Move)  # of these one at most makes sense
LONGEST_TITLE = 255  # GitLab's


class _Cause(NamedTuple):
    """One rule's finding on one issue: since when it fails, and when its cause began."""

    look: Look
    facts: Facts
    since: datetime
    cause_at: datetime

    @property
    def rule(self) -> str:
        return self.look.seat.id

    @property
    def quiet(self) -> bool:
        """Whether it is that nothing happened: then whatever people did last began the cause, and forbids nothing."""
        check = self.look.seat.rule.check
        return check.kind == "condition" and not check.counts_from.isdisjoint(("updated", "updated_at"))

    def key(self, what: str) -> str:
        return f"{self.rule}/{what}/{stamp(self.cause_at)}"

    def text(self, source: str) -> str:
        """The text filled in, and mentioning nobody."""
        values = {**self.look.result.filling(names_in(source)), **self.facts.board.told}
        return without_commands(render(named(source), values))


def all_once(live: list[Look], facts: Facts, boards: Mapping[str, Board]) -> list[Action]:
    """What rules do once per cause; of two that want one thing another way, the first. Whoever closes or moves the
    request calls people while it is here."""
    found: list[Action] = []
    for look in live:
        if look.seat.rule.does is None or (found and _over(look, facts, found)):
            continue
        if deeds := once(look, facts, boards):
            found += [*summons(look, facts), *deeds]
    alike: dict[object, Action] = {}
    for action in found:
        place: object = PLACING if isinstance(action, PLACING) else action
        place = type(action) if isinstance(action, Assign | SetDue | SetConfidential) else place
        alike.setdefault(place, action)
    return sorted(alike.values(), key=lambda action: isinstance(action, Move))


def _over(look: Look, facts: Facts, done: list[Action]) -> bool:
    """Whether what others do at this look ends the finding already, as it moves GitLab's `updated_at`."""
    check = look.seat.rule.check
    if check.kind != "condition" or "updated_at" not in check.counts_from:
        return False
    for action in done:
        facts = facts.with_issue(after(facts.issue, action, facts.now))
    return not look.seat.look(facts).failing


def once(look: Look, facts: Facts, boards: Mapping[str, Board]) -> list[Action]:
    """What the rule has still to do for this finding. Notes and new issues come first: if what follows fails, they are
    not written again, and if it succeeds, they were not forgotten since the finding is over. A move comes last."""
    does, result, manner = look.seat.rule.does, look.result, look.seat.manner
    if does is None or not look.failing or result.cause_at is None or manner == "advise":
        return []
    if look.seat.rule.check.kind != "condition" and not in_time(look, facts):
        return []
    cause = _Cause(look, facts, result.since or result.cause_at, result.cause_at)
    found = list(_said(does, cause))
    if manner != "ask":
        found += [*_labels(does, cause), *_fields(does, cause), *_placed(does, cause, boards)]
    return found


def _said(does: Does, cause: _Cause) -> Iterable[Action]:
    """A note, and a related issue."""
    written, ref = cause.facts.own_notes, cause.facts.issue.ref
    if does.note and (key := cause.key("note")) not in written:
        yield Comment(cause.rule, key, marked(key, ref, cause.text(does.note.text)), does.note.internal)
    if does.issue and (key := cause.key("issue")) not in written:
        title = " ".join(cause.text(does.issue.title).split())[:LONGEST_TITLE]
        first = f"{REPORT} related {key} {ref} -->"
        body = f"{first}\n{cause.text(does.issue.description)}".rstrip()
        yield OpenIssue(cause.rule, key, title, body, cause.facts.issue.confidential)


def _labels(does: Does, cause: _Cause) -> Iterable[Action]:
    """Labels that are not yet as the rule wants them, of which no person wanted it otherwise since the cause began."""
    issue = cause.facts.issue
    for label in does.add_labels:
        # Whoever took off this very label began the cause by it, be it so: the person wins.
        if label not in issue.labels and not _person(cause, label, "label_off", at_once=True):
            yield from () if _done(cause, label, "add") else (AddLabel(cause.rule, label),)
    for label in sorted(n for n in issue.labels if any(fits(p, n) for p in does.remove_labels)):
        # Whoever put on this very label began the cause by it: that is what the rule is about.
        if not _person(cause, label, "label_on", at_once=False):
            yield from () if _done(cause, label, "remove") else (RemoveLabel(cause.rule, label),)


def _person(cause: _Cause, label: str, kind: str, *, at_once: bool) -> bool:
    act = last_person_act(cause.facts.acts, label)
    return act is not None and act.kind == kind and _later(act.at, cause, at_once=at_once)


def _later(at: datetime, cause: _Cause, *, at_once: bool) -> bool:
    """Whether it was after the cause began, or as it did where `at_once`. Of quiet it was, if at all, within the minute
    for which GitLab does not move `updated_at` again, and is what the quiet began with."""
    if cause.quiet:
        return at > cause.cause_at + TOUCH
    return at > cause.cause_at or (at_once and at == cause.cause_at)


def _done(cause: _Cause, label: str, action: str) -> bool:
    """Whether the bot did that since the rule fails: it does so once."""
    events = cause.facts.issue.events_of.get(label, ())
    return any(
        e.action == action and e.at >= cause.since and cause.facts.issue.is_bot(e.user) for e in events
    )


def _fields(does: Does, cause: _Cause) -> Iterable[Action]:
    """Assignee, due date, confidentiality."""
    facts = cause.facts
    user = _user(does.assign, facts) if does.assign and not facts.issue.assignees else None
    if user and not _let_go(user, cause) and not _assigned(user, cause):
        yield Assign(cause.rule, user)
    if does.due_date == "none":
        if facts.issue.due_date and not _dated(cause, setting=False):
            yield SetDue(cause.rule, None)
    elif does.due_date is not None:
        day = _day(does.due_date, cause)
        if day and facts.issue.due_date != day and not _dated(cause, setting=True):
            yield SetDue(cause.rule, day)
    if does.confidential is not None and facts.issue.confidential != does.confidential:
        wanted, other = CONFIDENTIAL[does.confidential], CONFIDENTIAL[not does.confidential]
        said = [n for n in facts.issue.system_notes if n.body == other and not facts.issue.is_bot(n.author)]
        people = any(_later(note.at, cause, at_once=True) for note in said)
        if not people and not _wrote(cause, lambda line: line == wanted):
            yield SetConfidential(cause.rule, does.confidential)


def _wrote(cause: _Cause, fits: Callable[[str], bool]) -> bool:
    """Whether GitLab wrote such a line about what the bot did since the rule fails."""
    issue = cause.facts.issue
    return any(n.at >= cause.since and issue.is_bot(n.author) and fits(n.body) for n in issue.system_notes)


def _assigned(user: User, cause: _Cause) -> bool:
    return _wrote(cause, lambda line: user.username in assignment(line)[0])


def _user(who: str, facts: Facts) -> User | None:
    """Whom the rule means; the id is 0 where only the name is known. Never one of the bot's."""
    if who == "requester":
        return None if facts.issue.is_bot(facts.issue.author) else facts.issue.author
    holders = facts.board.file.roles.get(who.removeprefix(ROLE), []) if who.startswith(ROLE) else [who]
    found = next((User(0, name) for name in holders), None)
    return None if found is None or facts.issue.is_bot(found) else found


def _let_go(user: User, cause: _Cause) -> bool:
    """Whether people unassigned the user as the cause began or later, or assigned anybody since."""
    acts = [act for act in cause.facts.acts if act.kind == "assigned"]
    return any(_later(a.at, cause, at_once=user.username in a.unassigned) for a in acts)


def _day(due: DueIn, cause: _Cause) -> date | None:
    """The day on which the time is over that the rule gives, by the board's clock; None where it never is."""
    try:
        end = cause.facts.counting(due.count).add(cause.since, due.in_)
    except OverflowError:  # a calendar that is hardly ever open
        return None
    return end.astimezone(cause.facts.board.calendar.zone).date()


def _dated(cause: _Cause, *, setting: bool) -> bool:
    """Whether people set or removed the due date since, or took it off as the cause began; or the bot did its part."""
    issue = cause.facts.issue
    for note in issue.system_notes:
        removed = REMOVED in note.body
        if not removed and told(note.body, None) is None:
            continue
        if issue.is_bot(note.author):
            if note.at >= cause.since and removed != setting:
                return True
        elif _later(note.at, cause, at_once=setting and removed):
            return True
    return False


def _placed(does: Does, cause: _Cause, boards: Mapping[str, Board]) -> Iterable[Action]:
    """Closed, opened again, or moved."""
    issue = cause.facts.issue
    if does.state == "close" and issue.state == "opened" and not _undone(cause, "reopened", "closed"):
        yield Close(cause.rule)
    if does.state == "reopen" and issue.state == "closed" and not _undone(cause, "closed", "reopened"):
        yield Reopen(cause.rule)
    board, key = boards.get(does.move), cause.key("move")
    if board is None or board.id == cause.facts.board.id or key in cause.facts.own_notes:
        return
    if any(note.at >= cause.cause_at and not issue.is_bot(note.author) for note in issue.arrivals):
        return  # a person brought it here since
    refusal = marked(key, issue.ref, NOT_LET.format(board=board.name))
    yield Move(cause.rule, key, board.id, board.file.project, refusal)


def _undone(cause: _Cause, by_people: str, by_bot: str) -> bool:
    """Whether people did the contrary after the cause began, or the bot did its part since the rule fails."""
    issue = cause.facts.issue
    acts = [a for a in cause.facts.acts if a.kind == by_people and not issue.is_bot(a.by)]
    own = [e for e in issue.state_events if e.state == by_bot and issue.is_bot(e.user)]
    return any(_later(a.at, cause, at_once=False) for a in acts) or any(e.at >= cause.since for e in own)
