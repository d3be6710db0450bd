"""What rules would have made of the past, in figures: what was done, who was called, which promises were broken."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from app.core.acts import assignment
from app.core.keys import STATUS, key_of
from app.core.model import Issue, Note
from app.core.orders import mentions
from app.core.plan import Action, Comment, DeleteNote, Plan, PutNote, Reply, Summon
from app.core.replay import Replayed
from app.core.rule import Rule

# Checks that read what the description says. REST keeps only what it says today.
READ_TEXT = frozenset(
    {
        "lead_time",
        "meeting",
        "missing_information",
        "moves",
        "stated",
        "threshold",
        "unexplained_label",
        "wrong_board",
    }
)


class Deed(NamedTuple):
    """One thing that was done, as it is told from others: `what` is `+label`, `note KEY`, `assign NAME`, ..."""

    rule: str
    what: str


class Breach(NamedTuple):
    """One broken promise: the clock and the instant at which it was due."""

    clock: str
    due_at: datetime


@dataclass(frozen=True)
class Account:
    """What was done on one request in the period: each deed with its first instant, new notes and edits of them, calls
    by person and week (its Monday), and promises that were broken."""

    deeds: dict[Deed, datetime] = field(default_factory=dict)
    notes: int = 0
    edits: int = 0
    calls: Counter[tuple[str, date]] = field(default_factory=Counter)
    breaches: frozenset[Breach] = frozenset()

    @property
    def touched(self) -> bool:
        return bool(self.deeds or self.edits)


@dataclass(frozen=True)
class Difference:
    """Where two accounts of one request differ."""

    more: tuple[tuple[Deed, datetime], ...]
    fewer: tuple[tuple[Deed, datetime], ...]
    more_breaches: tuple[Breach, ...]
    fewer_breaches: tuple[Breach, ...]

    def __bool__(self) -> bool:
        return bool(self.more or self.fewer or self.more_breaches or self.fewer_breaches)


def of_replay(replayed: Replayed, since: datetime) -> Account:
    """What some rules would have done."""
    deeds: dict[Deed, datetime] = {}
    calls: Counter[tuple[str, date]] = Counter()
    notes = edits = 0
    for at, action in replayed.actions:
        edits += isinstance(action, PutNote) and action.note_id is not None
        notes += isinstance(action, Summon | Reply | Comment) or (
            isinstance(action, PutNote) and action.note_id is None
        )
        if isinstance(action, Summon):
            calls.update((name, week(at)) for name in action.to)
        if deed := _deed(action):
            deeds.setdefault(deed, at)
    return Account(deeds, notes, edits, calls, breaches(replayed.last, since))


def of_history(issue: Issue, plan: Plan, since: datetime) -> Account:
    """What the bot really did, as far as the request tells; its promises as the rules judge them now. How often a note
    was edited is not known."""
    deeds: dict[Deed, datetime] = {}
    calls: Counter[tuple[str, date]] = Counter()
    notes = 0
    for at, what in _marks(issue):
        if since <= at <= plan.at:
            deeds.setdefault(Deed("", what), at)
    for note in issue.notes:
        key = key_of(note, issue)
        if key is None or not since <= note.at <= plan.at:
            continue
        notes += 1
        deeds.setdefault(_note(key), note.at)
        calls.update((name, week(note.at)) for name in _called(note, key))
    return Account(deeds, notes, 0, calls, breaches(plan, since))


def _marks(issue: Issue) -> Iterator[tuple[datetime, str]]:
    """What the bot did to labels, assignees and the state, in the words of actions."""
    for event in issue.label_events:
        if issue.is_bot(event.user) and event.label:
            yield event.at, f"{'+' if event.action == 'add' else '-'}{event.label}"
    for change in issue.state_events:
        if issue.is_bot(change.user) and change.state == "reopened":
            yield change.at, "reopen"
    for note in issue.system_notes:
        if issue.is_bot(note.author):
            on, off = assignment(note.body)
            yield from ((note.at, f"assign {name}") for name in sorted(on))
            yield from ((note.at, f"unassign {name}") for name in sorted(off))


def difference(before: Account, now: Account, *, by_rule: bool) -> Difference:
    """What is done now and was not before, and the other way round. Without `by_rule` it does not matter which rule did
    it: history tells that of notes only."""
    first, second = _named(before.deeds, by_rule), _named(now.deeds, by_rule)
    return Difference(
        tuple(sorted(((d, at) for d, at in second.items() if d not in first), key=lambda each: each[1])),
        tuple(sorted(((d, at) for d, at in first.items() if d not in second), key=lambda each: each[1])),
        tuple(sorted(now.breaches - before.breaches)),
        tuple(sorted(before.breaches - now.breaches)),
    )


def breaches(plan: Plan, since: datetime) -> frozenset[Breach]:
    """The promises that were broken in the period."""
    return frozenset(
        Breach(clock.name, clock.due_at)
        for clock in plan.clocks
        if clock.state == "breached" and clock.due_at and since <= clock.due_at <= plan.at
    )


def week(at: datetime) -> date:
    """The Monday of that week, in UTC."""
    return at.date() - timedelta(days=at.weekday())


def by_todays_text(rules: Iterable[Rule]) -> list[str]:
    """The rules that read descriptions, by id: of these the past is judged by what the descriptions say today."""
    return sorted(
        rule.id
        for rule in rules
        if rule.check.kind in READ_TEXT or rule.applies_to.templates or _names_a_block(rule.model_dump())
    )


def _names_a_block(value: object) -> bool:
    if isinstance(value, dict):
        return bool(value.get("block")) or any(map(_names_a_block, value.values()))
    return isinstance(value, list) and any(map(_names_a_block, value))


def _named(deeds: dict[Deed, datetime], by_rule: bool) -> dict[Deed, datetime]:
    found: dict[Deed, datetime] = {}
    for deed, at in deeds.items():
        found.setdefault(deed if by_rule else Deed("", deed.what), at)
    return found


def _deed(action: Action) -> Deed | None:
    match action:
        case PutNote(note_id=int()) | DeleteNote():
            return None
        case PutNote(key=key) | Summon(key=key) | Reply(key=key):
            return _note(key)
    return Deed(action.rule, str(action))


def _note(key: str) -> Deed:
    return Deed("" if key == STATUS else key.partition("/")[0], f"note {key}")


def _called(note: Note, key: str) -> list[str]:
    """Whom a call names: it begins with them."""
    if key == STATUS:
        return []
    line = note.body.split("\n", 2)[1] if "\n" in note.body else ""
    return sorted(mentions(line.partition(":")[0]))
