"""A request's past played again: what people did, step by step, and what the bot would have made of it by some rules.

What people did is taken from GitLab's history; what the bot did is left out, and done anew. REST keeps no past of a
description, of who is in a group, or of what comments said before they were edited: these are today's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from app.core.acts import AT, BY_TIME, assignment
from app.core.after import after
from app.core.evaluate import evaluate
from app.core.model import Issue, LabelEvent, Note, StateEvent, User
from app.core.plan import Action, Plan
from app.core.ruleset import Ruleset

FIRST_ID = 10**12  # of what the bot does here: above all that GitLab ever gave
LOOKS = 5_000  # more than any request wants; rules that want more look again for ever

E = TypeVar("E", LabelEvent, StateEvent, Note)


@dataclass(frozen=True)
class Step:
    """One look of the replay at which something was done."""

    at: datetime
    actions: tuple[Action, ...]


@dataclass(frozen=True)
class Replayed:
    """What the bot would have done from `since` to `until`, in order, and its last plan."""

    steps: tuple[Step, ...]
    last: Plan
    looks: int

    @property
    def actions(self) -> Iterator[tuple[datetime, Action]]:
        """Each action with its instant."""
        return ((step.at, action) for step in self.steps for action in step.actions)


def replay(issue: Issue, ruleset: Ruleset, since: datetime, until: datetime) -> Replayed:
    """The request from its opening to `until`, looked at whenever a person did something and whenever time alone could
    change the plan. What the bot would have done before `since` is done, and not told.

    Errors: Unsettled.
    """
    past = _Past.of(issue)
    present = past.at(issue.created_at)
    steps: list[Step] = []
    looks, now = 0, issue.created_at
    due = [at for at in past.instants if at <= until]
    while True:
        looks += 1
        plan = evaluate(present, ruleset, now)
        present = _applied(present, plan, now)
        if plan.actions and now >= since:
            steps.append(Step(now, plan.actions))
        upcoming = [at for at in due if at > now][:1]
        if plan.recheck_at and now < plan.recheck_at <= until:
            upcoming.append(plan.recheck_at)
        if not upcoming or looks >= LOOKS:
            return Replayed(tuple(steps), plan if now >= until else evaluate(present, ruleset, until), looks)
        following = min(upcoming)
        due = [at for at in due if at > now]
        present = past.carried_on(present, now, following)
        now = following


@dataclass(frozen=True)
class _Past:
    """What people did on the issue, and how it was at its opening."""

    opened: Issue
    label_events: tuple[LabelEvent, ...]
    state_events: tuple[StateEvent, ...]
    notes: tuple[Note, ...]
    users: dict[str, User]

    @classmethod
    def of(cls, issue: Issue) -> "_Past":
        since = issue.created_at
        labels = set(issue.labels)
        for event in reversed(issue.label_events):
            if event.label:
                (labels.discard if event.action == "add" else labels.add)(event.label)
        opened = replace(
            issue,
            state="opened",
            closed_at=None,
            moved_to_id=None,
            labels=frozenset(labels),
            assignees=_first_assignees(issue),
            label_events=(),
            state_events=(),
            notes=(),
            updated_at=since,
        )
        users = {u.username: u for u in issue.assignees}
        return cls(
            opened,
            tuple(e for e in issue.label_events if not issue.is_bot(e.user) or e.at < since),
            tuple(e for e in issue.state_events if not issue.is_bot(e.user)),
            tuple(n for n in issue.notes if not issue.is_bot(n.author)),
            users,
        )

    @property
    def instants(self) -> list[datetime]:
        """When people did something, in order."""
        found = {e.at for e in self.label_events} | {e.at for e in self.state_events}
        return sorted(found | {n.at for n in self.notes})

    def at(self, now: datetime) -> Issue:
        """The issue at its opening, with what people had done by then."""
        return self.carried_on(self.opened, None, now)

    def carried_on(self, issue: Issue, after_: datetime | None, now: datetime) -> Issue:
        """The issue with what people did after that instant, up to now."""

        def new(events: Sequence[E]) -> tuple[E, ...]:
            return tuple(e for e in events if (after_ is None or e.at > after_) and e.at <= now)

        events, states, notes = new(self.label_events), new(self.state_events), new(self.notes)
        labels = set(issue.labels)
        for event in events:
            if event.label:
                (labels.add if event.action == "add" else labels.discard)(event.label)
        state, closed_at, moved = issue.state, issue.closed_at, issue.moved_to_id
        for change in states:
            closed = change.state == "closed"
            state, closed_at = ("closed", change.at) if closed else ("opened", None)
        return replace(
            issue,
            labels=frozenset(labels),
            state=state,
            closed_at=closed_at,
            moved_to_id=moved,
            assignees=self._assigned(issue.assignees, notes),
            label_events=tuple(sorted((*issue.label_events, *events), key=BY_TIME)),
            state_events=tuple(sorted((*issue.state_events, *states), key=BY_TIME)),
            notes=tuple(sorted((*issue.notes, *notes), key=BY_TIME)),
            updated_at=max([issue.updated_at, *map(AT, events), *map(AT, states), *map(AT, notes)]),
        )

    def _assigned(self, before: tuple[User, ...], notes: Sequence[Note]) -> tuple[User, ...]:
        there = {user.username: user for user in before}
        for note in notes:
            if note.system:
                on, off = assignment(note.body)
                there = {name: user for name, user in there.items() if name not in off}
                there |= {name: self._user(name) for name in sorted(on)}
        return tuple(there.values())

    def _user(self, name: str) -> User:
        return self.users.get(name) or User(0, name)


def _first_assignees(issue: Issue) -> tuple[User, ...]:
    """Who was assigned at the opening: those whom a line takes off who were never put on, and those who are on now
    and whom no line put on."""
    put_on: set[str] = set()
    first: dict[str, User] = {}
    known = {user.username: user for user in issue.assignees}
    for note in issue.system_notes:
        on, off = assignment(note.body)
        first |= {name: known.get(name) or User(0, name) for name in off if name not in put_on}
        put_on |= on
    first |= {name: user for name, user in known.items() if name not in put_on}
    return tuple(first.values())


def _applied(issue: Issue, plan: Plan, now: datetime) -> Issue:
    """The issue as the plan leaves it, with ids that no later act of a person's can have."""
    for action in plan.actions:
        issue = _renumbered(issue, after(issue, action, now))
    return issue


def _renumbered(before: Issue, done: Issue) -> Issue:
    return replace(
        done,
        label_events=_own(before.label_events, done.label_events),
        state_events=_own(before.state_events, done.state_events),
        notes=_own(before.notes, done.notes),
    )


def _own(before: Sequence[E], done: tuple[E, ...]) -> tuple[E, ...]:
    """The events, those that are new with numbers of their own."""
    highest = max([FIRST_ID, *(e.id for e in before)])
    new: list[E] = [replace(event, id=highest + n) for n, event in enumerate(done[len(before) :], 1)]
    return done[: len(before)] + tuple(new)
